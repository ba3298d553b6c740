from __future__ import annotations

from dataclasses import replace

import pytest

from auditor.facts.catalog import Catalog, Role, RowPolicy
from auditor.facts.decisions import Decision, Decisions
from auditor.facts.row_trials import RowTrials, Trial

OWN = RowPolicy("public.notes", "own", "ALL", True, ("authenticated",), "(a = b)", "(a = b)", columns=("owner_id",))
OTHER = replace(OWN, name="other")
WIDE = replace(OWN, name="wide", using="true", check=None, columns=())
LIMIT = replace(OWN, name="limit", permissive=False)
USER = Role("authenticated", False, False, False, False)
NO = Decision(False)


def said(policy, using=None, check=None, role="authenticated", reason=""):
    """The trials of the expressions that a policy has."""
    sides = (("using", policy.using, using), ("check", policy.check, check))
    return [Trial(policy.table, policy.name, role, side, answer, reason) for side, text, answer in sides if text]


def decisions(*answers, policies=(), roles=()):
    """Policies with their answers: (policy, using, check)."""
    trials = [trial for answer in answers for trial in said(*answer)]
    found = (*(answer[0] for answer in answers), *policies)
    return Decisions(Catalog(("public",), "a test", "app", (), found, roles=roles), RowTrials(tuple(trials)))


def select(*answers):
    """Whether a stranger reads somebody else's row."""
    return decisions(*answers).foreign_row("public.notes", "authenticated", "SELECT", "using")


def yes(*names):
    return Decision(True, names)


def unknown(*names, reason=""):
    return Decision(None, names, reason)


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ([], NO),
        ([(OWN, False)], NO),
        ([(OWN, True)], yes("own")),
        ([(OWN, None)], unknown("own")),
        # permissive ones by OR
        ([(OWN, True), (OTHER, False)], yes("own")),
        ([(OWN, True), (OTHER, True)], yes("other", "own")),
        ([(OWN, True), (OTHER, None)], yes("own")),
        ([(OWN, False), (OTHER, None)], unknown("other")),
        ([(OWN, None), (OTHER, None)], unknown("other", "own")),
        # restrictive ones by AND
        ([(LIMIT, True)], NO),
        ([(LIMIT, None)], NO),
        ([(OWN, True), (LIMIT, True)], yes("own")),
        ([(OWN, True), (LIMIT, False)], NO),
        ([(OWN, True), (LIMIT, None)], unknown("limit")),
        ([(OWN, None), (LIMIT, True)], unknown("own")),
        ([(OWN, None), (LIMIT, False)], NO),
        ([(OWN, False), (LIMIT, None)], NO),
        ([(OWN, None), (LIMIT, None)], unknown("own")),
        ([(OWN, True), (LIMIT, None), (replace(LIMIT, name="second"), False)], NO),
        ([(OWN, True), (LIMIT, True), (replace(LIMIT, name="second"), None)], unknown("second")),
    ],
)
def test_foreign_row(answers, expected):
    assert select(*answers) == expected
    assert select(*reversed(answers)) == expected


def test_the_reason_is_kept():
    trials = RowTrials(tuple(said(OWN, reason="it calls f()")))
    found = Decisions(Catalog(("public",), "a test", "app", (), (OWN,)), trials)
    assert found.foreign_row("public.notes", "authenticated", "SELECT", "using") == unknown(
        "own", reason="it calls f()"
    )


def test_an_expression_that_was_not_tried_is_not_known():
    found = decisions(policies=(OWN,))
    assert found.foreign_row("public.notes", "authenticated", "SELECT", "using") == unknown(
        "own", reason="it was not tried"
    )


@pytest.mark.parametrize(
    ("policy", "role", "command", "expected"),
    [
        (OWN, "authenticated", "SELECT", True),
        (OWN, "anon", "SELECT", False),
        (replace(OWN, roles=("public",)), "anon", "DELETE", True),
        (replace(OWN, command="SELECT"), "authenticated", "SELECT", True),
        (replace(OWN, command="SELECT"), "authenticated", "UPDATE", False),
        (replace(OWN, roles=("everyone",)), "authenticated", "SELECT", True),
        (replace(OWN, roles=("everyone",)), "anon", "SELECT", False),
        (replace(OWN, roles=("becomes",)), "authenticated", "SELECT", False),
        (replace(OWN, table="public.other"), "authenticated", "SELECT", False),
    ],
)
def test_policies_that_count(policy, role, command, expected):
    user = replace(USER, member_of=("becomes", "everyone"), rights_of=("everyone",))
    found = decisions(policies=(policy,), roles=(user,)).policies("public.notes", role, command)
    assert found == ([policy] if expected else [])


def test_trial():
    found = decisions((OWN, True, False))
    assert found.trial(OWN, "authenticated", "check") == Trial("public.notes", "own", "authenticated", "check", False)
    assert found.trial(OWN, "anon", "check") is None


