from __future__ import annotations

import pytest

from auditor.facts.log_files import Trace
from auditor.facts.policy import AuditLogPolicy
from checks.audit_logs.requests_logged import requests_logged
from tests.checks.audit_logs.sample import ago, logs, outcomes, source

ALL = ("method", "path", "status", "time", "who")
FRESH = {"total": 5, "answered": 5, "requests_newest": ago(hours=23)}


@pytest.mark.parametrize(
    ("sources", "request_", "expected"),
    [
        ([source()], Trace(True, "app.log", ALL), ["pass"]),
        ([source(total=5)], Trace(True, "app.log", ("method", "path")), ["fail"]),
        ([source(total=5, apart=5)], Trace(True, "app.log", ("method", "path")), ["pass"]),
        ([source(**FRESH)], Trace(), ["pass"]),
        ([source(**FRESH)], Trace(True), ["pass"]),
        ([source(total=5, answered=5, requests_newest=ago(hours=25))], Trace(True), ["fail"]),
        ([source(total=5, answered=5)], Trace(True), ["error"]),
        ([source(total=5)], Trace(True), ["fail"]),
        ([source()], Trace(True), ["fail"]),
        ([source()], Trace(), ["error"]),
        ([source(unclear=3)], Trace(True), ["error"]),
        ([source()], Trace(True, "app.log", ("path",)), ["error"]),
        ([source(lines=0)], Trace(True), ["fail"]),
        ([source(lines=0)], Trace(), ["error"]),
        ([source(lines=0, problem="no file matches")], Trace(True), ["error", "error"]),
        ([source(**FRESH), source(lines=0, problem="no file matches")], Trace(True), ["pass", "error"]),
        # only errors are logged, and the audit's own request was one
        ([source(total=10, answered=10, failures=10)], Trace(True, "app.log", ALL), ["error"]),
        ([source(total=10, answered=10, failures=9)], Trace(True, "app.log", ALL), ["pass"]),
        ([source(total=9, answered=9, failures=9)], Trace(True, "app.log", ALL), ["pass"]),
        # only health checks are
        ([source(**{**FRESH, "total": 10}, probes=10)], Trace(True), ["error"]),
        ([source(**{**FRESH, "total": 11}, probes=10)], Trace(True), ["pass"]),
        ([source(**{**FRESH, "total": 10}, probes=10)], Trace(True, "app.log", ALL), ["pass"]),
        ([], Trace(True), ["error"]),
        ([source("database", **FRESH)], Trace(), ["error"]),
    ],
)
def test_states(sources, request_, expected):
    assert outcomes(requests_logged(logs(*sources, request=request_), AuditLogPolicy())) == expected
