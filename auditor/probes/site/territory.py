"""Tells the application's own hosts from those of others.

The public suffix list is not a dependency: it is 300 KB that go stale, and a wrong answer here costs a gap with a hint
in one direction, and a GET of a public file in the other. A site is the last label before what is known, or looks like,
a suffix under which anybody gets a name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

from auditor.probes.net.resolve import is_address, plain

LONGEST_URL = 2_000
"""Characters. Servers refuse longer ones, and so do browsers' caches and proxies."""

_SHARED = frozenset({
    "vercel.app", "now.sh", "netlify.app", "pages.dev", "workers.dev", "github.io", "gitlab.io",
    "herokuapp.com", "onrender.com", "fly.dev", "railway.app", "up.railway.app", "web.app", "firebaseapp.com",
    "surge.sh", "azurewebsites.net", "azurestaticapps.net", "cloudfront.net", "amplifyapp.com",
    "amazonaws.com", "elasticbeanstalk.com", "appspot.com", "run.app", "vercel-storage.com", "supabase.co",
    "supabase.in", "deno.dev", "render.com", "koyeb.app", "zeabur.app", "stormkit.dev", "b-cdn.net",
    "fastly.net", "akamaized.net", "azureedge.net", "cloudapp.azure.com", "blob.core.windows.net",
    "windows.net", "digitaloceanspaces.com", "ondigitalocean.app", "expo.app", "expo.dev", "glitch.me",
    "repl.co", "replit.app", "replit.dev", "codesandbox.io", "csb.app", "stackblitz.io", "webcontainer.io",
    "gitpod.io", "ngrok.io", "ngrok.app", "ngrok-free.app", "trycloudflare.com", "r2.dev", "lovable.app",
    "bolt.host", "framer.app", "webflow.io", "myshopify.com", "wordpress.com", "blogspot.com", "kinsta.app",
    "edgeone.app", "northflank.app", "appwrite.network", "nip.io", "sslip.io", "jsdelivr.net", "unpkg.com",
    "googleapis.com", "gstatic.com",
})  # fmt: skip
"""Domains of platforms: two names below one of them belong to two people."""

_THIRD_PARTIES = frozenset({
    "googletagmanager.com", "google-analytics.com", "google.com", "gstatic.com", "googleapis.com", "doubleclick.net",
    "googlesyndication.com", "recaptcha.net", "stripe.com", "paypal.com", "braintreegateway.com", "jsdelivr.net",
    "unpkg.com", "cdnjs.cloudflare.com", "challenges.cloudflare.com", "cloudflareinsights.com", "hcaptcha.com",
    "facebook.net", "twitter.com", "licdn.com", "tiktok.com", "clarity.ms", "bing.com", "hotjar.com", "segment.com",
    "mixpanel.com", "amplitude.com", "posthog.com", "plausible.io", "usefathom.com", "matomo.cloud", "umami.is",
    "sentry-cdn.com", "datadoghq-browser-agent.com", "nr-data.net", "newrelic.com", "intercom.io", "intercomcdn.com",
    "crisp.chat", "zdassets.com", "hs-scripts.com", "hsforms.net", "drift.com", "cookielaw.org", "cookiebot.com",
    "usercentrics.eu", "jquery.com", "bootstrapcdn.com", "fontawesome.com", "tailwindcss.com", "esm.sh", "skypack.dev",
    "jspm.io", "polyfill.io", "vercel-scripts.com", "mapbox.com", "youtube.com", "vimeo.com", "typekit.net",
    "calendly.com", "typeform.com", "algolia.net", "auth0.com", "clerk.accounts.dev", "js.hcaptcha.com",
})  # fmt: skip
"""Whose scripts pages of everybody load: no build of the application is there."""

_MARKS = re.compile(
    r"/_next/|/_nuxt/|/_app/immutable/|/_astro/|/_expo/static/|/static/chunks/|/static/js/(?:main|runtime)"
    r"|/webpack-runtime-|/page-data/"
)
"""What only a build of an application has in its paths."""
_HASHED = re.compile(r"[-.]([0-9a-f]{8,32}|[\w-]{8})(?:\.(?:min|chunk|bundle|esm))?\.m?js$")
"""Hexadecimal digits of webpack and others; eight characters of Rollup and esbuild."""


