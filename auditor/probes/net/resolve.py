"""Names to addresses: ``[env.*.resolve]`` first, then DNS."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Mapping

from auditor.probes.net.failures import Failure, Unreachable
from auditor.probes.net.threads import in_daemon_thread


def plain(host: str) -> str:
    """A host name in the one form that is compared: lower case, no dot at its end, no brackets."""
    return host.strip("[]").rstrip(".").lower()


def is_address(text: str) -> bool:
    """Whether the text is an IPv4 or IPv6 address."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


class Resolver:
    """Looks names up, each once.

    Args:
        overrides: names to addresses (``[env.*.resolve]``), in any case, with or without a dot at the end.
    """

    def __init__(self, overrides: Mapping[str, str]) -> None:
        self._overrides = {plain(name): plain(address) for name, address in overrides.items()}
        self._known: dict[str, tuple[str, ...]] = {}

    async def addresses(self, host: str, timeout: float) -> tuple[str, ...]:  # noqa: ASYNC109
        """The addresses of a host, in the order to try them in.

        Args:
            host: a name or a literal address.
            timeout: seconds for the look-up.

        Raises:
            Unreachable: of kind ``dns``.
        """
        name = plain(host)
        name = self._overrides.get(name, name)
        if is_address(name):
            return (name,)
        if name not in self._known:
            self._known[name] = await self._look_up(host, name, timeout)
        return self._known[name]

    async def _look_up(self, host: str, name: str, timeout: float) -> tuple[str, ...]:  # noqa: ASYNC109
        why = ""
        try:
            async with asyncio.timeout(timeout):
                found = await in_daemon_thread(_getaddrinfo, name)
            if found:
                return found
            why = "no addresses"
        except TimeoutError:
            why = f"no answer from DNS within {timeout:g} s"
        except OSError as error:
            why = error.strerror or str(error)
        except ValueError:  # labels that are too long or empty, characters that no name has
            why = "not a host name"
        raise Unreachable(
            Failure.DNS,
            f"the name {host} does not resolve ({why})",
            f'check its spelling, or say where it is in [env.*.resolve]: "{name}" = "192.0.2.1"',
        )


def _getaddrinfo(name: str) -> tuple[str, ...]:
    found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return tuple(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))
