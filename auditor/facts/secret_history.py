"""What the history of the repository still holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from auditor.facts.sightings import Sighting
from auditor.model import Gap


@dataclass(frozen=True, slots=True)
class PastSighting:
    """A secret in a version of a file that is not the present one."""

    sighting: Sighting
    commit: str
    """The newest commit that added or took away this version; empty when git did not say in time."""
    blob: str
    """What git calls the version."""


@dataclass(frozen=True, slots=True)
class SecretHistory:
    """Secrets in past versions of files, as far as the bounds let one look."""

    NEEDS: ClassVar[tuple[str, ...]] = (
        "`repository` of the environment, a whole clone of it, and git",
        "`history = true` in `[policy.secrets]`",
    )

    asked_for: bool
    """Whether the policy wants the history searched."""
    commits: int = 0
    versions: int = 0
    """Versions of files that were searched, those of the present commit apart."""
    size_bytes: int = 0
    seconds: float = 0.0
    found: tuple[PastSighting, ...] = ()
    gaps: tuple[Gap, ...] = ()
