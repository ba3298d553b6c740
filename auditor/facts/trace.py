"""Whether web surfaces send a request back to whoever sent it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from auditor.model import Gap


@dataclass(frozen=True, slots=True)
class TraceAnswer:
    """What one method got."""

    origin: str
    method: str
    """``TRACE`` or ``TRACK``."""
    status: int
    """0: the connection was closed without an answer."""
    echo: bool
    """Whether a header that the audit made up came back in the body."""


@dataclass(frozen=True, slots=True)
class TraceAnswers:
    """Answers to TRACE and TRACK."""

    NEEDS: ClassVar[tuple[str, ...]] = ("`frontend`, `api`, `supabase.url` of the environment", "two requests to each")

    answers: tuple[TraceAnswer, ...] = ()
    gaps: tuple[Gap, ...] = ()
