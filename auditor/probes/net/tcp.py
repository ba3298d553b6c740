"""TCP: the first of some addresses that answers."""

from __future__ import annotations

import asyncio
import socket
from contextlib import ExitStack
from dataclasses import dataclass

from auditor.probes.net.failures import Failure, Unreachable, broken, spot, timed_out

_TELLING = (Failure.REFUSED, Failure.RESET, Failure.TIMEOUT, Failure.UNREACHABLE, Failure.LOCAL)
"""When every address of a name failed in a way of its own: the first of these is told."""


@dataclass(frozen=True, slots=True)
class Goal:
    """What is to be reached, and by when."""

    host: str
    port: int
    timeout: float
    """Seconds in all, for messages."""
    ends: float
    """On the clock of the event loop."""

    def where(self, address: str) -> str:
        """For messages."""
        return spot(self.host, address, self.port)


def version(address: str) -> int:
    """4 or 6."""
    return 6 if ":" in address else 4


async def first_that_answers(goal: Goal, addresses: tuple[str, ...], source: str) -> tuple[socket.socket, str]:
    """Connect to the first address that answers. Each may take an equal share of the time that is left.

    Args:
        goal: what is to be reached.
        addresses: in the order to try them in; all of the family of the source address.
        source: the local address to connect from; empty: the system chooses.

    Returns:
        A connected, non-blocking socket, and the address.

    Raises:
        Unreachable: no address answers; the most telling failure.
    """
    if not 0 < goal.port < 65536:
        raise Unreachable(Failure.LOCAL, f"{goal.port} is not a port ({goal.host})")
    failures: list[Unreachable] = []
    for number, address in enumerate(addresses):
        left = max(goal.ends - asyncio.get_running_loop().time(), 0.0)
        try:
            return await _connect(goal, address, source, left / (len(addresses) - number)), address
        except Unreachable as failure:
            failures.append(failure)
    raise min(failures, key=lambda failure: _TELLING.index(failure.kind))


async def _connect(goal: Goal, address: str, source: str, seconds: float) -> socket.socket:
    where = goal.where(address)
    with ExitStack() as opened:
        try:
            family = socket.AF_INET6 if version(address) == 6 else socket.AF_INET
            # asyncio sends at once (TCP_NODELAY) only what says that it is TCP
            sock = opened.enter_context(socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP))
            sock.setblocking(False)
            _bind(sock, source)
            async with asyncio.timeout(seconds):
                await asyncio.get_running_loop().sock_connect(sock, (address, goal.port))
        except TimeoutError:
            raise timed_out(f"no answer from {where}", min(goal.timeout, seconds)) from None
        except OSError as error:
            raise broken(error, where) from error
        opened.pop_all()
        return sock


def _bind(sock: socket.socket, source: str) -> None:
    if not source:
        return
    try:
        sock.bind((source, 0))
    except OSError as error:
        raise Unreachable(
            Failure.LOCAL,
            f"cannot connect from source address {source}: {error.strerror}",
            "[env.*.network] source_address must be an address of this machine",
        ) from error
