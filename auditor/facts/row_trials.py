"""What policies really answer: each expression tried on rows that belong to somebody else, and real reads."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from auditor.quick import quick


class Row(StrEnum):
    """Whose the row is on which a policy is tried."""

    FOREIGN = "foreign"
    """Every column that names somebody names somebody else."""
    CHOSEN = "chosen"
    """A foreign one, in a state other than the default: for those who choose it, since they write the row."""
    OWN = "own"
    """Every column that names somebody names the caller."""
    OWNERLESS = "ownerless"
    """Columns that may be empty name nobody."""
    FILLED = "filled"
    """A foreign one whose arrays and JSON name its owner too."""
    SPOOFED = "spoofed"
    """Its author is somebody else, and whoever else it names is the caller."""
    SHARED = "shared"
    """It names the caller as its user, and a tenant that is not theirs."""
    REAL = "real"
    """It names a real tenant, of which the caller is no member."""
    NAMED = "named"
    """A foreign one of a tenant that a policy names itself."""
    KEYED = "keyed"
    """A foreign one that leads to a real row of another table, which a stranger does not see."""


@quick
@dataclass(frozen=True, slots=True)
class Trial:
    """One policy expression, evaluated as a role on a row that exists only in the query."""

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
    hint: str = ""
    """What would help: a grant, or to try again."""
    row: Row = Row.FOREIGN
    state: int = 0
    """A number for each combination of values that the columns which name nobody may have."""
    who: str = ""
    """What sets the caller apart from a plain stranger: ``second factor``, ``anonymous sign-in``, ``member``."""


@dataclass(frozen=True, slots=True)
class Read:
    """A real SELECT of one row."""

    table: str
    role: str
    found: bool | None
    """Whether a row came back; None when the question failed."""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Write:
    """An INSERT, UPDATE or DELETE that PostgreSQL would carry out: it was planned (``EXPLAIN``), and not run."""

    relation: str
    role: str
    command: str


@dataclass(frozen=True, slots=True)
class RowTrials:
    """Everything that was tried, in read-only transactions that were rolled back."""

    NEEDS: ClassVar[tuple[str, ...]] = (
        "`auditor_database`, or `database`",
        "`grant anon, authenticated to` the audit's role: it looks with their eyes",
        "optionally, `grant select` on the tables that hold memberships: policies are then tried with real members",
    )

    trials: tuple[Trial, ...]
    reads: tuple[Read, ...] = ()
    """Of relations without row level security, and of tables whose policies depend on other data than the row."""
    writes: tuple[Write, ...] = ()
    """Through relations that no policy guards."""
    unsampled: tuple[tuple[str, str], ...] = ()
    """Tables of memberships of which no real member was tried, and why."""
    denied: tuple[str, ...] = ()
    """Tables without any policy, of which PostgreSQL plans to show no row, though API roles may select."""

    def reads_by_table(self) -> dict[str, list[Read]]:
        """Relation to what was read of it."""
        found: dict[str, list[Read]] = {}
        for read in self.reads:
            found.setdefault(read.table, []).append(read)
        return found

    def written_by(self) -> dict[str, list[str]]:
        """Relation to the roles that may write to it, as PostgreSQL's planner says."""
        found: dict[str, set[str]] = {}
        for write in self.writes:
            found.setdefault(write.relation, set()).add(write.role)
        return {relation: sorted(roles) for relation, roles in found.items()}

    def seen_by(self) -> dict[str, list[str]]:
        """Relation to the roles that really read a row of it."""
        found: dict[str, list[str]] = {}
        for read in self.reads:
            if read.found:
                found.setdefault(read.table, []).append(read.role)
        return {table: sorted(roles) for table, roles in found.items()}
