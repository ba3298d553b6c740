from __future__ import annotations

import pytest

from auditor.facts.audit_logs import Setting
from checks.audit_logs.log_not_silenced import log_not_silenced
from tests.checks.audit_logs.sample import hidden, role, settings


def told(findings) -> list[tuple[str, str]]:
    return [(finding.subject, finding.outcome.value) for finding in findings]


@pytest.mark.parametrize(
    ("server", "outcomes"),
    [
        ({}, ["pass", "pass", "pass"]),
        ({"log_min_messages": "log"}, ["pass", "fail", "pass"]),
        ({"log_min_error_statement": "panic"}, ["pass", "pass", "fail"]),
        ({"log_destination": " "}, ["fail", "pass", "pass"]),
        ({"log_min_messages": hidden("log_min_messages")}, ["pass", "error", "pass"]),
        ({"log_min_messages": "error"}, ["pass", "pass", "pass"]),
        ({"log_min_messages": "a new word"}, ["pass", "pass", "pass"]),
    ],
)
def test_the_server(server, outcomes):
    assert [f.outcome.value for f in log_not_silenced(settings(**server))] == outcomes


def test_a_role_of_its_own():
    own = role(log_min_messages=Setting("log_min_messages", "panic", "role"), log_min_error_statement="error")
    assert told(log_not_silenced(settings(own)))[3:] == [("app", "fail"), ("app", "pass")]
