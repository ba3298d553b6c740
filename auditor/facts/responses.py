"""What each web surface answers to ordinary requests: the raw material for headers, cookies and content."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from auditor.facts.cookies import SetCookie
from auditor.facts.page import Page
from auditor.model import Gap


class Kind(StrEnum):
    """What a response is, which decides what its headers must say."""

    PAGE = "page"
    """HTML that a browser shows."""
    DATA = "data"
    """JSON and other data of an API."""
    STATIC = "static"
    """Scripts, styles, images, fonts."""
    ERROR = "error"
    """An answer of 400 or more, whatever its type."""
    REDIRECT = "redirect"
    """An answer of 300 to 399 with a Location."""


@dataclass(frozen=True, slots=True)
class WebResponse:
    """One answer."""

    surface: str
    """``frontend``, ``api`` or ``supabase``."""
    url: str
    """As it was asked for, without its query."""
    kind: Kind
    status: int
    headers: tuple[tuple[str, str], ...]
    """In order, duplicates included, names in lower case; Set-Cookie is left out."""
    cookies: tuple[SetCookie, ...] = ()
    page: Page | None = None
    """When it is HTML."""
    reason: str = ""
    """Why it was asked for, in a few words: ``the start page``, ``a path that does not exist``."""

    def values(self, name: str) -> tuple[str, ...]:
        """Every value of a header (its name in lower case), in order."""
        return tuple(value for key, value in self.headers if key == name)

    @property
    def encrypted(self) -> bool:
        """Whether it came over https."""
        return self.url.startswith("https:")

    @property
    def html(self) -> bool:
        """Whether a browser would parse it as a page, error pages included."""
        return self.page is not None


@dataclass(frozen=True, slots=True)
class Responses:
    """What the web surfaces of the stack answer."""

    NEEDS: ClassVar[tuple[str, ...]] = (
        "`frontend`, `api`, `supabase.url` of the environment",
        "a handful of GET requests to each",
    )

    responses: tuple[WebResponse, ...]
    """The start page of the frontend is there twice, so that what must differ between two answers can be compared."""
    gaps: tuple[Gap, ...] = ()
