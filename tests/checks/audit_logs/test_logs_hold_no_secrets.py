from __future__ import annotations

from auditor.facts.sightings import Sighting
from checks.audit_logs.logs_hold_no_secrets import logs_hold_no_secrets
from tests.checks.audit_logs.sample import logs, outcomes


def sighting(line=1, kind="bearer credential of a request", place="app.log", **values):
    return Sighting(place, line, 1, "authorization", kind, 40, **values)


def test_none():
    assert outcomes(logs_hold_no_secrets(logs(scanned_bytes=7))) == ["pass"]


def test_grouped_by_place_and_kind():
    found = logs(sightings=(sighting(1), sighting(5), sighting(2, "other"), sighting(3, place="b")), scanned_bytes=9)
    assert [(f.subject, f.message, f.evidence["lines"]) for f in logs_hold_no_secrets(found)] == [
        ("app.log", "bearer credential of a request: 2 times", [1, 5]),
        ("app.log", "other: once", [2]),
        ("b", "bearer credential of a request: once", [3]),
    ]


def test_the_very_value():
    [finding] = logs_hold_no_secrets(logs(sightings=(sighting(exact=True),), scanned_bytes=9))
    assert finding.message == "bearer credential of a request: the very value that the audit was given, once"


def test_what_was_not_searched_is_no_pass():
    assert outcomes(logs_hold_no_secrets(logs())) == ["error"]
    assert outcomes(logs_hold_no_secrets(logs(unscanned=("a.log: it is no text",)))) == ["error"]
    assert outcomes(logs_hold_no_secrets(logs(unscanned=("a.log: cut",), scanned_bytes=9))) == ["error", "pass"]
