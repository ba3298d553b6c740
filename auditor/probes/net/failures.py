"""The ways in which a server can be out of reach, each in one sentence."""

from __future__ import annotations

import errno
import os
import ssl
from enum import StrEnum

from auditor.errors import Unavailable


class Failure(StrEnum):
    """Why there was no usable answer. Checks judge a refused port differently from a silent one."""

    REFUSED = "refused"
    """Nobody listens there: the machine said so."""
    TIMEOUT = "timeout"
    """No (complete) answer in time: dropped packets, or a server that hangs."""
    DNS = "dns"
    """The name has no address."""
    RESET = "reset"
    """The connection was there and was cut."""
    UNREACHABLE = "unreachable"
    """No route."""
    TLS = "tls"
    """No TLS, or none that can be trusted."""
    PROTOCOL = "protocol"
    """An answer that is not of the protocol."""
    LOCAL = "local"
    """This machine could not even try: it says nothing about the server."""


class Unreachable(Unavailable):
    """A server gave no usable answer.

    Args:
        kind: of which kind the failure is.
        reason: what happened, as a clause.
        hint: what to look at.
    """

    def __init__(self, kind: Failure, reason: str, hint: str = "") -> None:
        self.kind = kind
        super().__init__(reason, hint)


_HINTS = {
    Failure.REFUSED: "check the port, and that the service is running",
    Failure.TIMEOUT: "check that no firewall drops what this machine sends, and that the service is healthy",
    Failure.UNREACHABLE: "check the address, and the route from this machine",
    Failure.LOCAL: "check [env.*.network] source_address, and the limits of this machine",
}
_KINDS = {
    errno.ECONNREFUSED: Failure.REFUSED,
    errno.ETIMEDOUT: Failure.TIMEOUT,
    errno.ECONNRESET: Failure.RESET,
    errno.ECONNABORTED: Failure.RESET,
    errno.EPIPE: Failure.RESET,
    errno.ENETUNREACH: Failure.UNREACHABLE,
    errno.EHOSTUNREACH: Failure.UNREACHABLE,
    errno.ENETDOWN: Failure.UNREACHABLE,
    errno.EHOSTDOWN: Failure.UNREACHABLE,
}


def spot(host: str, address: str, port: int) -> str:
    """Where something was tried: ``127.0.0.1:81 (api.example.com)``."""
    shown = f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
    return shown if host in ("", address, f"[{address}]") else f"{shown} ({host})"


def timed_out(what: str, seconds: float) -> Unreachable:
    """A deadline has passed.

    Args:
        what: what did not come, such as ``no answer from 127.0.0.1:81``.
        seconds: how long the audit waited.
    """
    return Unreachable(Failure.TIMEOUT, f"{what} within {round(seconds, 1) or seconds:g} s", _HINTS[Failure.TIMEOUT])


def broken(error: OSError, where: str, during: str = "") -> Unreachable:
    """What an error of a socket or of TLS says.

    Args:
        error: as it was raised.
        where: of whom, as :func:`spot` says it.
        during: what was under way, such as ``the TLS handshake``.
    """
    if isinstance(error, ssl.SSLError) and not isinstance(error, ssl.SSLEOFError):
        return _tls(error, where)
    kind = _KINDS.get(error.errno or 0, Failure.LOCAL)
    # asyncio raises ConnectionResetError and TimeoutError without a number
    if isinstance(error, ConnectionError | ssl.SSLEOFError) and kind is Failure.LOCAL:
        kind = Failure.RESET
    said = {
        Failure.REFUSED: f"connection refused by {where}",
        Failure.TIMEOUT: f"no answer from {where}",
        Failure.RESET: f"{where} cut the connection" + (f" during {during}" if during else ""),
        Failure.UNREACHABLE: f"network unreachable: there is no route to {where}",
    }
    detail = os.strerror(error.errno) if error.errno else str(error)
    return Unreachable(kind, said.get(kind, f"cannot connect to {where}: {detail}"), _HINTS.get(kind, ""))


def _tls(error: ssl.SSLError, where: str) -> Unreachable:
    if isinstance(error, ssl.SSLCertVerificationError):
        reason = str(error.verify_message).rstrip(".")
        return Unreachable(
            Failure.TLS,
            f"the certificate of {where} does not verify: {reason}",
            "a private CA goes into [env.*.tls] ca_file",
        )
    reason = (error.reason or str(error)).lower().replace("_", " ")
    if reason in _NOT_TLS:
        return Unreachable(
            Failure.TLS, f"{where} does not speak TLS ({reason})", "is it a port of plain HTTP, or of another protocol?"
        )
    return Unreachable(Failure.TLS, f"TLS with {where} failed: {reason}")


_NOT_TLS = (
    "wrong version number",
    "http request",
    "packet length too long",
    "record layer failure",
    "unknown protocol",
)
"""What OpenSSL says, depending on its version, when the answer is no TLS record."""
