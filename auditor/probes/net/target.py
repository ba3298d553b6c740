"""Taking a URL apart, the way a browser would."""

from __future__ import annotations

import re
import string
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from auditor.errors import Unavailable
from auditor.probes.net.resolve import plain
from auditor.text import clip

_PORTS = {"http": 80, "https": 443}
_LONGEST_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Target:
    """Where a request goes."""

    scheme: str
    host: str
    """Lower case, ASCII, without brackets."""
    port: int
    authority: str
    """For the Host header: without the scheme's own port."""
    path: str
    """Path and query, as they go over the wire. Dots and double slashes stay."""

    @property
    def name(self) -> str:
        """The origin, for messages: ``https://api.example.com:8443``."""
        return f"{self.scheme}://{self.authority}"


def target(url: str) -> Target:
    """Take a URL apart.

    Args:
        url: absolute, http or https. Characters that no URL may hold are percent-encoded; a fragment is dropped.

    Raises:
        Unavailable: it is not such a URL. Servers write URLs too (redirects, script tags), so this is no crash.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
        host = _ascii(parts.hostname or "")
    except ValueError:
        raise _not_a_url(url) from None
    if parts.scheme not in _PORTS or not host:
        raise _not_a_url(url)
    shown = f"[{host}]" if ":" in host else host
    authority = shown if port in (None, _PORTS[parts.scheme]) else f"{shown}:{port}"
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    wire = quote(path, safe=string.ascii_letters + string.digits + string.punctuation, errors="surrogatepass")
    return Target(parts.scheme, host, _PORTS[parts.scheme] if port is None else port, authority, wire)


def _ascii(host: str) -> str:
    host = plain(host)
    name = host if host.isascii() else host.encode("idna").decode()
    if not all(character in _HOST for character in name):
        raise ValueError(name)
    return name


_HOST = frozenset(string.ascii_lowercase + string.digits + "-._:%")


def _not_a_url(url: str) -> Unavailable:
    shown = clip(re.sub(r"//[^/@]*@", "//", url.partition("?")[0]), _LONGEST_SHOWN)
    return Unavailable(f"{shown!r} is not a URL that can be asked", "it takes http:// or https:// and a host")
