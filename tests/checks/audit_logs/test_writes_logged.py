from __future__ import annotations

from dataclasses import replace

import pytest

from checks.audit_logs.writes_logged import writes_logged
from tests.checks.audit_logs.sample import hidden, role, settings


def told(findings) -> list[tuple[str, str]]:
    return [(finding.subject, finding.outcome.value) for finding in findings]


@pytest.mark.parametrize(
    ("own", "outcome"),
    [
        ({"pgaudit_log": "write"}, "pass"),
        ({"pgaudit_log": "ddl, role"}, "fail"),
        ({"log_statement": "mod"}, "pass"),
        ({"log_statement": "ddl"}, "fail"),
        ({"pgaudit_log": "none", "pgaudit_role": "x"}, "pass"),
        ({"pgaudit_log": "none", "pgaudit_role": "x", "unaudited": ("public.t",)}, "fail"),
        ({"log_statement": "all", "log_min_messages": "fatal"}, "fail"),
        ({"log_statement": hidden("log_statement")}, "error"),
        ({"log_min_duration_statement": "0"}, "pass"),
        ({"log_min_duration_statement": "1"}, "fail"),
        ({"log_min_duration_statement": "400us"}, "pass"),
        ({"pgaudit_log": "write", "pgaudit_log_client": "on", "pgaudit_log_level": "debug"}, "fail"),
    ],
)
def test_states(own, outcome):
    assert told(writes_logged(settings(role(**own)))) == [("app", outcome)]


@pytest.mark.parametrize(
    ("own", "outcome"),
    [
        ({"pgaudit_log": "ddl, role, write"}, "fail"),
        ({"pgaudit_log": "read"}, "fail"),
        ({"pgaudit_log": "read, write"}, "pass"),
        ({"pgaudit_log": "all, -misc"}, "pass"),
        ({"log_statement": "mod"}, "fail"),
        ({"log_statement": "all"}, "pass"),
        ({"log_min_duration_statement": "0"}, "pass"),
        ({"pgaudit_log": "write", "pgaudit_role": "x"}, "pass"),
        ({"log_statement": hidden("log_statement")}, "error"),
    ],
)
def test_postgrest_writes_within_a_select(own, outcome):
    postgrest = replace(role(**own), roles=("authenticator",))
    assert told(writes_logged(settings(postgrest))) == [("authenticator", outcome)]
