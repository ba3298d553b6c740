"""Sites that mean harm: what a whole ``audit run`` of the checks on secrets takes in time and memory.

Each is served by a process of its own. The audit is to stay below 300 MB, and to end about a minute after it began.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from bench.measure import Measured, run_once

_AUDIT = [sys.executable, "-m", "auditor", "run", "--env", "x", "--select", "SEC001,SEC002,SEC003,SEC004,SEC005"]
_LINE = b'x="' + b"abcdefgh" * 12 + b'";\n'
_MB = 1_000_000


def _head(kind: str = "text/javascript", extra: str = "") -> bytes:
    return f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\n{extra}Connection: close\r\n\r\n".encode()


def _repeated(piece: bytes, size: int) -> Iterator[bytes]:
    for _ in range(size // len(piece) + 1):
        yield piece


def _bomb(megabytes: int) -> Iterator[bytes]:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    for _ in range(megabytes):
        yield packer.compress(b"x" * _MB)
    yield packer.flush()


def _map(body: bytes) -> dict[str, tuple[bytes, Iterator[bytes]]]:
    script = b'f("x")\n//# sourceMappingURL=a.js.map'
    return {"/a.js": (_head(), iter([script])), "/a.js.map": (_head("application/json"), iter([body]))}


_WIDE = b'{"version":3,"sources":["a"],"mappings":"AAAA","sourcesContent":["process.env.NEXT_PUBLIC_A \xf0\x9f\x98\x80'
SITES = {
    "a chunk of 1 GB": lambda: {"/a.js": (_head(), _repeated(_LINE * 600, 1000 * _MB))},
    "a chunk of 1 GB of escapes": lambda: {"/a.js": (_head(), _repeated(b'"/a.js",\\u002F' * 5000, 1000 * _MB))},
    "a gzip bomb": lambda: {"/a.js": (_head(extra="Content-Encoding: gzip\r\n"), _bomb(1000))},
    "eight files of 23 MB": lambda: {f"/{n}.js": (_head(), _repeated(_LINE * 600, 23 * _MB)) for n in range(8)},
    "a source map of lists": lambda: _map(b'{"mappings":"env","names":[' + b"[]," * 7_000_000 + b"0]}"),
    "a source map with an emoji": lambda: _map(_WIDE + b"abcdefgh " * 2_500_000 + b'"]}'),
    "a page of 50 MB": lambda: {"/": (_head("text/html"), _repeated(b"<a href=/x/1><p>text</p>\n", 50 * _MB))},
}


async def _serve(name: str) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            path = (await reader.readuntil(b"\r\n\r\n")).split()[1].decode("latin-1")
            files = SITES[name]()
            tags = "".join(f"<script src={one}></script>" for one in files if one.endswith(".js"))
            missing = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", iter(())
            start = (_head("text/html"), iter([tags.encode()])) if path == "/" else missing
            head, pieces = files.get(path, start)
            writer.write(head)
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def main() -> None:
    """Print a line for each."""
    for name in SITES:
        command = [sys.executable, "-m", "bench.sites", name]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as server, tempfile.TemporaryDirectory() as folder:
            try:
                port = int(server.stdout.readline()) if server.stdout else 0
                config = Path(folder, "checklist.toml")
                config.write_text(
                    f'version = 1\nextends = "default"\n[env.x]\nfrontend = "http://127.0.0.1:{port}"\n',
                    encoding="utf-8",
                )
                run = run_once([*_AUDIT, "--config", str(config), "--report", "json"])
                print(Measured([run]).row(f"audit run, {name} (exit {run.status})"), flush=True)
            finally:
                server.terminate()


if __name__ == "__main__":
    asyncio.run(_serve(sys.argv[1]))
