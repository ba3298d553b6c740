"""Opens TCP and TLS connections: the only place that does."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager

from auditor.errors import Unavailable
from auditor.probes.net.failures import Failure, Unreachable, broken, spot, timed_out
from auditor.probes.net.line import Line, Preamble, attach
from auditor.probes.net.places import Places
from auditor.probes.net.resolve import Resolver, plain
from auditor.probes.net.tcp import Goal, first_that_answers, version
from auditor.probes.net.traffic import Traffic

CONNECT_SECONDS = 5.0


class Dialer:
    """Connects to hosts by name.

    Args:
        resolve: names to addresses (``[env.*.resolve]``), before DNS.
        source_address: the local address to connect from; empty: the system chooses.
        concurrency: connections at once to one host.
        traffic: where connections are counted.

    Raises:
        Unavailable: the source address is not an address.
    """

    def __init__(self, resolve: Mapping[str, str], source_address: str, concurrency: int, traffic: Traffic) -> None:
        self.source_address = source_address
        self.traffic = traffic
        self._resolver = Resolver(resolve)
        self._concurrency = max(concurrency, 1)
        self._places: dict[str, Places] = {}
        self._idle: list[Callable[[str], bool]] = []
        try:
            self._family = ipaddress.ip_address(source_address).version if source_address else 0
        except ValueError:
            raise Unavailable(f"the source address {source_address!r} is not an address") from None

    async def addresses(self, host: str, port: int, *, timeout: float = CONNECT_SECONDS) -> tuple[str, ...]:  # noqa: ASYNC109, ARG002
        """The addresses of a host, in the order in which they are tried.

        Args:
            host: a name or a literal address.
            port: where it will be connected to; addresses do not depend on it.
            timeout: seconds for DNS.

        Raises:
            Unreachable: the name does not resolve.
        """
        return await self._resolver.addresses(host, timeout)

    @asynccontextmanager
    async def connection(
        self,
        host: str,
        port: int,
        *,
        timeout: float = CONNECT_SECONDS,  # noqa: ASYNC109
        address: str | None = None,
        tls: ssl.SSLContext | None = None,
        server_name: str | None = None,
        preamble: Preamble | None = None,
    ) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        """An open connection, cut without waiting when the block is left.

        Waits as long as it takes for one of the host's places; the timeout starts after that.

        Args:
            host: the name, for the override, the places and the certificate.
            port: to connect to.
            timeout: seconds for DNS, TCP and TLS together.
            address: connect to this one of the host's addresses.
            tls: shake hands with this.
            server_name: for SNI and the certificate, when it is not the host.
            preamble: what is said in the clear before TLS, as PostgreSQL's SSLRequest; the timeout covers it too.

        Raises:
            Unreachable: with its kind.
        """
        await self.places(host).take()
        line = await self.connect(
            host, port, timeout=timeout, address=address, tls=tls, server_name=server_name, preamble=preamble
        )
        try:
            yield line.reader, line.writer
        finally:
            line.close()

    async def connect(
        self,
        host: str,
        port: int,
        *,
        timeout: float = CONNECT_SECONDS,  # noqa: ASYNC109
        address: str | None = None,
        tls: ssl.SSLContext | None = None,
        server_name: str | None = None,
        preamble: Preamble | None = None,
    ) -> Line:
        """Like :meth:`connection`, for callers that keep the line and close it themselves.

        The caller has taken one of ``places(host)``; it is given back when this fails or when the line is closed.
        """
        give_back = _once(self.places(host).give_back)
        try:
            goal = Goal(host, port, timeout, asyncio.get_running_loop().time() + timeout)
            found = (address,) if address else await self._resolver.addresses(host, timeout)
            sock, used = await first_that_answers(goal, self._same_family(host, found), self.source_address)
            self.traffic.count_connection(plain(host))
            name = server_name or plain(host)
            return await _attached(goal, sock, used, give_back, tls, name, preamble)
        except BaseException:
            give_back()
            raise

    def places(self, host: str) -> Places:
        """The places of a host, whatever the port."""
        name = plain(host)
        if name not in self._places:
            self._places[name] = Places(self._concurrency, lambda: any(lend(name) for lend in self._idle))
        return self._places[name]

    def borrow_from(self, make_room: Callable[[str], bool]) -> None:
        """Who keeps idle connections: asked to close one of a host (its name, plain) when places run short."""
        self._idle.append(make_room)

    def _same_family(self, host: str, addresses: tuple[str, ...]) -> tuple[str, ...]:
        usable = tuple(a for a in addresses if not self._family or version(a) == self._family)
        if not usable:
            raise Unreachable(
                Failure.LOCAL,
                f"cannot connect from source address {self.source_address}: "
                f"{host} has no IPv{self._family} address, only {', '.join(addresses)}",
                "give [env.*.network] source_address an address of the same family",
            )
        return usable


async def _attached(
    goal: Goal,
    sock: socket.socket,
    address: str,
    lost: Callable[[], None],
    tls: ssl.SSLContext | None,
    name: str,
    preamble: Preamble | None,
) -> Line:
    where = goal.where(address)
    try:
        async with asyncio.timeout_at(goal.ends):
            return await attach(sock, spot("", address, goal.port), lost, tls, name, preamble)
    except TimeoutError:
        raise timed_out(f"no answer to the TLS handshake from {where}", goal.timeout) from None
    except OSError as error:
        raise broken(error, where, "the TLS handshake") from error
    except ValueError as error:
        sock.close()
        raise Unreachable(Failure.TLS, f"TLS has no way to ask {where} for that name") from error


def _once(action: Callable[[], None]) -> Callable[[], None]:
    pending = [action]

    def act() -> None:
        if pending:
            pending.pop()()

    return act
