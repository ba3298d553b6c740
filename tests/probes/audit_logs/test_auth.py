"""The audit log of Supabase Auth, in tables as Auth makes them, on a real server."""

from __future__ import annotations

import asyncio
import json

import pytest

from auditor.checklist.model import Supabase
from auditor.probes.audit_logs.auth import auth_audit
from auditor.redact import Secret
from checks.audit_logs.sign_ins_audited import sign_ins_audited
from tests.probes.audit_logs.conftest import changed
from tests.probes.stand import answer, site, way

pytestmark = pytest.mark.xdist_group("audit-logs")
AUTH = (
    "create schema auth -- drop schema auth cascade",
    "create table auth.audit_log_entries (id uuid, payload json, created_at timestamptz) -- select 1",
    "create table auth.users (id uuid, last_sign_in_at timestamptz) -- select 1",
    "alter table auth.audit_log_entries enable row level security -- select 1",
    "alter table auth.users enable row level security -- select 1",
    "grant usage on schema auth to auditor -- select 1",
    "grant select on all tables in schema auth to auditor -- select 1",
)
SEEING = "alter role auditor bypassrls -- alter role auditor nobypassrls"
SIGNED_IN = "insert into auth.users values (null, now() - interval '1 hour') -- select 1"
LONG_AGO = "insert into auth.users values (null, now() - interval '100 days') -- select 1"
WRITTEN = "insert into auth.audit_log_entries values (null, '{}', now() - interval '1 hour') -- select 1"
OLD = "insert into auth.audit_log_entries values (null, '{}', now() - interval '9 days') -- select 1"


def looked(server, *statements, switch=None, status=200):
    def respond(asked):
        assert asked.path == f"/v1/projects/{'a' * 16}/config/auth"
        return answer(status, json.dumps({} if switch is None else {"audit_log_disable_postgres": switch}))

    async def main():
        async with site(respond) as api:
            project = Supabase(project_ref="a" * 16, access_token=Secret("t", "token"), api_url=api.origin())
            urls = {"database": Secret(server.url("app"), "u"), "auditor_database": Secret(server.url("auditor"), "u")}
            async with way(**urls, supabase=project) as to:
                return await auth_audit(to.environment, to.databases, to.http)

    with changed(server, *statements):
        found = asyncio.run(main())
    [finding] = sign_ins_audited(found)
    return found, finding.outcome.value


@pytest.mark.parametrize(
    ("rows", "switch", "outcome"),
    [
        ((SIGNED_IN, WRITTEN), None, "pass"),
        ((SIGNED_IN, WRITTEN), True, "pass"),
        ((), None, "not-applicable"),
        ((WRITTEN,), None, "not-applicable"),
        ((SIGNED_IN,), None, "error"),
        ((SIGNED_IN,), True, "error"),
        ((SIGNED_IN, OLD), None, "error"),
        ((SIGNED_IN, OLD), False, "fail"),
        ((SIGNED_IN,), False, "fail"),
        ((LONG_AGO,), False, "error"),
    ],
)
def test_each_state(pg18, rows, switch, outcome):
    found, verdict = looked(pg18, *AUTH, SEEING, *rows, switch=switch)
    assert (found.present, found.unreadable, found.disabled, verdict) == (True, "", switch, outcome)


def test_rows_that_policies_hide_are_not_taken_for_none(pg18):
    found, outcome = looked(pg18, *AUTH, SIGNED_IN, WRITTEN)
    assert (found.entry, outcome) == (None, "error")
    assert "row-level security" in found.unreadable


def test_no_right_to_read(pg18):
    found, outcome = looked(pg18, *AUTH[:5], SIGNED_IN)
    assert (bool(found.unreadable), outcome) == (True, "error")


def test_no_supabase(pg18):
    found, outcome = looked(pg18)
    assert (found.present, outcome) == (False, "not-applicable")


def test_the_management_api_refuses(pg18):
    found, outcome = looked(pg18, *AUTH, SEEING, SIGNED_IN, WRITTEN, status=403)
    assert (found.disabled, outcome) == (None, "pass")
