"""Whom the repository says that the API lets in, and what the live API answers them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from auditor.facts.cors import CorsAnswer
from auditor.model import Gap

EVERYONE = "*"
REFLECTED = "$http_origin"
"""nginx's name for whatever origin was sent."""


@dataclass(frozen=True, slots=True)
class CorsSetting:
    """A place in a tracked file that names origins."""

    path: str
    line: int
    key: str
    """Such as ``ALLOWED_ORIGINS``, ``allow_origins``, ``Access-Control-Allow-Origin``."""
    origins: tuple[str, ...]
    """As browsers write them; ``*``, ``null`` and ``$http_origin`` among them."""
    production: bool = True
    """False for files of development, tests and examples."""


@dataclass(frozen=True, slots=True)
class CorsSettings:
    """Settings of CORS in tracked files, and live answers to the origins that they name."""

    NEEDS: ClassVar[tuple[str, ...]] = (
        "`repository` and `api` of the environment",
        "a git checkout, and git; at most ten GET requests",
    )

    files: int
    """How many were read."""
    settings: tuple[CorsSetting, ...] = ()
    answers: tuple[CorsAnswer, ...] = ()
    """To origins that only the repository names."""
    gaps: tuple[Gap, ...] = ()
