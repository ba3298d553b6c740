"""Cookies as servers set them. The value of a cookie is a secret: it is never kept."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

_NUMBER = re.compile(r"-?[0-9]+")
_NOBODY = re.compile(
    # analytics, CDN, bot and consent cookies: they tell browsers apart, and open nothing
    r"(?:_ga|_gid|_gat|_gcl|_fbp|_fbc|__utm|__cf|cf_|_cf|_hj|_clck|_clsk|_pk_|ajs_|mp_|ph_|amp_|intercom-id|hubspot|__hs"
    r"|awsalb|ak_bmsc|bm_s|incap_ses|visid_|nlbi_|optanon|cookie|__stripe_|_dd_s|_uet|_sp_|_rdt_|_tt_|_scid|_pin_).*",
    re.IGNORECASE,
)
_SUPABASE = re.compile(
    r"sb-.+-auth-token(?:\.\d+)?|supabase[-.]auth[-.]token|sb-(?:access|refresh)-token", re.IGNORECASE
)
_NAMED = re.compile(
    # of servers and libraries whose names tell nothing by themselves
    r"aspsessionid.*|\.aspnetcore\..*|\.aspxauth|__client|cfid|cftoken|keycloak_(?:identity|session).*|_oauth2_proxy.*"
    r"|wordpress_(?:logged_in|sec)_.*|remember_(?:web|user).*|rememberme|_forward_auth|login|credentials?|authorization",
    re.IGNORECASE,
)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_WORDS = re.compile(r"[^A-Za-z0-9]+")
_ANYWHERE = re.compile(r"sess.*|(?:php|j|asp|app|user|my)sess.*|jwt|jws")
_AT_THE_END = re.compile(r"(?:.*auth|access|refresh|id|bearer|login|user|api)?token|auth|sid|remember|bearer")
_ABOUT = frozenset(
    {"count", "start", "time", "expires", "expiry", "exp", "lang", "theme", "seen", "type", "status", "hint"}
)
"""Last words of cookies that are about a session, and are none."""


class Role(StrEnum):
    """What a cookie is for, as far as its name tells."""

    SESSION = "session"
    """Who has it is the user."""
    SUPABASE = "supabase"
    """The session of Supabase's browser client, which scripts have to read."""
    DEFENCE = "defence"
    """A token against request forgery: scripts may have to read it."""
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class SetCookie:
    """One Set-Cookie header, as RFC 6265bis section 5.6 has it read."""

    name: str
    value_length: int
    """Characters."""
    attributes: tuple[tuple[str, str], ...] = ()
    """Names in lower case, in order, duplicates included: the last one counts. Names that no browser knows are left
    out, for they may be pieces of the value; so is a value that is ignored."""
    expired: bool = False
    """``Expires`` was over when it was set."""
    ignored: str = ""
    """Why every browser ignores the whole header, as a clause."""

    def last(self, attribute: str) -> str | None:
        """The value of an attribute that counts. None: it is not there."""
        values = [value for name, value in self.attributes if name == attribute]
        return values[-1] if values else None

    @property
    def secure(self) -> bool:
        """Sent over https only."""
        return self.last("secure") is not None

    @property
    def http_only(self) -> bool:
        """Out of reach of scripts."""
        return self.last("httponly") is not None

    @property
    def partitioned(self) -> bool:
        """Kept apart for each site that embeds this one (CHIPS)."""
        return self.last("partitioned") is not None

    @property
    def same_site(self) -> str:
        """``strict``, ``lax`` or ``none``; empty when there is none that a browser knows: its default counts."""
        value = (self.last("samesite") or "").lower()
        return value if value in ("strict", "lax", "none") else ""

    @property
    def domain(self) -> str:
        """In lower case, without a dot in front; empty: the host alone."""
        return (self.last("domain") or "").removeprefix(".").lower()

    @property
    def path(self) -> str:
        """Empty: that of the request, up to its last slash."""
        value = self.last("path") or ""
        return value if value.startswith("/") else ""

    @property
    def deletes(self) -> bool:
        """Whether it takes a cookie away instead of setting one. ``Max-Age`` wins over ``Expires``."""
        ages = [v for name, v in self.attributes if name == "max-age" and _NUMBER.fullmatch(v)]
        return (ages[-1].startswith("-") or not ages[-1].strip("0")) if ages else self.expired

    @property
    def prefix(self) -> str:
        """``__Host-`` or ``__Secure-`` when its name begins like that, in whatever case."""
        return next((p for p in ("__Host-", "__Secure-") if self.name.lower().startswith(p.lower())), "")

    @property
    def role(self) -> Role:
        """What its name says it is for."""
        name = self.name[len(self.prefix) :]
        words = [word.lower() for word in _WORDS.split(_CAMEL.sub("_", name)) if word]
        while words and (words[-1].isdigit() or words[-1] == "sig"):  # one of several pieces, or a signature
            words.pop()
        if _SUPABASE.fullmatch(name):
            return Role.SUPABASE
        if any("csrf" in word or "xsrf" in word for word in words):
            return Role.DEFENCE
        return Role.SESSION if _opens(name, words) else Role.OTHER


def _opens(name: str, words: list[str]) -> bool:
    """Whether who has the cookie is the user."""
    if _NAMED.fullmatch(name):
        return True
    if not words or words[-1] in _ABOUT or _NOBODY.fullmatch(name):
        return False
    return _AT_THE_END.fullmatch(words[-1]) is not None or any(map(_ANYWHERE.fullmatch, words))
