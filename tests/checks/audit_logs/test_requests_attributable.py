from __future__ import annotations

import pytest

from checks.audit_logs.requests_attributable import requests_attributable
from tests.checks.audit_logs.sample import logs, source

GOOD = "lines about requests say when, how and who"


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"total": 9, "complete": 3}, GOOD),
        ({"total": 9, "timed": 9, "answered": 9, "attributed": 9, "complete": 9}, GOOD),
        ({"total": 9, "answered": 9, "attributed": 9, "command": True}, GOOD),
        ({"total": 9, "answered": 9, "attributed": 9}, "lines about requests lack the time"),
        (
            {"total": 9, "timed": 9, "apart": 9},
            "lines about requests lack the status, which is on a line of its own and the client, a user or an id",
        ),
        ({"total": 9, "timed": 9, "answered": 9}, "lines about requests lack the client, a user or an id"),
        (
            {"total": 9, "timed": 4, "answered": 4, "attributed": 4},
            "lines about requests lack one or the other of time, status and client",
        ),
    ],
)
def test_what_is_lacking(values, message):
    [finding] = requests_attributable(logs(source(**values)))
    assert (finding.message, finding.outcome == "pass") == (message, message == GOOD)


def test_no_requests():
    assert [f.outcome for f in requests_attributable(logs(source()))] == ["not-applicable"]