def site_of(host: str) -> str:
    """The part of a host name that one owner has; the whole of it where that is one label or an address.

    A top-level domain of two letters with up to three more before it (``co.uk``, ``com.au``) is taken as a suffix.
    """
    if is_address(host):
        return host
    labels = host.split(".")
    for start in range(1, len(labels)):
        if ".".join(labels[start:]) in _SHARED:
            return ".".join(labels[start - 1 :])
    long = len(labels) > 2 and len(labels[-1]) == 2 and len(labels[-2]) <= 3
    return ".".join(labels[-3:] if long else labels[-2:])


def resolve(base: str, reference: str) -> str:
    """Where a reference leads, without its fragment; empty when a browser would ask no server for it.

    Args:
        base: URL of the file that holds the reference.
        reference: as it is written, its escapes undone.
    """
    written = reference.strip().partition("#")[0]
    if not written or len(written) > LONGEST_URL:
        return ""
    try:
        parts = urlsplit(urljoin(base, written))
        port = parts.port
    except ValueError:  # a file may call anything a URL
        return ""
    host = plain(parts.hostname or "")
    default = {"http": 80, "https": 443}.get(parts.scheme)
    if not host or default is None or len(parts.path) + len(parts.query) > LONGEST_URL:
        return ""
    shown = f"[{host}]" if ":" in host else host
    authority = shown if port in (None, default) else f"{shown}:{port}"
    query = f"?{parts.query}" if parts.query else ""
    return f"{parts.scheme}://{authority}{parts.path or '/'}{query}"


def origin_of(url: str) -> str:
    """Scheme and authority of what :func:`resolve` gave."""
    return "/".join(url.split("/", 3)[:3])


def looks_built(url: str, *, tagged: bool = False) -> bool:
    """Whether the path is that of a file which a front-end build made.

    Args:
        url: of a script.
        tagged: a tag of the page names it. A name with the hash of its content in it is then that of a build too: what
            pages load from strangers has to keep its name when it changes.
    """
    return bool(_MARKS.search(url)) or (tagged and _is_hashed(url.partition("?")[0].rpartition("/")[2]))


def _is_hashed(name: str) -> bool:
    found = _HASHED.search(name)
    if not found:
        return False
    part = found[1]
    digits, letters = any(map(str.isdigit, part)), any(map(str.isalpha, part))
    return letters and (digits or (len(part) == 8 and part[1:] != part[1:].lower()))


def is_third_party(origin: str) -> bool:
    """Whether an origin is one whose scripts pages of everybody load."""
    host = plain(urlsplit(origin).hostname or "")
    labels = host.split(".")
    return any(".".join(labels[start:]) in _THIRD_PARTIES for start in range(len(labels) - 1))


@dataclass(slots=True)
class Territory:
    """What belongs to the application.

    Args:
        frontend: its origin.
        hosts: of the checklist, besides.
    """

    frontend: str
    hosts: Iterable[str] = ()
    _declared: frozenset[str] = frozenset()
    _homes: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._declared = frozenset(map(plain, self.hosts))
        self._homes.add(self.frontend)

    def move(self, url: str) -> None:
        """The start page redirects there: pages of that origin are the frontend's too."""
        self._homes.add(origin_of(url))

    def is_page(self, url: str) -> bool:
        """Whether pages at this URL are the frontend's: its own origin, or a declared host."""
        return origin_of(url) in self._homes or self._host(url) in self._declared

    def is_own(self, url: str) -> bool:
        """Whether scripts at this URL are the application's: of the same site, or of a declared host."""
        if self.is_page(url):
            return True
        home, other = urlsplit(self.frontend), urlsplit(url)
        if other.port not in (None, home.port, 80, 443):
            return False
        host, mine = self._host(url), plain(home.hostname or "")
        alone = "." not in mine or is_address(mine)
        # another port of one machine is another service, which the checklist does not name
        return not alone and site_of(host) == site_of(mine)

    @staticmethod
    def _host(url: str) -> str:
        return plain(urlsplit(url).hostname or "")
