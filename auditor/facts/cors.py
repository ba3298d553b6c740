"""How the API answers browsers of other origins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from auditor.model import Gap


@dataclass(frozen=True, slots=True)
class CorsAnswer:
    """One request with an Origin, and the CORS headers of its answer."""

    endpoint: str
    """Such as ``GET /api/me``."""
    origin: str
    """The Origin that was sent."""
    kind: str
    """``foreign``, ``null`` or ``declared``."""
    with_cookie: bool
    preflight: bool
    status: int
    allow_origin: tuple[str, ...]
    """Every Access-Control-Allow-Origin line, as received."""
    allow_credentials: tuple[str, ...]
    """Every Access-Control-Allow-Credentials line, as received."""

    @property
    def allows(self) -> bool:
        """Whether a browser would hand the answer to the origin that was sent."""
        return self.allow_origin in ((self.origin,), ("*",))

    @property
    def reflects(self) -> bool:
        """Whether the answer names the origin that was sent."""
        return self.origin in self.allow_origin

    @property
    def credentials(self) -> bool:
        """Whether a browser would send cookies: the Fetch standard wants exactly ``true``."""
        return self.allow_credentials == ("true",)


@dataclass(frozen=True, slots=True)
class CorsAnswers:
    """Every CORS question that was asked."""

    NEEDS: ClassVar[tuple[str, ...]] = (
        "`api` and `frontend` of the environment",
        "`[policy.cors] endpoints`: GET requests and preflights to them",
    )

    api: str
    answers: tuple[CorsAnswer, ...]
    gaps: tuple[Gap, ...] = ()
