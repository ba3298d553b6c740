"""Whether a certificate carries a name: by its subjectAltName alone (RFC 9525, RFC 6125 section 6.4)."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable


def covers(dns: Iterable[str], addresses: Iterable[str], host: str) -> bool:
    """Whether a certificate stands for the host.

    Args:
        dns: the dNSName entries of its subjectAltName. None ends with a dot (RFC 5280 section 4.2.1.6): OpenSSL matches
            none that does.
        addresses: the iPAddress entries. A DNS name that looks like an address is none.
        host: a name in ASCII (``xn--`` for others) or an address, with or without a dot at its end or brackets.
    """
    wanted = host.strip("[]").rstrip(".").lower()
    address = _address(wanted)
    if address is not None:
        return any(_address(one) == address for one in addresses)
    return any(_matches(name.lower(), wanted) for name in dns)


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def _matches(pattern: str, wanted: str) -> bool:
    """A star is a whole label, the first one, in front of at least two others; it stands for exactly one."""
    if not pattern.startswith("*."):
        return pattern == wanted and "*" not in pattern
    rest = pattern[2:]
    first, dot, after = wanted.partition(".")
    return bool(first and dot) and after == rest and "." in rest and "*" not in rest
