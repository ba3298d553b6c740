"""Hosts that undo a list of allowed scripts: from each of them a page can be given a script that does as it is told.

Collected from the public research on bypasses of Content-Security-Policy ("CSP is dead, long live CSP", 2016, and what
followed), and kept to hosts that stacks like these allow.
"""

from __future__ import annotations

from collections.abc import Mapping

JSONP = "answers with a callback that the URL names (JSONP)"
ANYTHING = "serves what anybody has uploaded"
LIBRARIES = "serves every version of every library, AngularJS among them"

BYPASSES: Mapping[str, str] = {
    **dict.fromkeys(
        ("accounts.google.com", "www.google.com", "cse.google.com", "maps.google.com", "translate.google.com",
         "clients1.google.com", "www.googleapis.com", "maps.googleapis.com", "translate.googleapis.com",
         "googleads.g.doubleclick.net", "securepubads.g.doubleclick.net", "www.googleadservices.com",
         "pagead2.googlesyndication.com", "www.youtube.com", "graph.facebook.com", "api.facebook.com",
         "www.facebook.com", "api.twitter.com", "publish.twitter.com", "syndication.twitter.com",
         "cdn.syndication.twimg.com", "api.instagram.com", "vimeo.com", "fast.wistia.com", "api.flickr.com",
         "api.mixpanel.com", "ib.adnxs.com", "gum.criteo.com", "links.services.disqus.com",
         "nominatim.openstreetmap.org",
         "widgets.pinterest.com", "api.github.com", "api.vk.com", "mc.yandex.ru", "yandex.ru", "api.map.baidu.com",
         "dev.virtualearth.net", "www.sharethis.com", "en.wikipedia.org", "api.pinterest.com", "soundcloud.com"),
        JSONP,
    ),
    **dict.fromkeys(
        ("ajax.googleapis.com", "cdnjs.cloudflare.com", "cdn.jsdelivr.net", "unpkg.com", "esm.sh", "cdn.skypack.dev",
         "esm.run", "ga.jspm.io", "code.angularjs.org", "cdn.bootcss.com", "cdn.bootcdn.net", "cdn.staticfile.org",
         "yastatic.net", "www.gstatic.com", "ajax.aspnetcdn.com", "lib.baomitu.com", "jspm.dev", "cdn.statically.io"),
        LIBRARIES,
    ),
    **dict.fromkeys(
        ("raw.githubusercontent.com", "gist.githubusercontent.com", "rawcdn.githack.com", "raw.githack.com",
         "cdn.rawgit.com", "gitcdn.link", "storage.googleapis.com", "s3.amazonaws.com", "dl.dropboxusercontent.com",
         "firebasestorage.googleapis.com", "cdn.shopify.com", "pastebin.com", "cdn.glitch.global", "cdn.discordapp.com",
         "codepen.io", "jsfiddle.net", "res.cloudinary.com"),
        ANYTHING,
    ),
}  # fmt: skip

WITH_EVAL: Mapping[str, str] = dict.fromkeys(
    ("www.googletagmanager.com", "googletagmanager.com", "www.google-analytics.com", "google-analytics.com",
     "ssl.google-analytics.com"),
    "runs what the container of any account says, given 'unsafe-eval'",
)  # fmt: skip
"""Only where ``'unsafe-eval'`` is allowed too."""

WHOLE = frozenset({"", "/", "/npm/", "/gh/", "/ajax/", "/ajax/libs/"})
"""Paths of such a host that do not narrow it."""

SHARED = frozenset({
    "github.io", "gitlab.io", "vercel.app", "now.sh", "netlify.app", "pages.dev", "workers.dev", "web.app",
    "firebaseapp.com", "appspot.com", "run.app", "herokuapp.com", "onrender.com", "fly.dev", "railway.app", "surge.sh",
    "azurewebsites.net", "azureedge.net", "blob.core.windows.net", "windows.net", "cloudfront.net", "amazonaws.com",
    "s3.amazonaws.com", "b-cdn.net", "fastly.net", "akamaihd.net", "supabase.co", "ngrok.io", "ngrok-free.app",
    "repl.co", "glitch.me", "blogspot.com", "wordpress.com", "myshopify.com", "googleapis.com", "googleusercontent.com",
    "r2.dev", "deno.dev", "stackblitz.io", "codesandbox.io", "trycloudflare.com", "digitaloceanspaces.com",
})  # fmt: skip
"""Domains below which anybody gets a name."""

_SECOND_LEVEL = frozenset({"co", "com", "org", "net", "gov", "ac", "edu", "gob", "or", "ne"})


def shared_suffix(domain: str) -> bool:
    """Whether anybody can get a name below a domain: ``com``, ``co.uk``, ``vercel.app``.

    Args:
        domain: in lower case.
    """
    labels = domain.rstrip(".").split(".")
    if len(labels) == 1 or ".".join(labels) in SHARED:
        return True
    return len(labels) == 2 and len(labels[1]) == 2 and labels[0] in _SECOND_LEVEL


def bypass_of(host: str, path: str, *, with_eval: bool) -> str:
    """Why a host of an allow-list undoes it; empty when it is not known to.

    Args:
        host: in lower case, perhaps beginning with ``*.``.
        path: of the source; one that names a single file or folder narrows the host enough.
        with_eval: whether ``'unsafe-eval'`` is allowed.
    """
    if path not in WHOLE:
        return ""
    known = {**BYPASSES, **WITH_EVAL} if with_eval else BYPASSES
    if not host.startswith("*."):
        return f"{host} {known[host]}" if host in known else ""
    found = next((name for name in known if name.endswith(host[1:])), "")
    return f"{found} {known[found]}" if found else ""
