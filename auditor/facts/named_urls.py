"""The addresses that the stack is configured with."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from auditor.facts.sites import host_of, public
from auditor.model import Gap

VARIABLE = "…"


class Purpose(StrEnum):
    """What an address is configured for."""

    PUBLIC = "public"
    """A variable that becomes a part of the frontend: ``NEXT_PUBLIC_…``, ``VITE_…``."""
    OWN = "own"
    """The stack's own address: ``SITE_URL``, ``NEXTAUTH_URL`` …"""
    ORIGIN = "origin"
    """An origin that CORS lets in."""
    HEALTH = "health"
    """What a health check asks."""


@dataclass(frozen=True, slots=True)
class NamedUrl:
    """An address in a file."""

    path: str
    line: int
    key: str
    """The variable; empty for health checks."""
    url: str
    """Without user, query and fragment; with ``…`` for each variable whose value the file does not hold."""
    purpose: Purpose

    @property
    def in_the_clear(self) -> bool:
        """Whether it leads over the internet without encryption."""
        return self._plain and not self._open and public(host_of(self.url))

    @property
    def unclear(self) -> bool:
        """Whether it is not encrypted, and nobody can tell where it leads."""
        return self._plain and self._open

    @property
    def _plain(self) -> bool:
        return self.url.startswith(("http:", "ws:"))

    @property
    def _open(self) -> bool:
        """Whether a variable decides whose the host is: ``http://….example.com`` is public, whatever it begins with."""
        return VARIABLE in host_of(self.url).rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class UrlFile:
    """A file that was read."""

    path: str
    production: bool
    """False for files of development, tests and examples."""


@dataclass(frozen=True, slots=True)
class NamedUrls:
    """Addresses in tracked environment, compose, Docker and framework files."""

    NEEDS: ClassVar[tuple[str, ...]] = ("`repository` of the environment", "a git checkout, and git")

    files: tuple[UrlFile, ...]
    urls: tuple[NamedUrl, ...]
    gaps: tuple[Gap, ...] = ()

    def of(self, file: UrlFile) -> tuple[NamedUrl, ...]:
        """The addresses of a file."""
        return tuple(one for one in self.urls if one.path == file.path)


@dataclass(frozen=True, slots=True)
class SiteUrls:
    """Where Supabase Auth sends users: the project's site URL and its additional redirect URLs."""

    NEEDS: ClassVar[tuple[str, ...]] = (
        "`supabase.project_ref` and `supabase.access_token` of the environment",
        "one GET request to the Management API; without a token, nothing is asked",
    )

    asked: bool
    """False: the checklist holds no token."""
    site_url: str = ""
    redirects: tuple[str, ...] = ()
    """Patterns."""
    gaps: tuple[Gap, ...] = ()
