"""What policies really answer: each expression tried on a row that belongs to somebody else, and real reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Trial:
    """One policy expression, evaluated as a role on a synthetic row that belongs to somebody else."""

    table: str
    policy: str
    role: str
    """``anon``, or ``authenticated`` as a stranger: a user who owns nothing and is a member of nothing."""
    side: str
    """``using`` or ``check``."""
    allowed: bool | None
    """None: it was not, or could not be, evaluated."""
    reason: str = ""
    """Why not."""


@dataclass(frozen=True, slots=True)
class Read:
    """A real SELECT of one row."""

    table: str
    role: str
    found: bool | None
    """Whether a row came back; None when the question failed."""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class RowTrials:
    """Everything that was tried, in read-only transactions that were rolled back."""

    NEEDS: ClassVar[tuple[str, ...]] = (
        "`auditor_database`, or `database`",
        "`grant anon, authenticated to` the audit's role: it looks with their eyes",
    )

    trials: tuple[Trial, ...]
    reads: tuple[Read, ...] = ()

    def seen_by(self) -> dict[str, list[str]]:
        """Relation to the roles that really read a row of it."""
        found: dict[str, list[str]] = {}
        for read in self.reads:
            if read.found:
                found.setdefault(read.table, []).append(read.role)
        return {table: sorted(roles) for table, roles in found.items()}
