from __future__ import annotations

import pytest

from auditor.facts.log_files import Trace
from auditor.facts.policy import AuditLogPolicy
from checks.audit_logs.database_log_live import database_log_live
from tests.checks.audit_logs.sample import ago, logs, outcomes, settings, source

DATABASE = source("database", newest=ago(hours=1))


@pytest.mark.parametrize(
    ("one", "connection", "logged", "outcome"),
    [
        (DATABASE, Trace(True, "log"), "on", "pass"),
        (DATABASE, Trace(True), "on", "error"),
        (DATABASE, Trace(True), "off", "fail"),
        (DATABASE, Trace(why_not="no answer"), "on", "error"),
        (source("database", newest=ago(hours=25)), Trace(True), "on", "fail"),
        (source("database", lines=0), Trace(True), "on", "error"),
        (source("database", lines=0, problem="no file matches"), Trace(True), "on", "error"),
        (source(), Trace(True), "on", "error"),
    ],
)
def test_states(one, connection, logged, outcome):
    found = database_log_live(logs(one, connection=connection), settings(log_connections=logged), AuditLogPolicy())
    assert outcomes(found) == [outcome]


def test_supabase_is_named():
    [finding] = database_log_live(logs(source()), settings(provider="Supabase"), AuditLogPolicy())
    assert finding.message == (
        "[env.*.logs] names no log of the database. Supabase writes no file that the audit could read"
    )
