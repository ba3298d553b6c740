from __future__ import annotations

import pytest

from .client import ask

TABLES = ("workspaces", "workspace_datasets", "custom_kpis", "user_roles")


def _read(stack, table, key, query="select=*&limit=2"):
    return ask(stack, "supabase", f"/rest/v1/{table}?{query}", apikey=key, Authorization=f"Bearer {key}")


@pytest.mark.parametrize("table", TABLES)
def test_hardened_shows_strangers_nothing(hardened, table):
    answer = _read(hardened, table, hardened.anon_key)

    assert answer.status == 401
    assert answer.json == {
        "code": "42501", "details": None, "hint": None, "message": f"permission denied for table {table}",
    }  # fmt: skip


@pytest.mark.parametrize("table", TABLES[1:])
def test_insecure_shows_strangers_rows_of_both_tenants(insecure, table):
    rows = _read(insecure, table, insecure.anon_key, "select=owner_id&limit=1000").json

    assert len({row["owner_id"] for row in rows}) == 2


def test_insecure_protects_workspaces(insecure):
    answer = _read(insecure, "workspaces", insecure.anon_key)

    assert (answer.status, answer.json) == (200, [])


def test_the_service_key_reads_everything(stack):
    assert len(_read(stack, "workspaces", stack.service_key).json) == 2
    assert len(_read(stack, "workspaces", stack.service_key, "select=id&limit=1").json) == 1


def test_what_is_asked_wrongly(stack):
    missing = _read(stack, "nope", stack.service_key)

    assert (missing.status, missing.json["code"]) == (404, "PGRST205")
    assert ask(stack, "supabase", "/rest/v1/workspaces").status == 401
    assert _read(stack, "workspaces", "a.b.c").json["code"] == "PGRST301"
    assert _read(stack, "workspaces", stack.service_key, "select=nope").json["code"] == "42703"
    assert ask(stack, "supabase", "/elsewhere").status == 404


def test_the_root_describes_itself_to_those_with_a_key(stack):
    assert ask(stack, "supabase", "/rest/v1/", apikey=stack.anon_key).json["swagger"] == "2.0"
    assert ask(stack, "supabase", "/rest/v1/").status == 401
    assert ask(stack, "supabase", "/rest/v1/", apikey="a.b.c").json["code"] == "PGRST301"


def test_a_key_of_another_project_is_refused(hardened, insecure):
    assert _read(hardened, "workspaces", insecure.service_key).status == 401
