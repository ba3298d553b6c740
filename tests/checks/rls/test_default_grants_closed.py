from __future__ import annotations

from dataclasses import replace

import pytest

from auditor.facts.catalog import Catalog, DefaultGrant
from auditor.model import Gap, failed, passed
from checks.rls.default_grants_closed import default_grants_closed

OPEN = DefaultGrant("postgres", "public", "tables", "anon", ("DELETE", "SELECT"))


def judge(*grants, schemas=("public",), gaps=()):
    return list(default_grants_closed(Catalog(schemas, "a test", "app", (), default_grants=grants, gaps=gaps)))


def opened(creator="postgres", schema="public", role="anon", fix="for role postgres in schema public"):
    return failed(
        f"{creator} in {schema} tables",
        f"tables that {creator} creates are granted to {role}: DELETE, SELECT",
        remediation=f"    alter default privileges {fix} revoke all on tables from {role};",
        aspect=role,
        role=role,
        privileges=["DELETE", "SELECT"],
    )


@pytest.mark.parametrize("role", ["anon", "authenticated", "public"])
def test_open(role):
    assert judge(replace(OPEN, role=role)) == [opened(role=role)]


def test_open_in_every_schema():
    assert judge(replace(OPEN, schema="")) == [opened(schema="every schema", fix="for role postgres")]


def test_open_in_two_ways():
    assert judge(OPEN, replace(OPEN, role="public")) == [opened(), opened(role="public")]


@pytest.mark.parametrize(
    "grant",
    [
        replace(OPEN, role="service_role"),
        replace(OPEN, schema="core"),
        replace(OPEN, objects="functions"),
        replace(OPEN, objects="sequences"),
    ],
)
def test_closed(grant):
    assert judge(grant) == [passed("*", "no default privilege opens new tables to API roles", default_grants=1)]


def test_none():
    assert judge() == [passed("*", "no default privilege opens new tables to API roles", default_grants=0)]


def test_hostile_names_are_quoted_in_the_fix():
    grant = replace(OPEN, creator="The Boss", schema='a"; --')
    assert judge(grant, schemas=('a"; --',)) == [
        opened("The Boss", 'a"; --', fix='for role "The Boss" in schema "a""; --"')
    ]


def test_a_gap_is_no_all_clear():
    gap = (Gap("schema api", "it does not exist"),)
    assert judge(gaps=gap) == []
    assert judge(OPEN, gaps=gap) == [opened()]
