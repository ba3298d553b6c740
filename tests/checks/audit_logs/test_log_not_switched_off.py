from __future__ import annotations

from auditor.facts.audit_logs import LogControl
from checks.audit_logs.log_not_switched_off import log_not_switched_off


def judge(*ways, unknown=""):
    return [(f.outcome.value, f.message) for f in log_not_switched_off(LogControl("app", ways, 170006, unknown))]


def test_each_way_is_a_finding():
    assert judge("is a superuser", "may SET pgaudit.log") == [
        ("fail", "it is a superuser"),
        ("fail", "it may SET pgaudit.log"),
    ]


def test_none():
    assert judge() == [("pass", "it may change no setting of the log, and reaches no file of the server")]


def test_what_could_not_be_seen():
    assert judge(unknown="not visible") == [("error", "not visible")]
    assert judge("is a superuser", unknown="not visible") == [("fail", "it is a superuser"), ("error", "not visible")]
