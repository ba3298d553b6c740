"""Looks at certificates and at plain HTTP on every web origin of the stack."""

from __future__ import annotations

import asyncio
import ssl
import warnings
from datetime import UTC, datetime
from urllib.parse import urljoin, urlsplit

from auditor.checklist.model import Environment
from auditor.errors import Unavailable
from auditor.facts.web import Certificates, CertificateSeen, Hop, PlainAnswer, PlainHttp
from auditor.model import Gap
from auditor.probes.net.dial import Dialer
from auditor.probes.net.failures import Failure, Unreachable
from auditor.probes.net.http import Http
from auditor.probes.net.trust import ssl_context
from auditor.probes.surfaces import web_origins
from auditor.registry import probe

_HOPS = 5
_SECONDS = 8.0
"""For each answer in plain HTTP."""


@probe(deadline=20.0)
async def certificates(environment: Environment, dialer: Dialer) -> Certificates:
    """One handshake that takes any certificate, to read it, and one that insists, for each origin."""
    origins, gaps = web_origins(environment)
    more: list[Gap] = []
    seen: list[CertificateSeen] = []
    lenient, strict = ssl_context(environment.tls, verify=False), ssl_context(environment.tls)
    # A common name is no identity (RFC 9525 section 6.4.4); browsers have not looked at it since 2017.
    strict.hostname_checks_common_name = False
    for url in dict.fromkeys(map(_origin_of, origins.values())):
        try:
            seen.append(await _look(url, lenient, strict, dialer))
        except Unavailable as unavailable:
            more.append(Gap(url, unavailable.reason, unavailable.hint))
    return Certificates(tuple(seen), datetime.now(UTC), (*gaps, *more))


def _origin_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


async def _look(url: str, lenient: ssl.SSLContext, strict: ssl.SSLContext, dialer: Dialer) -> CertificateSeen:
    parts = urlsplit(url)
    if parts.scheme != "https":
        return CertificateSeen(url, encrypted=False)
    host, port = parts.hostname or "", parts.port or 443
    async with dialer.connection(host, port, tls=lenient) as (_, writer):
        handshake = writer.get_extra_info("ssl_object")
        der, protocol = handshake.getpeercert(binary_form=True), handshake.version() or ""
    problem = await _problem(host, port, strict, dialer)
    return read_certificate(url, der, protocol, problem)


async def _problem(host: str, port: int, strict: ssl.SSLContext, dialer: Dialer) -> str:
    try:
        async with dialer.connection(host, port, tls=strict):
            return ""
    except Unreachable as unreachable:
        cause = unreachable.__cause__
        if isinstance(cause, ssl.SSLCertVerificationError):
            return cause.verify_message.rstrip(".")
        raise


def read_certificate(origin: str, der: bytes, protocol: str, problem: str) -> CertificateSeen:
    """What a leaf certificate says.

    Args:
        origin: whose it is.
        der: the certificate.
        protocol: negotiated TLS version.
        problem: why it did not verify; empty when it did.

    Raises:
        Unavailable: it cannot be parsed.
    """
    from cryptography import x509

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about what other versions will refuse
            certificate = x509.load_der_x509_certificate(der)
            return CertificateSeen(
                origin,
                encrypted=True,
                trusted=not problem,
                problem=problem,
                subject=_common_name(certificate.subject),
                issuer=_common_name(certificate.issuer),
                names=_names(certificate),
                not_before=certificate.not_valid_before_utc,
                not_after=certificate.not_valid_after_utc,
                protocol=protocol,
            )
    except (
        ValueError,
        TypeError,
        x509.InvalidVersion,
        x509.DuplicateExtension,
        x509.UnsupportedGeneralNameType,
    ) as error:
        raise Unavailable(f"the certificate of {origin} cannot be read: {error}") from None


def _common_name(name: object) -> str:
    from cryptography.x509 import Name
    from cryptography.x509.oid import NameOID

    if not isinstance(name, Name):
        return ""
    for oid in (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME):
        if found := name.get_attributes_for_oid(oid):
            return str(found[0].value)
    return name.rfc4514_string()


def _names(certificate: object) -> tuple[str, ...]:
    from cryptography import x509

    if not isinstance(certificate, x509.Certificate):
        return ()
    try:
        value = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    dns = value.get_values_for_type(x509.DNSName)
    return (*dns, *(str(address) for address in value.get_values_for_type(x509.IPAddress)))


@probe(deadline=30.0)
async def plain_http(environment: Environment, http: Http) -> PlainHttp:
    """One GET of the usual paths in plain HTTP on every https host, its redirects followed."""
    origins, gaps = web_origins(environment)
    # side by side: a firewall that drops packets to port 80 costs its seconds once
    found = await asyncio.gather(*(_plain(url, http) for url in _plain_urls(origins, environment)))
    answers = tuple(one for one in found if isinstance(one, PlainAnswer))
    return PlainHttp(answers, (*gaps, *(one for one in found if isinstance(one, Gap))))


async def _plain(url: str, http: Http) -> PlainAnswer | Gap:
    try:
        return await _follow(url, http)
    except Unavailable as unavailable:
        return Gap(url, unavailable.reason, unavailable.hint)


def _plain_urls(origins: dict[str, str], environment: Environment) -> list[str]:
    urls: dict[str, None] = {}
    for surface, url in origins.items():
        parts = urlsplit(url)
        if parts.scheme == "http":
            urls[url + "/"] = None
            continue
        port = environment.network.http_port
        host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
        base = f"http://{host}" if port == 80 else f"http://{host}:{port}"
        if port:
            urls[base + "/"] = None
            if surface == "api":
                urls[base + environment.health] = None
    return list(urls)


def _target(current: str, location: str) -> str:
    """Where a redirect leads; empty when that is nowhere."""
    try:
        target = urljoin(current, location) if location else ""
        return target if urlsplit(target).hostname or not target.startswith("http") else ""
    except ValueError:  # a server may call anything a URL
        return ""


def _without_query(url: str) -> str:
    """Where it leads, without what may be a token."""
    return url.split("?", maxsplit=1)[0].split("#", maxsplit=1)[0]


async def _follow(url: str, http: Http) -> PlainAnswer:
    hops: list[Hop] = []
    current = url
    while len(hops) < _HOPS:
        try:
            # what matters is where it leads: the certificate behind it is judged elsewhere
            answer = await http.get(current, max_body=65_536, verify=False, deadline=_SECONDS)
        except Unreachable as unreachable:
            # a port where nobody listens, or that hangs up at once, serves nothing in the clear
            if not hops and unreachable.kind in (Failure.REFUSED, Failure.RESET):
                return PlainAnswer(url, refused=True)
            if hops:
                break
            raise
        target = _target(current, answer.header("location") or "")
        hops.append(Hop(current, answer.status, _without_query(target)))
        # the first https hop is the end of what this fact is about, except that it may lead back
        if not 300 <= answer.status < 400 or urlsplit(target).scheme not in ("http", "https"):
            break
        if urlsplit(target).hostname != urlsplit(url).hostname:
            break  # never follow to hosts that the checklist does not name
        current = target
    return PlainAnswer(url, hops=tuple(hops))
