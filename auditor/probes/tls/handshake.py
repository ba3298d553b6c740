"""Real handshakes, by the OpenSSL of this Python: what a server presents, and whether a client accepts it.

One handshake that insists on authority, dates and name is enough for a good server. When it is refused, a second one
insists on the authority alone: a wrong name must not hide a wrong authority, nor be taken for one. Protocol versions,
suites and the strength of keys are judged elsewhere, so these handshakes allow everything that OpenSSL can do.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterable
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from auditor.checklist.model import TlsSettings
from auditor.probes.net.failures import Unreachable
from auditor.probes.net.trust import ssl_context
from auditor.probes.tls.anchors import Anchors, anchors_of
from auditor.probes.tls.ask import Server
from auditor.probes.tls.verdicts import Verdict, Verdicts

_SUITES = {
    "": "ALL:!aNULL:!eNULL:@SECLEVEL=0",
    "RSA": "aRSA:!eNULL:@SECLEVEL=0",
    "ECDSA": "aECDSA:!eNULL:@SECLEVEL=0",
}
"""By the kind of key."""
_LEGACY_SERVER_CONNECT = 0x4
"""SSL_OP_LEGACY_SERVER_CONNECT: servers without secure renegotiation, too (a name of its own since Python 3.12)."""
_NO_CHECK_TIME = 0x200000
"""X509_V_FLAG_NO_CHECK_TIME (openssl/x509_vfy.h)."""
_DER = 2
"""ENCODING_DER of the private module."""


@dataclass(slots=True)
class Witnessed:
    """What was seen of one handshake, however it ended."""

    ders: tuple[bytes, ...] = ()
    """As served."""
    whole: bool = True
    """False: this Python shows the leaf only."""
    path: tuple[bytes, ...] = ()
    """As OpenSSL has verified it."""
    protocol: str = ""


_WITNESS: ContextVar[Witnessed] = ContextVar("witness")
"""Of the connection that the current task is opening; its callbacks see the same."""


class _Watched(ssl.SSLObject):
    """Looks at the certificates after each step of a handshake: a refused or broken one leaves nothing behind."""

    def do_handshake(self) -> None:
        try:
            super().do_handshake()
        finally:
            if (witness := _WITNESS.get(None)) is not None:
                _look(self, witness)


def _look(handshake: ssl.SSLObject, witness: Witnessed) -> None:
    inner: Any = getattr(handshake, "_sslobj", None)
    if hasattr(inner, "get_unverified_chain"):  # public as SSLObject.get_unverified_chain since Python 3.13
        witness.ders = _ders(inner.get_unverified_chain()) or witness.ders
        witness.path = _ders(inner.get_verified_chain()) or witness.path
    else:
        witness.whole = False
        try:
            leaf = handshake.getpeercert(binary_form=True)
        except ValueError:  # not that far yet
            leaf = None
        witness.ders = (leaf,) if leaf else witness.ders
    witness.protocol = handshake.version() or witness.protocol


def _ders(chain: Iterable[Any] | None) -> tuple[bytes, ...]:
    return tuple(one.public_bytes(_DER) for one in chain or ())


class Client:
    """Shakes hands as the checklist says whom to trust.

    Reading hundreds of authorities takes OpenSSL a tenth of a second: what is only needed for bad servers is made when
    there is one.

    Args:
        tls: whom to trust.
        family: ``RSA`` or ``ECDSA``, to see the certificate for that kind of key, in TLS 1.2; empty: any.

    Raises:
        Unavailable: the CA file is missing, empty or not PEM.
    """

    def __init__(self, tls: TlsSettings, family: str = "") -> None:
        self._tls = tls
        self._family = family
        self._whole = _open(ssl_context(tls), family)

    @cached_property
    def anchors(self) -> Anchors:
        """The authorities that it trusts, and the public ones."""
        return anchors_of(self._tls, self._whole)

    @cached_property
    def _authority(self) -> ssl.SSLContext:
        return _authority_alone(_open(ssl_context(self._tls), self._family))

    async def meet(self, server: Server) -> tuple[Witnessed, Verdicts]:
        """What a server presents, and the verdicts on it.

        Args:
            server: whom to ask.

        Raises:
            Unreachable: no handshake got as far as the certificate.
        """
        seen, whole = await _shake(server, self._whole)
        if not seen.ders and whole.accepted is False:
            seen, _ = await _shake(server, _open(ssl_context(self._tls, verify=False), self._family))
        if whole.accepted is not False:
            return seen, Verdicts(whole, whole)
        _, authority = await _shake(server, self._authority)
        return seen, Verdicts(whole, authority)

    async def meet_pinned(self, server: Server, der: bytes, pin: str) -> Verdicts:
        """The verdicts when one of the served certificates is an authority, because it is pinned.

        Args:
            server: whom to ask.
            der: the certificate.
            pin: for the report.

        Raises:
            Unreachable: no handshake got as far as the certificate.
        """
        _, whole = await _shake(server, _trusting(der, self._family))
        if whole.accepted is not False:
            return Verdicts(whole, whole, pin)
        _, authority = await _shake(server, _authority_alone(_trusting(der, self._family)))
        return Verdicts(whole, authority, pin)


async def _shake(server: Server, tls: ssl.SSLContext) -> tuple[Witnessed, Verdict]:
    """One handshake.

    A server that turns the audit away by an alert after its own certificate was looked at (in TLS 1.2 for want of a
    client certificate) takes nothing back of OpenSSL's verdict on that. Any other end leaves it open: without a proof
    of its key the server has only shown what everyone can show.
    """
    seen = Witnessed()
    _WITNESS.set(seen)
    verify = tls.verify_mode is ssl.CERT_REQUIRED
    try:
        async with server.dialer.connection(
            server.host,
            server.port,
            timeout=server.seconds,
            address=server.address or None,
            tls=tls,
            server_name=server.server_name or None,
            preamble=server.preamble,
        ):
            return seen, Verdict(verify or None, path=seen.path)
    except Unreachable as unreachable:
        cause = unreachable.__cause__
        if isinstance(cause, ssl.SSLCertVerificationError):
            return seen, Verdict(False, cause.verify_message.rstrip("."), cause.verify_code)
        if not seen.ders:
            raise
        if isinstance(cause, ssl.SSLError) and "_ALERT_" in (cause.reason or ""):
            return seen, Verdict(verify or None, path=seen.path)
        return seen, Verdict(None, unreachable.reason)


def _open(context: ssl.SSLContext, family: str) -> ssl.SSLContext:
    """Every version and suite, names by subjectAltName only, and the certificates looked at."""
    context.sslobject_class = _Watched
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.set_ciphers(_SUITES[family])
    if family:  # in TLS 1.3 the suite has no say in it
        context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.options |= _LEGACY_SERVER_CONNECT
    # A common name is no identity (RFC 9525 section 6.4.4); browsers have not looked at it since 2017.
    context.hostname_checks_common_name = False
    return context


def _authority_alone(context: ssl.SSLContext) -> ssl.SSLContext:
    context.check_hostname = False
    context.verify_flags |= _NO_CHECK_TIME
    return context


def _trusting(der: bytes, family: str) -> ssl.SSLContext:
    """Trusts one certificate, whether it is an authority or not."""
    context = _open(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), family)
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.load_verify_locations(cadata=ssl.DER_cert_to_PEM_cert(der))
    return context
