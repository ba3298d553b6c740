from __future__ import annotations

import pytest

from auditor.facts.policy import AuditLogPolicy
from checks.audit_logs.logs_retained import logs_retained
from tests.checks.audit_logs.sample import ago, logs, outcomes, source


@pytest.mark.parametrize(
    ("days", "since", "outcome"),
    [
        (30, None, "pass"),
        (29.9, None, "error"),
        (29.9, 300, "fail"),
        (2, 2.5, "pass"),
        (2, 4, "fail"),
        (2, 1, "pass"),  # the application is older than its database
        (0, 0, "pass"),
        (0, 90, "fail"),
    ],
)
def test_reach(days, since, outcome):
    found = logs(source(oldest=ago(days=days)), since=None if since is None else ago(days=since))
    assert outcomes(logs_retained(found, AuditLogPolicy())) == [outcome]


def test_of_a_command_only_a_person_can_tell():
    assert outcomes(logs_retained(logs(source(command=True)), AuditLogPolicy())) == ["manual"]


@pytest.mark.parametrize(
    "one", [source(problem="no file matches"), source(command=True, problem="no"), source(lines=0)]
)
def test_nothing_to_tell_from(one):
    assert outcomes(logs_retained(logs(one), AuditLogPolicy())) == ["error"]


def test_evidence():
    [finding] = logs_retained(logs(source(oldest=ago(days=2)), since=ago(days=90)), AuditLogPolicy())
    assert finding.message == "it reaches back 2 days, and 30 are promised"
    assert finding.evidence["database_since"] == ago(days=90).isoformat()
