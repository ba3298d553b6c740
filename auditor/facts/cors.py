"""How the API answers browsers of other origins."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from auditor.model import Gap


class Ask(StrEnum):
    """What the origin of a question is, measured by the one that is trusted: ``https://app.example.com``."""

    TRUSTED = "declared origin"
    NONE = "no origin"
    FOREIGN = "any origin"
    """``https://x.invalid``."""
    NULL = "null"
    """What sandboxed frames and local files send."""
    PREFIX = "begins like it"
    """``https://app.example.com.x.invalid``, ``https://app.example.comx.invalid``, ``https://app.example.zz``."""
    SUFFIX = "ends like its domain"
    """``https://xexample.com``: anybody may register it."""
    SUBSTRING = "contains its domain"
    """``https://xexample.com.x.invalid``."""
    CONTAINS = "contains its host"
    """``https://xapp.example.com.x.invalid``."""
    DOT = "another letter for a dot"
    """``https://appxexample.com``."""
    SPECIAL = "goes on with a sign"
    """``https://app.example.com_.x.invalid``."""
    SUBDOMAIN = "subdomain"
    """``https://x.example.com``."""
    BELOW = "subdomain of its host"
    """``https://x.app.example.com``."""
    SIBLING = "ends like its host"
    """``https://xapp.example.com``: a subdomain, which a comparison of the end lets in."""
    MIXED = "begins and ends like it"
    """``https://app.example.com.x.example.com``: a subdomain, by which behaviours are told apart."""
    DOWNGRADE = "plain http"
    PORT = "another port"
    LOCAL = "localhost"
    LOCAL_PREFIX = "begins like localhost"
    """``http://localhost.x.invalid``."""
    SHARED = "shared hosting"
    """``https://x.vercel.app``: anybody may have it."""
    NEIGHBOUR = "of the same domain"
    """``https://example.com``, ``https://www.example.com``: where only declared origins may be let in."""


class Reply(StrEnum):
    """What an answer tells a browser of the origin that was sent."""

    REFUSED = "refused"
    REFLECTED = "let in"
    EVERYONE = "let in, as everyone"
    """``*``."""
    BROKEN = "broken"
    """Several values: no browser lets anyone in."""


@dataclass(frozen=True, slots=True)
class CorsAnswer:
    """One question, and the CORS headers of its answer, as they came."""

    endpoint: str
    """Such as ``GET /api/me``."""
    ask: Ask
    origin: str
    """The Origin that was sent; empty: none."""
    status: int
    allow_origin: tuple[str, ...] = ()
    """Every Access-Control-Allow-Origin line."""
    allow_credentials: tuple[str, ...] = ()
    """Every Access-Control-Allow-Credentials line."""
    asked_method: str = ""
    """Access-Control-Request-Method of a preflight; empty: it was the request itself."""
    asked_headers: str = ""
    private_network: bool = False
    """Whether the preflight asked for access from the public internet to a private network."""
    cookie: bool = False
    bearer: bool = False
    allow_methods: tuple[str, ...] = ()
    allow_headers: tuple[str, ...] = ()
    allow_private_network: tuple[str, ...] = ()
    vary: tuple[str, ...] = ()
    cache_control: tuple[str, ...] = ()
    challenge: str = ""
    """The scheme of WWW-Authenticate, in lower case."""
    redirect: str = ""
    """Where a redirect leads, without its query. It is never followed."""

    @property
    def preflight(self) -> bool:
        """Whether it was the question before a request, and not the request."""
        return bool(self.asked_method)

    @property
    def reply(self) -> Reply:
        """What a browser makes of it (Fetch, CORS check and CORS-preflight fetch): bytes are compared."""
        values = tuple(value for line in self.allow_origin for value in line.replace(",", " ").split())
        reflected = bool(self.origin) and self.allow_origin == (self.origin,)  # it may hold a comma
        if not reflected and (len(values) > 1 or len(self.allow_origin) > 1):
            return Reply.BROKEN
        if self.preflight and not 200 <= self.status <= 299:
            return Reply.REFUSED
        if reflected:
            return Reply.REFLECTED
        return Reply.EVERYONE if self.allow_origin == ("*",) else Reply.REFUSED

    @property
    def credentials(self) -> bool:
        """Whether a browser would send cookies: the Fetch standard wants exactly ``true``."""
        return self.allow_credentials == ("true",)

    @property
    def varies(self) -> bool:
        """Whether caches are told that the answer depends on the origin."""
        names = {name.strip().lower() for line in self.vary for name in line.split(",")}
        return bool(names & {"origin", "*"})

    @property
    def public_cache(self) -> bool:
        """Whether it may be stored for others, as it says itself."""
        names = {part.strip().lower().partition("=")[0] for line in self.cache_control for part in line.split(",")}
        return bool(names & {"public", "s-maxage"}) and not names & {"no-store", "private"}


@dataclass(frozen=True, slots=True)
class Unasked:
    """A question that had to be left out."""

    ask: Ask
    origin: str


@dataclass(frozen=True, slots=True)
class CorsGroup:
    """Routes that answer a few origins alike, and the answers of one of them to all questions."""

    endpoint: str
    """The one that was asked everything."""
    url: str
    members: tuple[str, ...]
    """All of them, it among them."""
    answers: tuple[CorsAnswer, ...]
    secured: tuple[str, ...] = ()
    """Members of which the OpenAPI document says that they want credentials."""
    unasked: tuple[Unasked, ...] = ()
    """What should have been asked, and was more than may be sent."""
    left_out: int = 0
    """Further questions of kinds that were asked."""

    @property
    def safe(self) -> bool:
        """Whether the requests themselves were sent, and not preflights alone."""
        return self.endpoint.partition(" ")[0] in ("GET", "HEAD", "OPTIONS")


@dataclass(frozen=True, slots=True)
class CorsAnswers:
    """Every CORS question that was asked."""

    NEEDS: ClassVar[tuple[str, ...]] = (
        "`api` and `frontend` of the environment",
        (
            "the API's OpenAPI document or `[policy.cors] endpoints`; at most 60 GET requests and preflights for each "
            "kind of CORS behaviour, those to all its routes together"
        ),
        "`[policy.cors] token`, optional: what shows only to a signed-in user",
    )

    api: str
    trusted: tuple[str, ...]
    """Origins that may be let in: the declared ones, else the frontend's."""
    declared: bool = False
    """Whether ``[policy.cors] allowed_origins`` names them."""
    token: bool = False
    """Whether ``[policy.cors] token`` was sent."""
    methods: tuple[str, ...] = ()
    """Methods of the operations that the OpenAPI document names; empty: it is not known."""
    groups: tuple[CorsGroup, ...] = ()
    gateway: bool = False
    """Whether it is Supabase's own gateway, which lets everyone in by design."""
    not_asked: tuple[str, ...] = ()
    """Operations that cannot be asked without guessing a parameter, or are more of what dozens were asked of."""
    gaps: tuple[Gap, ...] = ()
