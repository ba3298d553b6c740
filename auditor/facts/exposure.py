"""What the API shows to strangers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from auditor.model import Gap

OAUTH2 = "the OAuth2 page of Swagger UI"
"""It is there when Swagger UI is, and stays where it was when only that has moved."""


@dataclass(frozen=True, slots=True)
class DocsPage:
    """An address where API documentation was looked for."""

    url: str
    status: int
    kind: str
    """``Swagger UI``, ``ReDoc``, ``the OpenAPI document`` …, recognised by content; empty when it is none of them."""


@dataclass(frozen=True, slots=True)
class ApiDocs:
    """API documentation open to everyone."""

    NEEDS: ClassVar[tuple[str, ...]] = ("`api` of the environment", "about 30 GET requests")

    pages: tuple[DocsPage, ...]
    gaps: tuple[Gap, ...] = ()
    declared: bool = False
    """Whether the checklist says that everyone may read it."""


@dataclass(frozen=True, slots=True)
class ErrorPage:
    """How the API answers a harmless request that is malformed."""

    url: str
    provoked_by: str
    status: int
    traceback: str
    """The kind of traceback that was recognised; empty when there is none."""
    software: str = ""
    """The server that the page names with its version; empty: none."""


@dataclass(frozen=True, slots=True)
class ErrorPages:
    """Answers to malformed requests."""

    NEEDS: ClassVar[tuple[str, ...]] = (
        "`api` of the environment",
        "`[policy.cors] endpoints`, optional: more places to look at",
    )

    pages: tuple[ErrorPage, ...]
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True)
class MetricsPage:
    """The metrics endpoint, asked without credentials."""

    NEEDS: ClassVar[tuple[str, ...]] = ("`api` and `metrics` of the environment",)

    url: str
    status: int
    metric_families: int
    """Number of ``# TYPE`` lines: more than none means that metrics are open."""
