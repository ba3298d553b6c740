"""Every error that the audit raises on purpose.

AuditError
├── UsageError              the command line or a file it names is wrong: exit 2
│   ├── ChecklistError      checklist.toml cannot be used; holds every problem found
│   └── WiringError         checks and probes do not fit together; holds every problem found
├── Unavailable             a fact could not be gathered, and why: its checks become ``error``
│   └── Absent              the checklist declares the surface absent: its checks become ``not-applicable``
└── LabError                the local stack did not start
"""

from __future__ import annotations

from dataclasses import dataclass


class AuditError(Exception):
    """Base of all errors raised on purpose. Its text is one sentence for the user."""


class UsageError(AuditError):
    """What was asked for cannot be done as asked; nothing was audited."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong in a file, and the way out."""

    message: str
    """What is wrong."""
    path: str = ""
    """The file."""
    line: int | None = None
    """Counted from 1."""
    key: str = ""
    """Dotted key, such as ``env.prod.frontend``."""
    remedy: str = ""
    """What to do about it."""

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.path and self.line else self.path
        parts = [part for part in (place, self.key, self.message) if part]
        return ": ".join(parts) + (f" ({self.remedy})" if self.remedy else "")


class _Problems(UsageError):
    """Several problems, told together."""

    def __init__(self, problems: list[Problem] | tuple[Problem, ...]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


class ChecklistError(_Problems):
    """The checklist cannot be used."""


class WiringError(_Problems):
    """A check or probe is declared in a way that cannot run."""


class Unavailable(AuditError):
    """A fact could not be gathered.

    Args:
        reason: what happened, as a clause that can follow ``could not be judged:``.
        hint: the grant, key or setting that would settle it.
    """

    def __init__(self, reason: str, hint: str = "") -> None:
        self.reason = reason
        self.hint = hint
        super().__init__(reason)


class Absent(Unavailable):
    """The checklist says that the stack has no such surface, on purpose."""

    def __init__(self, surface: str) -> None:
        self.surface = surface
        super().__init__(f"the checklist declares {surface} absent")


class LabError(AuditError):
    """The local stack could not be started or kept running."""
