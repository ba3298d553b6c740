from __future__ import annotations

from dataclasses import replace

import pytest

from auditor.facts.catalog import Catalog, Relation, RowPolicy
from auditor.facts.columns import Columns, DelicateColumn
from auditor.facts.row_trials import RowTrials, Trial
from auditor.model import Confidence, Gap, failed, not_applicable, passed, unproven
from checks.rls.sensitive_columns_hidden import sensitive_columns_hidden

PROFILES = Relation("public", "profiles", "table", "postgres", True, rls=True)
API_KEY = DelicateColumn("public.profiles", "api_key", "sensitive", ("anon", "authenticated"), ())
SHOWN = RowPolicy("public.profiles", "shown", "SELECT", True, ("authenticated",), "is_public", None, ("is_public",))
NOTHING = [not_applicable("no column of an exposed table is named like a secret")]


def judge(*policies, said=(), column=API_KEY, table=PROFILES, gaps=()):
    catalog = Catalog(("public",), "a test", "app", (table,), policies, gaps=gaps)
    trials = RowTrials(tuple(Trial(column.table, name, role, "using", *answer) for name, role, *answer in said))
    return list(sensitive_columns_hidden(Columns((column,), ()), catalog, trials))


def readable(*roles, confidence=Confidence.PROVEN, table="public.profiles", column="api_key"):
    return failed(
        table,
        f"{', '.join(roles)} may read {column} of everyone",
        confidence=confidence,
        aspect=column,
        column=column,
        readable_by=list(roles),
    )


def hidden(table="public.profiles", column="api_key"):
    return passed(table, f"{column} of others is hidden", aspect=column)


def test_without_rls():
    table = replace(PROFILES, rls=False)
    assert judge(table=table) == [readable("anon", "authenticated", confidence=Confidence.OBSERVED)]


def test_in_rows_that_a_policy_shows():
    assert judge(SHOWN, said=[("shown", "authenticated", True)]) == [readable("authenticated")]


def test_in_rows_that_a_policy_shows_to_everyone():
    policy = replace(SHOWN, roles=("public",), columns=())
    said = [("shown", "anon", True), ("shown", "authenticated", True)]
    assert judge(policy, said=said) == [readable("anon", "authenticated")]


def test_hidden_by_the_policies():
    assert judge(SHOWN, said=[("shown", "authenticated", False)]) == [hidden()]
    assert judge() == [hidden()]


@pytest.mark.parametrize("rls", [True, False])
def test_hidden_by_the_grants(rls):
    column = replace(API_KEY, readable_by=())
    said = [("shown", "authenticated", True)]
    assert judge(SHOWN, said=said, column=column, table=replace(PROFILES, rls=rls)) == [hidden()]


def test_only_roles_that_may_read_the_column_count():
    column = replace(API_KEY, readable_by=("anon",))
    assert judge(SHOWN, said=[("shown", "authenticated", True)], column=column) == [hidden()]


def test_what_could_not_be_tried_is_no_pass():
    assert judge(SHOWN, said=[("shown", "authenticated", None, "it calls f()")]) == [
        unproven(
            "public.profiles",
            "whether api_key of others is hidden could not be tried: it calls f()",
            aspect="api_key",
        )
    ]


def test_one_role_reads_it_whatever_could_not_be_tried():
    policy = replace(SHOWN, roles=("public",))
    said = [("shown", "anon", None, "it calls f()"), ("shown", "authenticated", True)]
    assert judge(policy, said=said) == [readable("authenticated")]


@pytest.mark.parametrize("changes", [{"kind": "privilege"}, {"table": "public.gone"}])
def test_what_is_not_judged(changes):
    assert judge(column=replace(API_KEY, **changes)) == NOTHING


def test_hostile_names():
    column = replace(API_KEY, table='public."a.b"', column='api"key')
    table = replace(PROFILES, name="a.b")
    policy = replace(SHOWN, table='public."a.b"')
    assert judge(policy, said=[("shown", "authenticated", True)], column=column, table=table) == [
        readable("authenticated", table='public."a.b"', column='api"key')
    ]


def test_a_gap_is_not_taken_for_nothing_to_look_at():
    assert judge(column=replace(API_KEY, kind="privilege"), gaps=(Gap("schema api", "it does not exist"),)) == []
