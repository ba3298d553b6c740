from __future__ import annotations

from auditor.facts.web import Hop, PlainAnswer, PlainHttp
from auditor.model import Confidence, Gap, failed, not_applicable, passed
from checks.https.http_redirects_to_same_host import http_redirects_to_same_host
from tests.checks.answers import outcomes

HTTP, HTTPS, WWW = "http://example.com/", "https://example.com/", "https://www.example.com/"


def judge(*hops, url=HTTP):
    return list(http_redirects_to_same_host(PlainHttp((PlainAnswer(url, hops=hops),))))


def test_the_same_host():
    assert judge(Hop(HTTP, 308, HTTPS), Hop(HTTPS, 200)) == [
        passed(
            HTTP,
            "redirects to https on the same host",
            confidence=Confidence.PROVEN,
            leads_to=HTTPS,
            leads_on_to=[],
        )
    ]


def test_another_host_at_once():
    assert judge(Hop(HTTP, 301, WWW)) == [
        failed(
            HTTP,
            "redirects to another host at once, www.example.com",
            confidence=Confidence.PROVEN,
            reproduce=f"curl -sI {HTTP}",
            leads_to=WWW,
            asked=[HTTP],
        )
    ]


def test_another_host_afterwards():
    assert outcomes(judge(Hop(HTTP, 301, HTTPS), Hop(HTTPS, 301, WWW))) == ["pass"]


def test_another_site_at_the_end():
    """Signing in elsewhere is like that: it is said, and no fault."""
    [found] = judge(Hop(HTTP, 301, HTTPS), Hop(HTTPS, 302, "https://login.idp.test/"))
    assert (found.outcome, found.message, found.evidence["leads_on_to"]) == (
        "pass",
        "redirects to https on the same host, which leads on to another site, login.idp.test",
        ["login.idp.test"],
    )


def test_capitals_make_no_difference():
    assert outcomes(judge(Hop(HTTP, 301, "HTTPS://WWW.Example.com/"))) == ["fail"]
    assert outcomes(judge(Hop(HTTP, 301, "HTTPS://Example.com/"))) == ["pass"]


def test_each_origin_is_told_once():
    answers = [PlainAnswer(url, hops=(Hop(url, 301, WWW),)) for url in (HTTP, HTTP + "health", "http://a.example.com/")]
    found = list(http_redirects_to_same_host(PlainHttp(tuple(answers))))
    assert [(f.outcome, f.subject) for f in found] == [("fail", HTTP), ("fail", "http://a.example.com/")]


def test_what_others_judge():
    for hop in (Hop(HTTP, 200), Hop(HTTP, 301, "http://www.example.com/"), Hop(HTTP, 301, "https://evil.test/")):
        assert judge(hop) == [not_applicable("no host redirects from plain HTTP to https")]
    assert judge() == [not_applicable("no host redirects from plain HTTP to https")]


def test_gaps_only():
    assert list(http_redirects_to_same_host(PlainHttp((), (Gap(HTTP, "no answer within 5 s"),)))) == []
