"""What all policies of a table together say: permissive ones by OR, restrictive ones by AND, as PostgreSQL does it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from auditor.facts.catalog import PUBLIC, Catalog, RowPolicy
from auditor.facts.row_trials import Row, RowTrials, Trial

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
    hint: str = ""
    """What would help, where that is known."""
    who: str = ""
    """Which stranger gets through; empty for a plain one."""


REVIEW = "declare the function stable if it is, or review the policy and waive this"
"""What helps when a policy must not, or cannot, be tried."""
_CLOSED = Decision(False)

_last: list[tuple[Catalog, RowTrials, Decisions]] = []


def decisions_of(catalog: Catalog, trials: RowTrials) -> Decisions:
    """The decisions about a database, combined once for all checks of a run that ask for them.

    Args:
        catalog: the policies.
        trials: what each of their expressions answered.
    """
    if not _last or _last[0][0] is not catalog or _last[0][1] is not trials:
        _last[:] = [(catalog, trials, Decisions(catalog, trials))]
    return _last[0][2]


class _Case(NamedTuple):
    """One stranger, one row."""

    role: str
    row: Row
    who: str
    state: int


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
        self._trials: dict[tuple[str, str, str, _Case], Trial] = {}
        self._cases: dict[tuple[str, str, Row], dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
        for trial in trials.trials:
            case = _Case(trial.role, trial.row, trial.who, trial.state)
            self._trials[trial.table, trial.policy, trial.side, case] = trial
            self._cases[trial.table, trial.role, trial.row][trial.who].add(trial.state)
        self._names = {role.name: frozenset({role.name, PUBLIC, *role.rights_of}) for role in catalog.roles}
        self._not_closed = {(trial.table, trial.role) for trial in trials.trials if trial.allowed is not False}
        self._closed: dict[tuple[str, str], bool] = {}

    def policies(self, table: str, role: str, command: str) -> list[RowPolicy]:
        """The policies that count for a role and command."""
        names = self._names.get(role) or frozenset({role, PUBLIC})
        return [
            policy
            for policy in self._policies.get(table, ())
            if policy.command in ("ALL", command) and not names.isdisjoint(policy.roles)
        ]

    def trials(self, policy: RowPolicy, role: str, side: str) -> list[Trial]:
        """The trials of one expression on somebody else's row, as every stranger."""
        tried = (self._trial(policy, side, case) for case in self._of(policy.table, role))
        return [trial for trial in tried if trial is not None]

    def opens_everything(self, policy: RowPolicy, role: str, command: str, side: str) -> bool:
        """Whether a policy gives the same yes to every row: it reads no column, and said yes to a stranger."""
        return not policy.columns and bool(self._passing(policy, role, command, side))

    def narrowed(self, policy: RowPolicy, role: str, side: str) -> bool:
        """Whether restrictive policies beside it keep somebody else's row from the role after all."""
        # without a WITH CHECK of its own, its USING lets new rows in as well
        sides = {side, "check"} if policy.check is None else {side}
        ways = [(command, s) for s in sides for command in _USES[s] if policy.command in ("ALL", command)]
        return all(self._kept(policy, role, command, s) for command, s in ways)

    def _kept(self, policy: RowPolicy, role: str, command: str, side: str) -> bool:
        """Whether every stranger whom the policy lets through is stopped by a restrictive one."""
        restrictive = [p for p in self.policies(policy.table, role, command) if not p.permissive]
        stopped: dict[str, bool] = {}
        for case in self._passing(policy, role, command, side) or self._of(policy.table, role):
            tried = (self._counted(restriction, command, side, case) for restriction in restrictive)
            stops = any(trial is not None and trial.allowed is False for trial in tried)
            stopped[case.who] = stopped.get(case.who, False) or stops  # in some states is on purpose
        return all(stopped.values())

    def _passing(self, policy: RowPolicy, role: str, command: str, side: str) -> list[_Case]:
        return [
            case
            for case in self._of(policy.table, role)
            if (trial := self._counted(policy, command, side, case)) and trial.allowed
        ]

    def opening(self, table: str, role: str, command: str, side: str) -> tuple[str, ...]:
        """The permissive policies of a table that open every row to a role."""
        if self.closed(table, role):
            return ()
        return tuple(
            policy.name
            for policy in self.policies(table, role, command)
            if policy.permissive
            and self.opens_everything(policy, role, command, side)
            and not self.narrowed(policy, role, side)
        )

    def tried(self, table: str, role: str, row: Row) -> bool:
        """Whether there is such a row of the table."""
        return bool(self._cases.get((table, role, row)))

    def foreign_row(
        self, table: str, role: str, command: str, side: str, row: Row = Row.FOREIGN, *, any_state: bool = False
    ) -> Decision:
        """Whether a role gets at somebody else's row; policies that open everything are left to their own check.

        A stranger gets at it when it is open in every state that it may be in: a row that is shown in some states
        only is shown on purpose. One kind of stranger is enough; with ``any_state``, so is one state: of a new row,
        the caller says what it is like.
        """
        if self.closed(table, role):
            return _CLOSED
        counted = self._policies_that_count(table, role, command, side)
        combined = _in_any if any_state else _in_all
        strangers = [
            combined(self._decide(counted, command, side, case) for case in cases)
            for cases in self._by_who(table, role, row)
            if row is not Row.REAL or not cases[0].who  # what members of others get is another question
        ]
        if row is Row.FOREIGN and self.tried(table, role, Row.FILLED):
            strangers.append(self.foreign_row(table, role, command, side, Row.FILLED, any_state=any_state))
        if any_state and row is Row.FOREIGN and self.tried(table, role, Row.CHOSEN):
            strangers.append(self.foreign_row(table, role, command, side, Row.CHOSEN, any_state=True))
        return _in_any(strangers)

    def fallback(self, table: str, role: str) -> Decision:
        """Whether a role reads rows of a tenant that a policy names, and not once it has a tenant of its own.

        What is shown to those who belong somewhere too is shown on purpose.
        """
        counted = self._policies_that_count(table, role, "SELECT", "using")
        found = self._cases.get((table, role, Row.NAMED), {})
        for state in sorted(found.get("", ())):
            plain = self._decide(counted, "SELECT", "using", _Case(role, Row.NAMED, "", state))
            others = [_Case(role, Row.NAMED, who, state) for who in sorted(found) if who]
            closed = [self._decide(counted, "SELECT", "using", case).allowed is False for case in others]
            if plain.allowed and closed and all(closed):
                return plain
        return _CLOSED

    def own_row(self, table: str, role: str, command: str, side: str) -> Decision:
        """Whether a role gets at a row of its own, in any state."""
        counted = self.policies(table, role, command)
        found = [self._decide(counted, command, side, case) for case in self._of(table, role, Row.OWN)]
        return _in_any(found) if found else Decision(None, reason="it was not tried")

    def members(self, table: str, command: str, side: str) -> Decision | None:
        """Whether every real member of one tenant gets at a row of another; None when none was tried.

        Every one: an administrator may, and is a member too.
        """
        counted = self._policies_that_count(table, "authenticated", command, side)
        found = [
            _in_all(self._decide(counted, command, side, case) for case in cases)
            for cases in self._by_who(table, "authenticated", Row.REAL)
            if cases[0].who
        ]
        return _in_all(found) if found else None

    def closed(self, table: str, role: str) -> bool:
        """Whether every expression said no to everybody, and was asked: most tables, and quickly told."""
        key = (table, role)
        if key not in self._closed:
            self._closed[key] = key not in self._not_closed and self._all_asked(table, role)
        return self._closed[key]

    def _all_asked(self, table: str, role: str) -> bool:
        names = self._names.get(role) or frozenset({role, PUBLIC})
        cases = self._of(table, role)
        return all(
            (table, policy.name, side, case) in self._trials
            for policy in self._policies.get(table, ())
            if not names.isdisjoint(policy.roles)
            for side, text in (("using", policy.using), ("check", policy.check))
            if text is not None
            for case in cases
        )

    def _of(self, table: str, role: str, row: Row = Row.FOREIGN) -> list[_Case]:
        return [case for cases in self._by_who(table, role, row) for case in cases]

    def _by_who(self, table: str, role: str, row: Row) -> Iterator[list[_Case]]:
        found = self._cases.get((table, role, row), {})
        if not found and row is Row.FOREIGN:
            found = {"": {0}}  # nothing was tried: what there is to try counts as unknown
        for who in sorted(found):
            yield [_Case(role, row, who, state) for state in sorted(found[who])]

    def _policies_that_count(self, table: str, role: str, command: str, side: str) -> list[RowPolicy]:
        return [
            policy
            for policy in self.policies(table, role, command)
            if not (policy.permissive and self.opens_everything(policy, role, command, side))
        ]

    def _decide(self, policies: Iterable[RowPolicy], command: str, side: str, case: _Case) -> Decision:
        permissive: list[Trial] = []
        restrictive: list[Trial] = []
        for policy in policies:
            # PostgreSQL leaves out a policy without an expression, a restrictive one too
            if trial := self._counted(policy, command, side, case):
                (permissive if policy.permissive else restrictive).append(trial)
        yes = [trial for trial in permissive if trial.allowed]
        if any(trial.allowed is False for trial in restrictive):
            return Decision(False)
        if yes and all(trial.allowed for trial in restrictive):
            return Decision(True, tuple(sorted(trial.policy for trial in yes)), who=case.who)
        unknown = [trial for trial in (restrictive if yes else permissive) if trial.allowed is None]
        return _unknown(unknown) if unknown else Decision(False)

    def _counted(self, policy: RowPolicy, command: str, side: str, case: _Case) -> Trial | None:
        """The expression that PostgreSQL uses: WITH CHECK falls back to USING, except for INSERT policies."""
        for candidate in _sides(policy, command, side):
            untried = Trial(policy.table, policy.name, case.role, candidate, None, "it was not tried")
            return self._trial(policy, candidate, case) or untried
        return None

    def _trial(self, policy: RowPolicy, side: str, case: _Case) -> Trial | None:
        return self._trials.get((policy.table, policy.name, side, case))


def _in_any(decisions: Iterable[Decision]) -> Decision:
    """Open when one is."""
    found = list(decisions)
    return next((d for allowed in (True, None) for d in found if d.allowed is allowed), _CLOSED)


def _in_all(decisions: Iterable[Decision]) -> Decision:
    """Open when every one is; closed as soon as one is."""
    found = list(decisions)
    for allowed in (False, None):
        if decision := next((d for d in found if d.allowed is allowed), None):
            return decision
    policies = sorted({policy for decision in found for policy in decision.policies})
    return Decision(True, tuple(policies), who=found[0].who)


def _unknown(trials: list[Trial]) -> Decision:
    return Decision(None, tuple(sorted(trial.policy for trial in trials)), trials[0].reason, trials[0].hint)


def _sides(policy: RowPolicy, command: str, side: str) -> Iterator[str]:
    if side == "check" and policy.check is not None:
        yield "check"
    elif policy.using is not None and not (side == "check" and command == "INSERT" and policy.command == "INSERT"):
        yield "using"
