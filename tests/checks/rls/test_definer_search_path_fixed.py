from __future__ import annotations

from dataclasses import replace

import pytest

from auditor.facts.catalog import Catalog, Function
from auditor.model import Gap, failed, not_applicable, passed
from checks.rls.definer_search_path_fixed import definer_search_path_fixed

DUMP = Function("public", "dump", "", "postgres", True, "stable", "sql", None, ("anon",), True)
NOTHING = [not_applicable("there is no SECURITY DEFINER function")]


def judge(*functions, gaps=()):
    return list(definer_search_path_fixed(Catalog(("public",), "a test", "app", (), functions=functions, gaps=gaps)))


def loose(subject="public.dump()"):
    return failed(subject, "takes the search_path of its caller", owner="postgres")


def fixed(path, subject="public.dump()"):
    return passed(subject, "sets its own search_path", search_path=path)


@pytest.mark.parametrize("changes", [{}, {"exposed": False}, {"executable_by": ()}, {"trigger": True}])
def test_the_callers(changes):
    assert judge(replace(DUMP, **changes)) == [loose()]


@pytest.mark.parametrize("path", ["", '""', "public, pg_temp"])
def test_its_own_even_an_empty_one(path):
    assert judge(replace(DUMP, search_path=path)) == [fixed(path)]


def test_overloads_are_told_apart():
    other = replace(DUMP, arguments="n integer", search_path="")
    assert judge(DUMP, other) == [loose(), fixed("", "public.dump(n integer)")]


@pytest.mark.parametrize("changes", [{"definer": False}, {"extension": "postgis"}])
def test_what_is_not_judged(changes):
    assert judge(replace(DUMP, **changes)) == NOTHING


def test_none():
    assert judge() == NOTHING


def test_hostile_names_are_quoted():
    assert judge(replace(DUMP, schema="Odd", name='d"ump')) == [loose('"Odd"."d""ump"()')]


def test_a_gap_is_not_taken_for_nothing_to_look_at():
    assert judge(gaps=(Gap("schema api", "it does not exist"),)) == []
