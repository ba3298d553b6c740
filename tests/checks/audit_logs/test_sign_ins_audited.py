from __future__ import annotations

import pytest

from auditor.facts.audit_logs import AuthAudit
from checks.audit_logs.sign_ins_audited import sign_ins_audited
from tests.checks.audit_logs.sample import NOW, ago, outcomes


@pytest.mark.parametrize(
    ("entry", "sign_in", "disabled", "outcome"),
    [
        (ago(hours=1), ago(hours=1), None, "pass"),
        (ago(hours=1, minutes=5), ago(hours=1), None, "pass"),
        (ago(hours=1, minutes=6), ago(hours=1), None, "error"),
        (ago(hours=2), ago(hours=1), False, "fail"),
        (None, ago(hours=1), False, "fail"),
        (None, ago(days=8), False, "error"),
        (None, ago(hours=1), True, "error"),
        (None, ago(hours=1), None, "error"),
        (ago(hours=1), None, None, "not-applicable"),
        (None, None, True, "not-applicable"),
    ],
)
def test_states(entry, sign_in, disabled, outcome):
    assert outcomes(sign_ins_audited(AuthAudit(True, NOW, entry, sign_in, disabled))) == [outcome]


def test_no_auth_and_no_right():
    assert outcomes(sign_ins_audited(AuthAudit(False, NOW))) == ["not-applicable"]
    assert outcomes(sign_ins_audited(AuthAudit(True, NOW, unreadable="permission denied"))) == ["error"]
