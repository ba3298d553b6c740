from __future__ import annotations

from dataclasses import replace

import pytest

from auditor.facts.catalog import Catalog, Role, RowPolicy
from auditor.facts.decisions import Decision, Decisions, decisions_of
from auditor.facts.row_trials import Row, RowTrials, Trial

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


def test_trials():
    found = decisions((OWN, True, False))
    assert found.trials(OWN, "authenticated", "check") == [
        Trial("public.notes", "own", "authenticated", "check", False)
    ]
    assert found.trials(OWN, "anon", "check") == []
    assert found.trials(OTHER, "authenticated", "check") == []


def tried(*trials, policies=(OWN,), roles=()):
    catalog = Catalog(("public",), "a test", "app", (), policies, roles=roles)
    return Decisions(catalog, RowTrials(trials))


def once(allowed, state=0, who="", row=Row.FOREIGN, policy="own", side="using", role="authenticated"):
    reason = "" if allowed is not None else "it fails"
    return Trial("public.notes", policy, role, side, allowed, reason, row=row, state=state, who=who)


def test_trials_of_every_stranger_in_every_state():
    trials = (once(True, 1), once(False, 0, "second factor"), once(None, 0), once(True, row=Row.REAL))
    assert tried(*trials).trials(OWN, "authenticated", "using") == [trials[2], trials[0], trials[1]]


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ((True, True), yes("own")),
        ((True, False), NO),
        ((False, True), NO),
        ((False, None), NO),
        ((None, True), unknown("own", reason="it fails")),
        ((True, None), unknown("own", reason="it fails")),
    ],
)
def test_a_row_that_is_shown_in_some_states_is_shown_on_purpose(states, expected):
    trials = [once(allowed, state) for state, allowed in enumerate(states)]
    assert tried(*trials).foreign_row("public.notes", "authenticated", "SELECT", "using") == expected


def test_policies_that_together_open_every_state():
    trials = (
        once(True, 0),
        once(False, 1),
        once(False, 0, policy="other"),
        once(True, 1, policy="other"),
    )
    found = tried(*trials, policies=(OWN, OTHER))
    assert found.foreign_row("public.notes", "authenticated", "SELECT", "using") == yes("other", "own")


@pytest.mark.parametrize(
    ("plain", "strong", "expected"),
    [
        (False, False, NO),
        (True, True, yes("own")),
        (True, False, yes("own")),
        (False, True, Decision(True, ("own",), who="second factor")),
        (None, True, Decision(True, ("own",), who="second factor")),
        (None, False, unknown("own", reason="it fails")),
        (False, None, unknown("own", reason="it fails")),
    ],
)
def test_one_kind_of_stranger_is_enough(plain, strong, expected):
    found = tried(once(plain), once(strong, who="second factor"))
    assert found.foreign_row("public.notes", "authenticated", "SELECT", "using") == expected


def test_states_of_two_strangers_are_not_put_together():
    trials = [once(who == "" if state else who != "", state, who) for state in (0, 1) for who in ("", "second factor")]
    assert tried(*trials).foreign_row("public.notes", "authenticated", "SELECT", "using") == NO


@pytest.mark.parametrize("row", [Row.OWNERLESS, Row.SHARED, Row.REAL])
def test_each_kind_of_row_by_itself(row):
    found = tried(once(False), once(True, row=row))
    assert found.foreign_row("public.notes", "authenticated", "SELECT", "using") == NO
    assert found.foreign_row("public.notes", "authenticated", "SELECT", "using", row) == yes("own")
    for other in {Row.OWNERLESS, Row.SHARED, Row.REAL} - {row}:
        assert found.foreign_row("public.notes", "authenticated", "SELECT", "using", other) == NO


def test_there_is_such_a_row():
    found = tried(once(False), once(None, row=Row.SHARED))
    assert found.tried("public.notes", "authenticated", Row.FOREIGN) is True
    assert found.tried("public.notes", "authenticated", Row.SHARED) is True
    assert found.tried("public.notes", "authenticated", Row.OWN) is False
    assert found.tried("public.notes", "anon", Row.FOREIGN) is False
    assert found.tried("public.other", "authenticated", Row.FOREIGN) is False


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ((True, False), yes("own")),
        ((False, True), yes("own")),
        ((None, True), yes("own")),
        ((False, None), unknown("own", reason="it fails")),
        ((False, False), NO),
        ((), Decision(None, reason="it was not tried")),
    ],
)
def test_an_own_row_in_any_state(states, expected):
    trials = [once(allowed, state, row=Row.OWN) for state, allowed in enumerate(states)]
    assert tried(*trials).own_row("public.notes", "authenticated", "SELECT", "using") == expected


def test_a_policy_that_opens_everything_opens_own_rows_too():
    trials = (once(True, policy="wide"), once(True, policy="wide", row=Row.OWN))
    found = tried(*trials, policies=(WIDE,))
    assert found.own_row("public.notes", "authenticated", "UPDATE", "check") == yes("wide")


