"""Subresource integrity: what of an ``integrity`` attribute browsers heed."""

from __future__ import annotations

import base64
import re

_LENGTHS = {"sha256": 32, "sha384": 48, "sha512": 64}
_HASH = re.compile(r"(sha256|sha384|sha512)-([A-Za-z0-9+/_-]+={0,2})(?:\?.*)?", re.IGNORECASE)
_NOT_VERSIONED = (
    # loaders whose content changes under the same address, by their vendors' word
    "js.stripe.com/ www.googletagmanager.com/ www.google-analytics.com/ www.google.com/recaptcha/ www.recaptcha.net/"
    " www.gstatic.com/recaptcha/ challenges.cloudflare.com/ static.cloudflareinsights.com/ js.hcaptcha.com/"
    " connect.facebook.net/ maps.googleapis.com/ accounts.google.com/ apis.google.com/ platform.twitter.com/"
    " www.paypal.com/sdk/ cdn.paddle.com/ widget.intercom.io/ js.intercomcdn.com/ cdn.segment.com/ plausible.io/js/"
    " va.vercel-scripts.com/ fonts.googleapis.com/ use.typekit.net/ pagead2.googlesyndication.com/ snap.licdn.com/"
    " static.hotjar.com/ js.sentry-cdn.com/ js.hs-scripts.com/ www.clarity.ms/ client.crisp.chat/ cdn.auth0.com/js/lock"
)


def heeded(integrity: str) -> bool:
    """Whether at least one hash of an attribute is one that browsers compare."""
    return any(map(_valid, integrity.split()))


def _valid(token: str) -> bool:
    found = _HASH.fullmatch(token)
    if found is None:
        return False
    digest = found[2].replace("-", "+").replace("_", "/")
    try:
        return len(base64.b64decode(digest, validate=True)) == _LENGTHS[found[1].lower()]
    except ValueError:
        return False


def unversioned(url: str) -> bool:
    """Whether it is a known loader whose content changes, so that no hash can be given."""
    place = url.partition("://")[2]
    return any(place.startswith(prefix) for prefix in _NOT_VERSIONED.split())