NO_CHECK = replace(OWN, check=None)


@pytest.mark.parametrize(
    ("answer", "command", "expected"),
    [
        ((OWN, False, True), "INSERT", yes("own")),
        ((OWN, True, False), "INSERT", NO),
        ((OWN, True, False), "UPDATE", NO),
        ((NO_CHECK, True), "INSERT", yes("own")),
        ((NO_CHECK, True), "UPDATE", yes("own")),
        ((NO_CHECK, False), "UPDATE", NO),
        ((replace(NO_CHECK, command="UPDATE"), True), "UPDATE", yes("own")),
        ((replace(OWN, command="INSERT", using=None), None, True), "INSERT", yes("own")),
        ((replace(OWN, command="INSERT", using=None, check=None),), "INSERT", NO),
    ],
)
def test_using_serves_where_there_is_no_check(answer, command, expected):
    assert decisions(answer).foreign_row("public.notes", "authenticated", command, "check") == expected


def test_a_policy_without_using_shows_nothing():
    policy = replace(OWN, command="UPDATE", using=None)
    found = decisions((policy, None, True))
    assert found.foreign_row("public.notes", "authenticated", "UPDATE", "using") == NO


def test_a_restrictive_policy_without_an_expression_restricts_nothing():
    limit = replace(LIMIT, command="UPDATE", using=None)
    found = decisions((OWN, True, True), (limit, None, False))
    assert found.foreign_row("public.notes", "authenticated", "UPDATE", "using") == yes("own")
    assert found.foreign_row("public.notes", "authenticated", "UPDATE", "check") == NO


@pytest.mark.parametrize(
    ("policy", "answer", "expected"),
    [(WIDE, True, True), (WIDE, False, False), (WIDE, None, False), (OWN, True, False)],
)
def test_opens_everything(policy, answer, expected):
    found = decisions((policy, answer))
    assert found.opens_everything(policy, "authenticated", "SELECT", "using") is expected
    assert found.opens_everything(policy, "anon", "SELECT", "using") is False


def test_a_policy_that_opens_everything_is_left_to_its_own_check():
    found = decisions((WIDE, True), (OWN, False, False))
    assert found.foreign_row("public.notes", "authenticated", "SELECT", "using") == NO
    assert found.opening("public.notes", "authenticated", "SELECT", "using") == ("wide",)
    assert found.opening("public.notes", "authenticated", "INSERT", "check") == ("wide",)
    assert found.opening("public.notes", "anon", "SELECT", "using") == ()
    assert found.opening("public.other", "authenticated", "SELECT", "using") == ()


def test_a_restrictive_policy_opens_nothing():
    found = decisions((replace(WIDE, permissive=False), True))
    assert found.opening("public.notes", "authenticated", "SELECT", "using") == ()


WIDE_READ = replace(WIDE, command="SELECT")
BOTH = replace(WIDE, check="true")


@pytest.mark.parametrize(
    ("policy", "side", "limits", "expected"),
    [
        (WIDE_READ, "using", [], False),
        (WIDE_READ, "using", [(LIMIT, False, False)], True),
        (WIDE_READ, "using", [(LIMIT, False, True)], True),
        (WIDE_READ, "using", [(LIMIT, True, True)], False),
        (WIDE_READ, "using", [(LIMIT, None, None)], False),
        (WIDE_READ, "using", [(replace(LIMIT, command="UPDATE"), False, False)], False),
        (WIDE_READ, "using", [(replace(LIMIT, roles=("anon",)), False, False)], False),
        (WIDE_READ, "using", [(OWN, False, False)], False),
        # for ALL, every command has to be kept
        (WIDE, "using", [(replace(LIMIT, command="SELECT", check=None), False)], False),
        (WIDE, "using", [(LIMIT, False, False)], True),
        (WIDE, "using", [(replace(LIMIT, check=None), False)], True),
        # its USING lets new rows in as well, where it has no WITH CHECK
        (WIDE, "using", [(LIMIT, False, True)], False),
        (WIDE, "check", [(LIMIT, False, True)], False),
        (WIDE, "check", [(LIMIT, True, False)], True),
        (BOTH, "using", [(LIMIT, False, True)], True),
        (BOTH, "check", [(LIMIT, False, True)], False),
        (BOTH, "check", [(LIMIT, True, False)], True),
        (
            BOTH,
            "using",
            [
                (replace(LIMIT, name=command, command=command, check=None), False)
                for command in ("SELECT", "UPDATE", "DELETE")
            ],
            True,
        ),
    ],
)
def test_narrowed(policy, side, limits, expected):
    found = decisions((policy, True, True), *limits)
    assert found.narrowed(policy, "authenticated", side) is expected
