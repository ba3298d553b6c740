"""What all policies of a table together say: permissive ones by OR, restrictive ones by AND, as PostgreSQL does it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from auditor.facts.catalog import PUBLIC, Catalog, RowPolicy
from auditor.facts.row_trials import RowTrials, Trial

_USES = {"using": ("SELECT", "UPDATE", "DELETE"), "check": ("INSERT", "UPDATE")}
"""The commands that ask each side of a policy."""


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether a role gets at a row that belongs to somebody else."""

    allowed: bool | None
    """None: a policy that matters could not be evaluated."""
    policies: tuple[str, ...] = ()
    """The permissive policies that let it through, or that could not be evaluated."""
    reason: str = ""


class Decisions:
    """Combines trials, table by table.

    Args:
        catalog: the policies.
        trials: what each of their expressions answered.
    """

    def __init__(self, catalog: Catalog, trials: RowTrials) -> None:
        self._policies: dict[str, list[RowPolicy]] = defaultdict(list)
        for policy in catalog.policies:
            self._policies[policy.table].append(policy)
        self._trials: dict[tuple[str, str, str, str], Trial] = {
            (trial.table, trial.policy, trial.role, trial.side): trial for trial in trials.trials
        }
        self._memberships = {role.name: set(role.rights_of) for role in catalog.roles}

    def policies(self, table: str, role: str, command: str) -> list[RowPolicy]:
        """The policies that count for a role and command."""
        names = {role, PUBLIC, *self._memberships.get(role, set())}
        return [p for p in self._policies.get(table, []) if p.command in ("ALL", command) and names & set(p.roles)]

    def trial(self, policy: RowPolicy, role: str, side: str) -> Trial | None:
        """The trial of one expression; None when there is none to try."""
        return self._trials.get((policy.table, policy.name, role, side))

    def opens_everything(self, policy: RowPolicy, role: str, command: str, side: str) -> bool:
        """Whether a policy gives the same yes to every row: it reads no column, and said yes to a stranger."""
        trial = self._counted(policy, role, command, side)
        return not policy.columns and trial is not None and trial.allowed is True

    def narrowed(self, policy: RowPolicy, role: str, side: str) -> bool:
        """Whether a restrictive policy beside it keeps somebody else's row from the role after all."""
        # without a WITH CHECK of its own, its USING lets new rows in as well
        sides = {side, "check"} if policy.check is None else {side}
        ways = [(command, s) for s in sides for command in _USES[s] if policy.command in ("ALL", command)]
        return all(self._kept(policy.table, role, command, s) for command, s in ways)

    def _kept(self, table: str, role: str, command: str, side: str) -> bool:
        restrictive = [p for p in self.policies(table, role, command) if not p.permissive]
        tried = [self._counted(policy, role, command, side) for policy in restrictive]
        return any(trial is not None and trial.allowed is False for trial in tried)

    def opening(self, table: str, role: str, command: str, side: str) -> tuple[str, ...]:
        """The permissive policies of a table that open every row to a role."""
        return tuple(
            policy.name
            for policy in self.policies(table, role, command)
            if policy.permissive
            and self.opens_everything(policy, role, command, side)
            and not self.narrowed(policy, role, side)
        )

    def foreign_row(self, table: str, role: str, command: str, side: str) -> Decision:
        """Whether a role gets at somebody else's row; policies that open everything are left to their own check."""
        permissive: list[Trial] = []
        restrictive: list[Trial] = []
        for policy in self.policies(table, role, command):
            trial = self._counted(policy, role, command, side)
            if trial is None:
                continue  # PostgreSQL leaves out a policy without an expression, a restrictive one too
            if not policy.permissive:
                restrictive.append(trial)
            elif not self.opens_everything(policy, role, command, side):
                permissive.append(trial)
        yes = [trial for trial in permissive if trial.allowed]
        if any(trial.allowed is False for trial in restrictive):
            return Decision(False)
        if yes and all(trial.allowed for trial in restrictive):
            return Decision(True, tuple(sorted(trial.policy for trial in yes)))
        unknown = [trial for trial in (restrictive if yes else permissive) if trial.allowed is None]
        return _unknown(unknown) if unknown else Decision(False)

    def _counted(self, policy: RowPolicy, role: str, command: str, side: str) -> Trial | None:
        """The expression that PostgreSQL uses: WITH CHECK falls back to USING, except for INSERT policies."""
        for candidate in _sides(policy, command, side):
            untried = Trial(policy.table, policy.name, role, candidate, None, "it was not tried")
            return self.trial(policy, role, candidate) or untried
        return None


def _unknown(trials: list[Trial]) -> Decision:
    return Decision(None, tuple(sorted(trial.policy for trial in trials)), trials[0].reason)


def _sides(policy: RowPolicy, command: str, side: str) -> Iterator[str]:
    if side == "check" and policy.check is not None:
        yield "check"
    elif policy.using is not None and not (side == "check" and command == "INSERT" and policy.command == "INSERT"):
        yield "using"
