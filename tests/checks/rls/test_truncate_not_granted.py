from __future__ import annotations

from dataclasses import replace

import pytest

from auditor.facts.catalog import Catalog, Grant, Relation
from auditor.model import Gap, failed, not_applicable, passed
from checks.rls.truncate_not_granted import truncate_not_granted

NOTES = Relation("public", "notes", "table", "postgres", True, grants=(Grant("anon", "TRUNCATE"),))


def judge(*tables, gaps=()):
    return list(truncate_not_granted(Catalog(("public",), "a test", "app", tables, gaps=gaps)))


def granted(*roles, subject="public.notes"):
    return failed(subject, f"{', '.join(roles)} may truncate it, whatever its policies", roles=list(roles))


@pytest.mark.parametrize("kind", ["table", "partitioned table"])
@pytest.mark.parametrize("rls", [True, False])
def test_granted(kind, rls):
    assert judge(replace(NOTES, kind=kind, rls=rls, forced=rls)) == [granted("anon")]


def test_granted_to_both():
    grants = (Grant("authenticated", "TRUNCATE"), *NOTES.grants)
    assert judge(replace(NOTES, grants=grants)) == [granted("anon", "authenticated")]


@pytest.mark.parametrize("grants", [(), (Grant("app", "TRUNCATE"),), (Grant("anon", "DELETE"),)])
def test_not_granted(grants):
    assert judge(replace(NOTES, grants=grants)) == [passed("public.notes", "no API role may truncate it")]


@pytest.mark.parametrize("changes", [{"exposed": False}, {"kind": "view"}, {"kind": "foreign table"}])
def test_what_is_not_judged(changes):
    assert judge(replace(NOTES, **changes)) == [not_applicable("the API serves no table")]


def test_hostile_names_are_quoted():
    assert judge(replace(NOTES, name='no"tes; --')) == [granted("anon", subject='public."no""tes; --"')]


def test_a_gap_is_not_taken_for_nothing_to_look_at():
    assert judge(gaps=(Gap("schema api", "it does not exist"),)) == []
