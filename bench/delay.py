"""A proxy on 127.0.0.1 behind which a server seems far away: ``python -m bench.delay PORT MILLISECONDS``.

Prints its own port. Half of the time is spent on each way, and the first bytes of a connection wait for one whole
round trip more: the handshake of TCP, which on this machine takes none.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seconds: float) -> None:
    loop = asyncio.get_running_loop()
    try:
        while data := await reader.read(65536):
            loop.call_later(seconds, writer.write, data)
    except OSError:
        pass
    loop.call_later(seconds, writer.close)


async def main(port: int, milliseconds: float) -> None:
    """Serve until the standard input ends."""
    seconds = milliseconds / 1000
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(seconds)
        with contextlib.suppress(OSError):
            there, back = await asyncio.open_connection("127.0.0.1", port)
            for way in ((reader, back), (there, writer)):
                task = asyncio.create_task(_pass_on(*way, seconds / 2))
                tasks.add(task)
                task.add_done_callback(tasks.discard)

    server = await asyncio.start_server(serve, "127.0.0.1", 0, backlog=512)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), float(sys.argv[2])))
