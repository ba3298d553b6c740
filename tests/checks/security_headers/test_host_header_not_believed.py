from __future__ import annotations

from dataclasses import replace

from auditor.facts.hosts import Header, HostAnswer, HostTrust
from auditor.model import Confidence, Gap, failed, not_applicable, passed, unproven
from checks.security_headers.host_header_not_believed import host_header_not_believed
from tests.checks.answers import outcomes, told

API = "https://api.example.com"
GOOD = HostAnswer(API, API + "/", Header.HOST, "evil-1.test", 421)
SAME = replace(GOOD, status=200, same=True)


def judge(*answers):
    return list(host_header_not_believed(HostTrust(answers)))


def test_refused():
    assert judge(GOOD) == [
        passed(
            API,
            "a foreign name in Host does not come back",
            confidence=Confidence.PROVEN,
            aspect="Host",
            statuses=[421],
            urls=[API + "/"],
        )
    ]


def test_reflected():
    found = judge(
        replace(SAME, reflected=("Location",)), replace(SAME, url=API + "/x", reflected=("canonical", "Location"))
    )
    assert found == [
        failed(
            API,
            "a foreign name in Host comes back in Location, canonical",
            confidence=Confidence.PROVEN,
            reproduce=f"curl -si -H 'Host: evil-1.test' {API}/",
            aspect="Host",
            header="Host",
            places=["Location", "canonical"],
            urls=[API + "/", API + "/x"],
        )
    ]


def test_each_header_is_told():
    shared = replace(SAME, header=Header.FORWARDED_HOST, reflected=("<script>",))
    forwarded = replace(SAME, header=Header.FORWARDED)
    scheme = replace(SAME, header=Header.FORWARDED_PROTO, value="http")
    plain = replace(SAME, header=Header.NONE, value="")
    assert told(judge(plain, SAME, shared, forwarded, scheme)) == [
        ("pass", API, "a foreign name in Host does not come back"),
        ("fail", API, "a foreign name in X-Forwarded-Host comes back in <script>"),
        ("pass", API, "a foreign name in Forwarded does not come back"),
    ]


def test_a_refusal_may_say_the_name():
    assert outcomes(judge(replace(GOOD, status=400, reflected=("page",)))) == ["pass"]


def test_an_address_that_shows_every_request():
    assert outcomes(judge(replace(SAME, reflected=("data",), echo=True))) == ["pass"]


def test_what_shows_requests_and_believes_them():
    echo = replace(SAME, reflected=("page", "Location"), echo=True)
    assert [finding.evidence["places"] for finding in judge(echo)] == [["Location"]]


def test_a_refusal_that_everybody_gets():
    plain = replace(SAME, header=Header.NONE, value="", status=401)
    assert outcomes(judge(plain, replace(GOOD, status=401, same=True, reflected=("Location",)))) == ["fail"]
    assert judge(plain, replace(GOOD, status=401, same=True)) == [
        unproven(
            API,
            "no ordinary request is answered: what becomes of a foreign name, nobody can tell",
            "run the audit from where the stack answers",
        )
    ]


def test_an_answer_that_says_nothing():
    cached = replace(SAME, unread="a cache answers")
    assert judge(SAME, cached) == [
        unproven(
            API,
            "whether a foreign name in Host comes back cannot be told: a cache answers",
            aspect="Host",
            urls=[API + "/"],
        )
    ]


def test_closed():
    assert outcomes(judge(replace(GOOD, status=0))) == ["pass"]


def test_nothing():
    assert judge() == [not_applicable("the checklist names no web origin")]
    assert list(host_header_not_believed(HostTrust((), (Gap(API, "connection refused"),)))) == []
