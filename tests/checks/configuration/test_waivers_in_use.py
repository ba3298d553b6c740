from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from auditor.facts.waivers import WaiverNote, WaiverUse
from auditor.model import Location, failed, not_applicable, passed
from checks.configuration.waivers_in_use import waivers_in_use

TODAY = date(2026, 11, 24)
NOTE = WaiverNote("RLS001", 'public."a.b*"', "data-team", date(2027, 1, 31), "active", 41)
SUBJECT = 'RLS001 public."a.b*"'
HERE = Location("checklist.toml", 41)


def judge(*notes):
    return list(waivers_in_use(WaiverUse("checklist.toml", TODAY, notes)))


def evidence(state, expires="2027-01-31"):
    return {"owner": "data-team", "expires": expires, "state": state}


def test_in_use():
    assert judge(NOTE) == [
        passed(SUBJECT, "in use until 2027-01-31", location=HERE, days_left=68, **evidence("active"))
    ]


@pytest.mark.parametrize(
    ("days", "message"),
    [
        (0, "in use until 2026-11-24, ends in 0 days"),
        (14, "in use until 2026-12-08, ends in 14 days"),
        (15, "in use until 2026-12-09"),
    ],
)
def test_ending_soon(days, message):
    expires = TODAY + timedelta(days=days)
    assert judge(replace(NOTE, expires=expires)) == [
        passed(SUBJECT, message, location=HERE, days_left=days, **evidence("active", expires.isoformat()))
    ]


def test_expired():
    assert judge(replace(NOTE, state="expired", expires=date(2026, 11, 23))) == [
        failed(
            SUBJECT,
            "expired on 2026-11-23: it no longer applies (owner data-team)",
            location=HERE,
            **evidence("expired", "2026-11-23"),
        )
    ]


def test_unused():
    assert judge(replace(NOTE, state="unused")) == [
        failed(SUBJECT, "accepts nothing any more (owner data-team)", location=HERE, **evidence("unused"))
    ]


def test_without_a_line():
    assert [f.location for f in judge(replace(NOTE, line=0))] == [None]


def test_none():
    assert judge() == [not_applicable("the checklist waives nothing")]


def test_each_waiver_is_told():
    other = replace(NOTE, check="tls-trusted", subject="*", state="unused")
    assert [(f.subject, f.outcome) for f in judge(NOTE, other)] == [(SUBJECT, "pass"), ("tls-trusted *", "fail")]
