"""How the frontend itself answers browsers of other origins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from auditor.facts.cors import CorsAnswers, CorsGroup
from auditor.model import Gap


@dataclass(frozen=True, slots=True)
class FrontendCors:
    """The CORS questions that the frontend was asked."""

    NEEDS: ClassVar[tuple[str, ...]] = (
        "`frontend` of the environment",
        "`repository`, optional: names the routes of Next.js's own API",
        "ten GET requests and preflights where the frontend says nothing of CORS, else 60 for each kind of behaviour",
    )

    answers: CorsAnswers | None
    """None: the API is at the same origin, and was asked there."""
    gaps: tuple[Gap, ...] = ()


def quiet(group: CorsGroup) -> bool:
    """Whether it names no origin to anybody: browsers keep its answers from all other origins."""
    return not any(answer.allow_origin for answer in group.answers)
