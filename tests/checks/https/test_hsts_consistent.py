from __future__ import annotations

import pytest

from auditor.facts.responses import Kind
from auditor.model import Confidence, Gap, failed, not_applicable, passed
from checks.https.hsts_consistent import hsts_consistent
from tests.checks.headers import API, response, told

NAME = "strict-transport-security"
GOOD = "max-age=63072000; includeSubDomains"


def of(*values, kind=Kind.DATA, **fields):
    return response(*((NAME, value) for value in values), kind=kind, **fields)


def judge(*answers, gaps=()):
    return told(hsts_consistent, *answers, gaps=gaps)


def test_consistent():
    assert judge(of(GOOD), of(GOOD, kind=Kind.ERROR), of(kind=Kind.STATIC)) == [
        passed(API, "one header, the same on 2 answers", confidence=Confidence.PROVEN, header=GOOD)
    ]


def test_one_answer():
    assert [f.message for f in judge(of(GOOD))] == ["one header"]


@pytest.mark.parametrize(
    ("values", "aspect", "message"),
    [
        ((GOOD, "max-age=0"), "repeated", "data: 2 header lines: browsers read the first"),
        ((GOOD, GOOD), "repeated", "data: 2 header lines: browsers read the first"),
        (
            ("max-age=63072000; preload",),
            "preload",
            "data: preload without includeSubDomains: the list refuses it",
        ),
        (
            ("max-age=31535999; includeSubDomains; preload",),
            "preload",
            "data: preload with a max-age of less than a year: the list refuses it",
        ),
    ],
)
def test_not_consistent(values, aspect, message):
    [found] = judge(of(*values))
    assert (found.outcome, found.aspect, found.message) == ("fail", aspect, message)


@pytest.mark.parametrize("value", ["max-age=31536000; includeSubDomains; preload", "max-age=5", "max-age=0"])
def test_nothing_to_say(value):
    assert [f.outcome for f in judge(of(value))] == ["pass"]


def test_answers_that_contradict_each_other():
    error = of("max-age=300", kind=Kind.ERROR)
    assert judge(of(GOOD), error, of(GOOD, kind=Kind.STATIC)) == [
        failed(
            API,
            "answers say 2 different things: the last one that a browser sees wins",
            confidence=Confidence.PROVEN,
            aspect="conflict",
            headers=[GOOD, "max-age=300"],
            urls=[f"{API}/health", f"{API}/none"],
        )
    ]


def test_the_same_in_other_words():
    assert [f.outcome for f in judge(of("max-age=5"), of('MAX-AGE="5" ;', kind=Kind.ERROR))] == ["pass"]


def test_what_browsers_ignore_contradicts_nothing():
    assert [f.outcome for f in judge(of(GOOD), of("max-age", kind=Kind.ERROR))] == ["pass"]


def test_over_plain_http_only():
    [found] = judge(of(GOOD, origin="http://api.example.com"))
    assert (found.outcome, found.aspect) == ("fail", "plain")
    assert found.message == "data: the header is sent over plain HTTP, where browsers ignore it"


def test_not_there():
    assert judge(of()) == [not_applicable("there is no Strict-Transport-Security header", API)]


def test_gaps_only():
    assert judge(gaps=(Gap(API, "connection refused"),)) == []
