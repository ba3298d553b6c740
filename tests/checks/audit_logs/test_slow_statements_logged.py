from __future__ import annotations

import pytest

from checks.audit_logs.slow_statements_logged import slow_statements_logged
from tests.checks.audit_logs.sample import hidden, role, settings


@pytest.mark.parametrize(
    ("own", "outcome"),
    [
        ({"log_min_duration_statement": "-1"}, "fail"),
        ({"log_min_duration_statement": "0"}, "pass"),
        ({"log_min_duration_statement": "1000"}, "pass"),
        ({"log_min_duration_statement": "1.5s"}, "pass"),
        ({"log_min_duration_statement": "1 h"}, "fail"),
        ({"log_min_duration_statement": "nonsense"}, "fail"),
        ({"log_min_duration_statement": ""}, "fail"),
        ({"log_min_duration_statement": "-1", "auto_explain_log_min_duration": "250ms"}, "pass"),
        ({"log_min_duration_statement": hidden("log_min_duration_statement")}, "error"),
    ],
)
def test_thresholds(own, outcome):
    assert next(iter(slow_statements_logged(settings(role(**own))))).outcome == outcome


@pytest.mark.parametrize(("value", "outcome"), [("on", "pass"), ("yes", "pass"), ("off", "fail"), ("", "fail")])
def test_locks(value, outcome):
    assert list(slow_statements_logged(settings(role(log_lock_waits=value))))[1].outcome == outcome