def member(allowed, number=1, state=0):
    return once(allowed, state, f"member {number}", Row.REAL)


def passing(*names):
    return Decision(True, names, who="member 1")


@pytest.mark.parametrize(
    ("trials", "expected"),
    [
        ((), None),
        ((once(True, row=Row.REAL),), None),
        ((member(True),), passing("own")),
        ((member(True), member(True, 2)), passing("own")),
        ((member(True), member(False, 2)), NO),
        ((member(True), member(None, 2)), unknown("own", reason="it fails")),
        ((member(False), member(None, 2)), NO),
        ((member(True), member(True, 1, 1)), passing("own")),
        ((member(True), member(False, 1, 1)), NO),
        ((member(True), once(False, row=Row.REAL)), passing("own")),
    ],
)
def test_every_member_must_see_a_row_of_another_tenant(trials, expected):
    assert tried(*trials).members("public.notes", "SELECT", "using") == expected


def test_what_members_see_is_no_matter_of_strangers():
    found = tried(once(False), once(False, row=Row.REAL), member(True))
    assert found.foreign_row("public.notes", "authenticated", "SELECT", "using", Row.REAL) == NO


def test_decisions_are_combined_once():
    catalog = Catalog(("public",), "a test", "app", (), (OWN,))
    trials = RowTrials((once(True),))
    first = decisions_of(catalog, trials)
    assert decisions_of(catalog, trials) is first
    assert decisions_of(catalog, RowTrials((once(True),))) is not first
    assert decisions_of(replace(catalog), trials) is not first


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


@pytest.mark.parametrize(
    ("limited", "expected"),
    [((False, False), True), ((True, False), False), ((False, True), False), ((None, False), False)],
)
def test_narrowed_takes_every_stranger_whom_it_lets_through(limited, expected):
    trials = [once(True, who=who, policy="wide") for who in ("", "anonymous sign-in")]
    trials += [
        once(allowed, who=who, policy="limit") for who, allowed in zip(("", "anonymous sign-in"), limited, strict=True)
    ]
    found = tried(*trials, policies=(WIDE_READ, replace(LIMIT, command="SELECT")))
    assert found.narrowed(WIDE_READ, "authenticated", "using") is expected


def test_narrowed_leaves_out_strangers_whom_the_policy_stops_itself():
    trials = (
        once(True, policy="wide"),
        once(False, who="second factor", policy="wide"),
        once(False, policy="limit"),
        once(True, who="second factor", policy="limit"),
    )
    found = tried(*trials, policies=(WIDE_READ, replace(LIMIT, command="SELECT")))
    assert found.narrowed(WIDE_READ, "authenticated", "using") is True


@pytest.mark.parametrize(("filled", "allowed"), [((True, True), True), ((True, False), False), ((None, True), None)])
def test_a_row_that_is_open_once_it_names_its_owner_in_arrays_too(filled, allowed):
    policy = replace(OWN, check=None)
    rows = [replace(once(answer, state), row=Row.FILLED) for state, answer in enumerate(filled)]
    decision = tried(once(False), *rows, policies=(policy,)).foreign_row(
        "public.notes", "authenticated", "SELECT", "using"
    )
    assert decision.allowed is allowed


@pytest.mark.parametrize(
    ("plain", "member", "allowed"),
    [(True, False, True), (True, True, False), (False, False, False), (True, None, False), (None, False, False)],
)
def test_a_tenant_for_those_who_have_none(plain, member, allowed):
    policy = replace(OWN, check=None)
    rows = [replace(once(plain), row=Row.NAMED), replace(once(member, who="tenant in the token"), row=Row.NAMED)]
    assert tried(*rows, policies=(policy,)).fallback("public.notes", "authenticated").allowed is allowed


@pytest.mark.parametrize("without", ["using", "check"])
def test_a_table_is_closed_only_when_every_side_was_asked(without):
    """An expression that was not tried is not known, however many others said no."""
    sides = [side for side in ("using", "check") if side != without]
    found = tried(*[once(False, side=side) for side in sides])
    command, side = ("SELECT", "using") if without == "using" else ("INSERT", "check")
    assert found.foreign_row("public.notes", "authenticated", command, side) == unknown(
        "own", reason="it was not tried"
    )


@pytest.mark.parametrize("missing", [(0, "second factor"), (1, "")])
def test_a_table_is_closed_only_when_every_case_was_asked(missing):
    cases = [(0, ""), (0, "second factor"), (1, "")]
    policy, other = replace(OWN, check=None), replace(OTHER, check=None)
    trials = [once(False, *case) for case in cases] + [
        once(False, *case, policy="other") for case in cases if case != missing
    ]
    decision = tried(*trials, policies=(policy, other)).foreign_row("public.notes", "authenticated", "SELECT", "using")
    assert decision == (NO if missing == (1, "") else unknown("other", reason="it was not tried"))
