"""What the repository holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from auditor.model import Gap


@dataclass(frozen=True, slots=True)
class SecretLiteral:
    """A secret written out in a tracked file. Never its value."""

    path: str
    line: int
    key: str
    """The variable that it is given to."""
    kind: str
    length: int


@dataclass(frozen=True, slots=True)
class SecretLiterals:
    """Secrets in tracked environment and compose files."""

    NEEDS: ClassVar[tuple[str, ...]] = (
        "`repository` of the environment",
        "a git checkout, and git",
    )

    files: tuple[str, ...]
    """The files that were read, relative to the repository."""
    literals: tuple[SecretLiteral, ...]
    gaps: tuple[Gap, ...] = ()
