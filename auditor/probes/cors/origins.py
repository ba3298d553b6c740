"""Makes foreign origins out of the one that is trusted.

A comparison that is too loose shows only in origins that resemble the right one: an origin that resembles the API's
own host, or nothing, is refused by most of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from ipaddress import ip_address
from urllib.parse import urlsplit

from auditor.facts.cors import Ask
from auditor.facts.sites import public_suffix, shared_host, site, trustworthy

SHARED = ("vercel.app", "netlify.app", "github.io", "pages.dev", "onrender.com", "ngrok-free.app")
"""Where anybody has an origin in a minute, and previews of frontends live."""
LOCAL = (
    "http://localhost:3000",
    "http://127.0.0.1:3000",
    "http://localhost",
    "https://localhost:3000",
    "http://localhost:3001",
    "http://localhost:5173",
    "http://localhost:8080",
)
"""Where frontends are served from during development: Next.js, the next free port, Vite, and webpack."""
SIGNS = ("_", "-", "`", "!", "{", ",", "&$'()*+;=~^|\"}\\")
"""What browsers let stand in a host, and what a pattern may take for its end; the last, for whoever looks for one of
the others."""
_PORTS = {"http": 80, "https": 443}


class Tier(IntEnum):
    """When an origin is asked for."""

    CORE = 0
    """Always: without it, its kind was not asked."""
    LIKE = 1
    """Where what begins and ends like the trusted origin is let in: otherwise it is refused as well."""
    LOCAL = 2
    """Where localhost is let in."""
    SPARE = 3
    """Where requests are left: others of its kind were asked."""


Near = tuple[Ask, str, Tier]


@dataclass(frozen=True, slots=True)
class Trusted:
    """The parts of a trusted origin."""

    scheme: str
    host: str
    port: str
    """With its colon; empty for the usual one."""
    domain: str
    """What the team has registered; the host itself where there is no such thing."""

    @property
    def named(self) -> bool:
        """Whether it has a domain that others may resemble: no address, and no name of one label."""
        return "." in self.host and not _is_address(self.host) and not trustworthy(self.host)

    @property
    def shown(self) -> str:
        """The host as URLs write it."""
        return f"[{self.host}]" if ":" in self.host else self.host


def split(origin: str) -> Trusted | None:
    """The parts of an origin; None for ``null``, ``*`` and what has no host."""
    try:
        parts = urlsplit(origin)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return None
    if parts.scheme not in _PORTS or not host:
        return None
    shown = "" if port in (None, _PORTS[parts.scheme]) else f":{port}"
    domain = host if _is_address(host) or public_suffix(site(host)) else site(host)
    return Trusted(parts.scheme, host, shown, domain)


def canaries(trusted: Trusted | None, token: str) -> dict[Ask, str]:
    """The origins by which two behaviours are told apart, the trusted one left out."""
    found = {Ask.FOREIGN: f"https://{token}.invalid"}
    if trusted and trusted.named:
        found[Ask.MIXED] = f"{trusted.scheme}://{trusted.host}.{token}.{trusted.domain}{trusted.port}"
    elif trusted:
        found[Ask.MIXED] = f"{trusted.scheme}://{trusted.host}.{token}.invalid{trusted.port}" if _plain(trusted) else ""
    return {ask: origin for ask, origin in found.items() if origin}


def _plain(trusted: Trusted) -> bool:
    return ":" not in trusted.host


def foreign(trusted: Trusted | None, api: str, token: str) -> Iterator[Near]:
    """Origins that nobody should trust, those of :func:`canaries` left out.

    A comparison of the beginning, of the end or of anything between lets in what both begins and ends like the trusted
    origin, so that what tells these apart is asked only then.

    Args:
        trusted: what they resemble.
        api: the API's own origin; its host is resembled too.
        token: a word that is on nobody's list.
    """
    yield Ask.NULL, "null", Tier.CORE
    if trusted:
        yield from _resembling(trusted, token)
        if trusted.named:
            yield from _dots(trusted, split(api))
    if not (trusted and trustworthy(trusted.host)):
        yield from ((Ask.LOCAL, origin, _first(number, 2)) for number, origin in enumerate(LOCAL))
        yield Ask.LOCAL_PREFIX, f"http://localhost.{token}.invalid", Tier.LOCAL
    yield from ((Ask.SHARED, f"https://{name}", tier) for name, tier in _shared(trusted, token))


def _first(number: int, many: int) -> Tier:
    return Tier.CORE if number < many else Tier.SPARE


def _resembling(trusted: Trusted, token: str) -> Iterator[Near]:
    scheme, host, port, domain = trusted.scheme, trusted.shown, trusted.port, trusted.domain
    if ":" not in trusted.host:
        yield Ask.PREFIX, f"{scheme}://{host}.{token}.invalid", Tier.LIKE
        yield Ask.PREFIX, f"{scheme}://{host}{token}.invalid", Tier.LIKE
    if trusted.named:
        yield from _resembling_name(trusted, token)
    elif ":" not in trusted.host:
        yield Ask.SUFFIX, f"{scheme}://{token}{host}{port}", Tier.CORE
    if scheme == "https":
        yield Ask.DOWNGRADE, f"http://{host}", Tier.CORE
        if domain not in (host, trusted.host):
            yield Ask.DOWNGRADE, f"http://{domain}", Tier.SPARE
    if not trustworthy(trusted.host):  # developers' machines have many
        yield Ask.PORT, f"{scheme}://{host}:{8443 if port != ':8443' else 9443}", Tier.CORE


def _resembling_name(trusted: Trusted, token: str) -> Iterator[Near]:
    scheme, host, port, domain = trusted.scheme, trusted.shown, trusted.port, trusted.domain
    yield Ask.SUFFIX, f"{scheme}://{token}{domain}{port}", Tier.CORE
    yield Ask.SUFFIX, f"{scheme}://{token}-{domain}{port}", Tier.LIKE
    yield Ask.SUBSTRING, f"{scheme}://{token}{domain}.{token}.invalid", Tier.LIKE
    # .zz is nobody's (ISO 3166 keeps it free), and as long as patterns for "any country" want it
    yield Ask.PREFIX, f"{scheme}://{host.removesuffix(domain.partition('.')[2])}zz{port}", Tier.CORE
    # a list that is one long text holds the beginning of each origin, of which .c can be nobody's
    yield Ask.PREFIX, f"{scheme}://{host.rpartition('.')[0]}.{host.rpartition('.')[2][0]}", Tier.CORE
    yield Ask.SUBDOMAIN, f"{scheme}://{token}.{domain}{port}", Tier.CORE
    above = host.partition(".")[2]
    if above.endswith(f".{domain}"):
        yield Ask.SUBDOMAIN, f"{scheme}://{token}.{above}{port}", Tier.CORE
    if host != domain:
        yield Ask.BELOW, f"{scheme}://{token}.{host}{port}", Tier.CORE
        yield Ask.CONTAINS, f"{scheme}://{token}{host}.{token}.invalid", Tier.LIKE
        yield Ask.SIBLING, f"{scheme}://{token}{host}{port}", Tier.CORE
    for sign in SIGNS:
        tier = Tier.CORE if sign in (SIGNS[0], SIGNS[-1]) else Tier.SPARE
        yield Ask.SPECIAL, f"{scheme}://{host}{sign}.{token}.invalid", tier


def resembling_another(other: Trusted, first: Trusted, token: str) -> Iterator[Near]:
    """What resembles a second trusted origin: a list is as loose as the loosest of its patterns.

    Args:
        other: the second.
        first: the one that everything is asked of.
        token: a word that is on nobody's list.
    """
    if not other.named or other.host == first.host:
        return
    scheme, host, port, domain = other.scheme, other.host, other.port, other.domain
    yield Ask.MIXED, f"{scheme}://{host}.{token}.{domain}{port}", Tier.CORE
    yield Ask.PREFIX, f"{scheme}://{host}.{token}.invalid", Tier.LIKE
    yield Ask.DOT, f"{scheme}://{next(_undotted(host))}{port}", Tier.CORE
    if scheme == "https":
        yield Ask.DOWNGRADE, f"http://{host}", Tier.CORE
    if domain != first.domain:
        yield Ask.SUFFIX, f"{scheme}://{token}{domain}{port}", Tier.LIKE
        yield Ask.SUBDOMAIN, f"{scheme}://{token}.{domain}{port}", Tier.CORE
        name, _, rest = domain.partition(".")
        if shared_host(rest):
            yield Ask.SHARED, f"https://{name}-{token}.{rest}", Tier.CORE


def _dots(trusted: Trusted, api: Trusted | None) -> Iterator[Near]:
    """One dot replaced by a letter: in a pattern, a dot that nobody has escaped is any letter."""
    made = list(_undotted(trusted.host))[:4]
    if api and api.named and api.host != trusted.host:
        made.append(next(_undotted(api.host)))
    yield from ((Ask.DOT, f"{trusted.scheme}://{name}{trusted.port}", Tier.CORE) for name in dict.fromkeys(made))


def _undotted(host: str) -> Iterator[str]:
    labels = host.split(".")
    for number in range(1, len(labels)):
        yield ".".join(labels[:number]) + "x" + ".".join(labels[number:])


def _shared(trusted: Trusted | None, token: str) -> Iterator[tuple[str, Tier]]:
    for number, domain in enumerate(SHARED):
        yield f"{token}.{domain}", _first(number, 2)
    if trusted and trusted.named:
        # previews are called after the project, and whoever calls theirs so is one of them to a pattern
        name, _, rest = trusted.domain.partition(".")
        yield f"{name}-{token}.{rest if shared_host(rest) else 'vercel.app'}", Tier.CORE


def neighbours(trusted: Trusted | None) -> Iterator[Near]:
    """Origins of the team itself that nobody has declared, maybe."""
    if trusted and trusted.named:
        yield Ask.NEIGHBOUR, f"{trusted.scheme}://{trusted.domain}{trusted.port}", Tier.CORE
        yield Ask.NEIGHBOUR, f"{trusted.scheme}://www.{trusted.domain}{trusted.port}", Tier.SPARE


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
