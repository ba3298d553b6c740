"""How many usual addresses of something were looked at, and what became of them."""

from __future__ import annotations

from dataclasses import dataclass

from auditor.model import Finding, unproven

_MOST_PATHS = 5
"""Examples that a finding names."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How the addresses of one kind were answered at one origin."""

    origin: str
    kind: str
    """The value of the kind: ``console``."""
    paths: int
    """How many were looked at."""
    alike: int = 0
    """How many are answered as any random path beside them is: whatever that is, it is not what was looked for."""
    untold: tuple[str, ...] = ()
    """Addresses of which nobody can tell."""
    why: str = ""
    """Why not, as a clause."""
    hint: str = ""


def nobody_can_tell(tally: Tally, what: str) -> Finding:
    """That some of the addresses prove nothing.

    Args:
        tally: with addresses that are untold.
        what: what is not known of them: ``usual paths of dumps are served``.
    """
    return unproven(
        tally.origin,
        f"whether {len(tally.untold)} of {tally.paths} {what}, nobody can tell: {tally.why}",
        tally.hint,
        paths=list(tally.untold[:_MOST_PATHS]),
        untold=len(tally.untold),
    )
