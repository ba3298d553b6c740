"""Which real keys rows are made with, without a server."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from auditor.errors import Unavailable
from auditor.facts.catalog import Catalog, Grant, PolicyColumn, Relation, RowPolicy
from auditor.facts.row_trials import Row
from auditor.probes.keys import keyed_rows
from auditor.probes.personas import Persona
from auditor.probes.questions import RealRow

READ = (Grant("authenticated", "SELECT"),)
PROJECTS = Relation("public", "projects", "table", "postgres", True, rls=True, grants=READ)
TASKS = replace(PROJECTS, name="tasks")
OWN = RowPolicy("public.projects", "own", "SELECT", True, ("authenticated",), "(a = b)", None, ("owner",))
BY_PROJECT = replace(OWN, table="public.tasks", columns=("project_id",), relations=("public.projects",))
KEY = PolicyColumn("public.tasks", "project_id", "uuid", "uuid", refers_to="public.projects", refers_to_key="id")
MEMBER = Persona("authenticated", "member 1", "ann")


class Server:
    """Answers by who asks: the audit's own role is None, the stranger is ``authenticated``, members by their id."""

    def __init__(self, **seen):
        self.seen, self.asked = seen, []

    @asynccontextmanager
    async def transaction(self, role=None, claims=None, statement_timeout_ms=0):
        self.who = "audit" if role is None else "ann" if claims.get("sub") == "ann" else role
        yield self

    async def rows(self, sql, params=()):
        if "set_config" in sql:
            return []
        self.asked.append(sql)
        keys = self.seen.get(self.who, ())
        if keys is None:
            raise Unavailable("permission denied")
        return [(key,) for key in keys if " in (" not in sql or f"'{key}'" in sql]


def found(server, policies=(OWN, BY_PROJECT), column=KEY, project=PROJECTS):
    catalog = Catalog(("public",), "a test", "app", (project, TASKS), policies, (column,))
    rows = asyncio.run(keyed_rows(server, catalog, [RealRow("public.tasks", MEMBER, {})]))
    return [(row.table, row.persona.role, row.persona.who, dict(row.values), row.row) for row in rows]


def keyed(key, role="authenticated"):
    return [("public.tasks", role, "", {"project_id": f"'{key}'"}, Row.KEYED)]


def test_what_a_member_sees_and_a_stranger_does_not():
    assert found(Server(audit=(), ann=("a", "b"), authenticated=("a",))) == keyed("b")


def test_what_the_audit_sees_and_a_stranger_does_not():
    assert found(Server(audit=("it's",))) == keyed("it''s")


@pytest.mark.parametrize(
    "seen", [{}, {"ann": ("a",), "authenticated": ("a",)}, {"ann": ("a",), "authenticated": None}, {"ann": None}]
)
def test_no_key_that_is_known_to_be_hidden(seen):
    assert found(Server(**seen)) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"policies": (BY_PROJECT,)},
        {"policies": (replace(OWN, command="INSERT"), BY_PROJECT)},
        {"policies": (replace(OWN, roles=("staff",)), BY_PROJECT)},
        {"policies": (replace(OWN, risk="it calls f()"), BY_PROJECT)},
        {"policies": (OWN, replace(BY_PROJECT, risk="it calls f()"))},
        {"policies": (OWN, replace(BY_PROJECT, relations=()))},
        {"column": replace(KEY, refers_to="", refers_to_key="")},
        {"project": replace(PROJECTS, rls=False)},
        {"project": replace(PROJECTS, grants=())},
    ],
)
def test_where_nothing_is_tried(changes):
    server = Server(ann=("a",))
    assert found(server, **changes) == []
    assert not any(" in (" in sql for sql in server.asked)
