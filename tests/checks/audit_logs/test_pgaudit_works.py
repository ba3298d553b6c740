from __future__ import annotations

import pytest

from checks.audit_logs.pgaudit_works import pgaudit_works
from tests.checks.audit_logs.sample import hidden, role, settings


@pytest.mark.parametrize(
    ("own", "server", "outcomes"),
    [
        ({}, {}, ["not-applicable"]),
        ({}, {"created": "1.7"}, ["fail"]),
        ({}, {"set_for": ("role app",)}, ["fail"]),
        ({"pgaudit_log": "none"}, {"loaded": True}, ["fail"]),
        ({"pgaudit_log": "none", "log_statement": "ddl"}, {"loaded": True}, ["not-applicable"]),
        ({"pgaudit_log": hidden("pgaudit.log")}, {"loaded": True}, ["error"]),
        ({"pgaudit_log": "all"}, {"loaded": True}, ["fail", "pass"]),
        ({"pgaudit_log": "none"}, {"loaded": True, "created": "1.7"}, ["pass", "fail"]),
        ({"pgaudit_log": "none", "pgaudit_role": "x"}, {"loaded": True, "created": "1.7"}, ["pass", "pass"]),
        ({"pgaudit_log": "all"}, {"loaded": True, "created": "1.7"}, ["pass", "pass"]),
        (
            {
                "pgaudit_log": "all",
                "pgaudit_log_client": "on",
                "pgaudit_log_level": "info",
                "log_min_messages": "warning",
            },
            {"loaded": True, "created": "1.7"},
            ["pass", "fail"],
        ),
    ],
)
def test_states(own, server, outcomes):
    assert [f.outcome.value for f in pgaudit_works(settings(role(**own), **server))] == outcomes
