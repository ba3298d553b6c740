"""Hosts: which belong together, and which no network is between."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

_SECOND_LEVEL = frozenset({"ac", "co", "com", "edu", "gouv", "gov", "mil", "net", "or", "org"})
_SHARED = frozenset(
    # domains below which strangers have theirs, from the public suffix list
    {
        "appspot.com",
        "azureedge.net",
        "azurestaticapps.net",
        "azurewebsites.net",
        "cloudfront.net",
        "deno.dev",
        "fly.dev",
    }
    | {"firebaseapp.com", "github.io", "gitlab.io", "herokuapp.com", "netlify.app", "ngrok-free.app", "ngrok.app"}
    | {"ngrok.io", "ondigitalocean.app", "onrender.com", "pages.dev", "r2.dev", "run.app", "s3.amazonaws.com"}
    | {"supabase.co", "supabase.in", "surge.sh", "up.railway.app", "vercel.app", "web.app", "workers.dev"}
)
_LOCAL = (".local", ".localhost", ".internal", ".lan", ".home.arpa", ".intranet", ".corp", ".localdomain", ".svc")
_SHARED_SPACE = ip_network("100.64.0.0/10")
"""Of carriers, and of private networks such as Tailscale's (RFC 6598)."""
_NAMESPACES = frozenset({
    "www.w3.org", "schema.org", "json-schema.org", "www.sitemaps.org", "purl.org", "xmlns.com", "ogp.me",
    "ns.adobe.com", "schemas.xmlsoap.org", "schemas.microsoft.com", "schemas.openxmlformats.org",
    "docs.oasis-open.org", "specs.openid.net", "openid.net", "www.opengis.net", "xml.org",
})  # fmt: skip
"""Hosts of identifiers that look like addresses, and that nobody asks."""


def host_of(url: str) -> str:
    """The host of a URL, in lower case, without brackets; empty when there is none."""
    try:
        return (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return ""


def origin_of(url: str) -> str:
    """Scheme, host and port of a URL."""
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.partition('/')[0]}"


def site(host: str) -> str:
    """What a host belongs to: enough to tell ``www.example.com`` from a stranger's ``example.net``."""
    if _address(host):
        return host
    labels = host.split(".")
    shared = ".".join(labels[-3:]) in _SHARED, ".".join(labels[-2:]) in _SHARED
    if shared[0]:
        kept = 4
    else:
        national = len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _SECOND_LEVEL
        kept = 3 if shared[1] or national else 2
    return ".".join(labels[-kept:])


def public_suffix(domain: str) -> bool:
    """Whether strangers have domains below it, as far as is known here; browsers refuse cookies for it."""
    labels = domain.split(".")
    national = len(labels) == 2 and len(labels[-1]) == 2 and labels[0] in _SECOND_LEVEL
    return len(labels) == 1 or national or domain in _SHARED


def shared_host(domain: str) -> bool:
    """Whether anybody may have a site below it in a minute, as far as is known here."""
    return domain in _SHARED


def below(host: str, domain: str) -> bool:
    """Whether a host is a domain or one of its subdomains."""
    return host == domain or (host.endswith("." + domain) and not _address(host))


def trustworthy(host: str) -> bool:
    """Whether browsers trust it without encryption: the loopback interface (Secure Contexts, section 3.1)."""
    address = _address(host)
    return address.is_loopback if address else host == "localhost" or host.endswith(".localhost")


def public(host: str) -> bool:
    """Whether it may be a host of the internet.

    None is what is local, private, a name of one label, as containers have them, or a host of XML namespaces.
    """
    if host in _NAMESPACES:
        return False
    if address := _address(host):
        return not (
            address in _SHARED_SPACE
            or address.is_private
            or address.is_loopback
            or address.is_link_local
            or address.is_unspecified
        )
    return "." in host and not host.endswith(_LOCAL)


def _address(host: str) -> IPv4Address | IPv6Address | None:
    if ":" not in host and not host[-1:].isdigit():  # most hosts, by far
        return None
    try:
        return ip_address(host.strip("[]"))
    except ValueError:
        return None
