from __future__ import annotations

from datetime import timedelta

import pytest

from auditor.facts.policy import AuditLogPolicy
from checks.audit_logs.log_destination_sound import log_destination_sound
from tests.checks.audit_logs.sample import hidden, settings


def told(findings) -> list[tuple[str, str]]:
    return [(finding.subject, finding.outcome.value) for finding in findings]


FILES = {
    "logging_collector": "on",
    "log_rotation_age": "1440",
    "log_rotation_size": "10240",
    "log_truncate_on_rotation": "off",
    "log_filename": "postgresql-%Y-%m-%d_%H%M%S.log",
    "log_file_mode": "0600",
}


def judge(retention="30d", **server):
    policy = AuditLogPolicy(retention=timedelta(days=int(retention[:-1])))
    return told(log_destination_sound(settings(**server), policy))


@pytest.mark.parametrize("destination", ["stderr", "syslog", "stderr,syslog"])
def test_without_the_collector(destination):
    assert judge(log_destination=destination) == [("log_destination", "pass")]


def test_nowhere():
    assert judge(log_destination="") == [("log_destination", "not-applicable")]


@pytest.mark.parametrize("destination", ["csvlog", "stderr, jsonlog"])
def test_structured_without_the_collector(destination):
    assert judge(log_destination=destination) == [("log_destination", "fail")]


def test_files():
    assert {outcome for _, outcome in judge(**FILES)} == {"pass"}
    assert judge(**FILES, log_destination="syslog") == [("log_destination", "pass")]


@pytest.mark.parametrize(("age", "size", "outcome"), [("0", "0", "fail"), ("0", "10", "pass"), ("60", "0", "pass")])
def test_rotation(age, size, outcome):
    assert ("rotation", outcome) in judge(**{**FILES, "log_rotation_age": age, "log_rotation_size": size})


@pytest.mark.parametrize(
    ("name", "retention", "outcome"),
    [
        ("postgresql-%Y-%m-%d.log", "365d", "pass"),
        ("postgresql-%s.log", "365d", "pass"),
        ("postgresql-%a.log", "30d", "fail"),
        ("postgresql-%a.log", "7d", "pass"),
        ("postgresql-%d.log", "30d", "fail"),
        ("postgresql-%d.log", "28d", "pass"),
        ("postgresql-%m-%d.log", "90d", "pass"),
        ("postgresql-%H.log", "2d", "fail"),
        ("postgresql.log", "1d", "pass"),
        ("postgresql-%%Y.log", "1d", "pass"),
        ("postgresql-%-d.log", "7d", "pass"),
    ],
)
def test_overwriting(name, retention, outcome):
    server = {**FILES, "log_truncate_on_rotation": "on", "log_filename": name}
    assert ("overwriting", outcome) in judge(retention, **server)


def test_a_name_that_is_hidden():
    server = {**FILES, "log_truncate_on_rotation": "on", "log_filename": hidden("log_filename")}
    assert ("overwriting", "error") in judge(**server)


@pytest.mark.parametrize(("mode", "outcome"), [("0600", "pass"), ("0640", "pass"), ("0644", "fail"), ("", "pass")])
def test_modes(mode, outcome):
    assert ("log_file_mode", outcome) in judge(**{**FILES, "log_file_mode": mode})
