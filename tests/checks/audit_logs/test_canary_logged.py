from __future__ import annotations

from datetime import UTC, datetime

import pytest

from auditor.facts.log_files import Canary
from checks.audit_logs.canary_logged import canary_logged
from tests.checks.audit_logs.sample import role, settings

AT = datetime(2026, 11, 26, tzinfo=UTC)


def judge(own, *, read=False, write=False, alive=True, refused=""):
    found = Canary(True, "app", AT, 15.0, ("log",), "log" if read else "", "log" if write else "", alive, refused)
    [finding] = canary_logged(found, settings(role(**own)))
    return finding.outcome.value


@pytest.mark.parametrize(
    ("own", "found", "outcome"),
    [
        ({"log_statement": "all"}, {"read": True, "write": True}, "pass"),
        ({"log_statement": "all"}, {"read": True}, "fail"),
        ({"log_statement": "all"}, {}, "fail"),
        ({"log_statement": "all"}, {"alive": False}, "error"),
        ({"log_statement": "all"}, {"read": True, "refused": "read-only"}, "pass"),
        ({"log_statement": "mod"}, {"write": True}, "pass"),
        ({"log_statement": "mod"}, {}, "fail"),
        ({"log_statement": "mod"}, {"refused": "read-only"}, "error"),
        ({"log_statement": "ddl"}, {}, "error"),
        ({"pgaudit_log": "ddl, role"}, {}, "error"),
        ({"pgaudit_log": "ddl, role, write"}, {"write": True}, "pass"),
        ({"pgaudit_log": "read"}, {"read": True}, "pass"),
        ({"pgaudit_log": "none"}, {}, "fail"),
        ({"pgaudit_log": "none"}, {"alive": False}, "error"),
        # settings that were changed after the session began, or that the audit misread: what arrived has arrived
        ({"pgaudit_log": "none"}, {"read": True}, "pass"),
        ({"pgaudit_log": "none", "pgaudit_role": "x"}, {}, "error"),
        ({"log_min_duration_statement": "0"}, {"read": True, "write": True}, "pass"),
        ({"log_min_duration_statement": "1000"}, {}, "error"),
        ({"log_statement": "all", "log_min_messages": "fatal"}, {}, "fail"),
    ],
)
def test_what_settings_promise_and_the_log_has(own, found, outcome):
    assert judge(own, **found) == outcome


def test_not_asked_for():
    [finding] = canary_logged(Canary(False), settings())
    assert finding.outcome == "not-applicable"
