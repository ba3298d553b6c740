from __future__ import annotations

import pytest

from auditor.facts.integrity import heeded
from auditor.facts.responses import Responses
from auditor.model import Confidence, Gap, failed, not_applicable, passed
from checks.security_headers.third_party_integrity import third_party_integrity
from tests.checks.answers import APP, answers, outcomes, response, told

HASH = "sha384-" + "A" * 64
CDN = "https://cdn.test/lib.js"


def judge(html: str, **options) -> list[tuple[str, str, str]]:
    return told(third_party_integrity(answers(html, **options)))


@pytest.mark.parametrize(
    ("html", "outcome", "message"),
    [
        (f"<script src={CDN}></script>", "fail", "comes from another site, without integrity"),
        (f"<link rel=stylesheet href={CDN}>", "fail", "comes from another site, without integrity"),
        (
            "<script src=http://cdn.test/lib.js></script>",
            "fail",
            "comes from another site, without integrity and in plain HTTP",
        ),
        (
            f"<script src={CDN} integrity={HASH} crossorigin></script>",
            "pass",
            "comes from another site, and carries a hash",
        ),
        (
            f"<script src={CDN} integrity='sha1-x {HASH}' crossorigin=anonymous></script>",
            "pass",
            "comes from another site, and carries a hash",
        ),
        (
            f"<script src={CDN} integrity={HASH}></script>",
            "fail",
            "carries integrity without crossorigin: browsers block it",
        ),
        (
            f"<script src={CDN} integrity=sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk= crossorigin></script>",
            "fail",
            "carries an integrity that browsers ignore: no SHA-256, SHA-384 or SHA-512 hash is in it",
        ),
        (
            "<script src=/x.js integrity=sha384-short></script>",
            "fail",
            "carries an integrity that browsers ignore: no SHA-256, SHA-384 or SHA-512 hash is in it",
        ),
        (f"<script src=/x.js integrity={HASH}></script>", "pass", "carries a hash"),
        (
            f"<script src=https://static.example.com/x.js integrity={HASH}></script>",
            "fail",
            "carries integrity without crossorigin: browsers block it",
        ),
        (
            "<script src=https://js.stripe.com/v3/></script>",
            "pass",
            "comes from another site, whose vendor changes it under the same address: no hash can be given",
        ),
        (
            "<script src='https://www.googletagmanager.com/gtag/js?id=G-1'></script>",
            "pass",
            "comes from another site, whose vendor changes it under the same address: no hash can be given",
        ),
    ],
)
def test_one(html, outcome, message):
    [(found, _, said)] = judge(html)
    assert (found, said) == (outcome, message)


@pytest.mark.parametrize(
    "html",
    [
        "<script src=/_next/static/chunks/main-1a2b.js></script>",
        "<script src=https://static.example.com/x.js></script>",
        "<img src=https://cdn.test/x.png><iframe src=https://cdn.test></iframe>",
        "<script type=application/json src=https://cdn.test/x></script>",
        "<link rel=preconnect href=https://cdn.test>",
        "",
    ],
)
def test_nothing_of_others(html):
    assert list(third_party_integrity(answers(html))) == [
        passed("*", "no page loads scripts or styles of another site", confidence=Confidence.PROVEN)
    ]


def test_neighbours_of_a_shared_domain_are_strangers():
    html = "<script src=https://other.vercel.app/x.js></script>"
    assert [one[0] for one in judge(html, url="https://mine.vercel.app/")] == ["fail"]


def test_every_origin_of_the_stack_is_its_own():
    both = (response(f"<script src={CDN}></script>"), response(url="https://api.cdn.test/health"))
    assert outcomes(third_party_integrity(Responses(both))) == ["pass"]


def test_it_is_told_once():
    html = f"<script src={CDN}></script>"
    assert list(third_party_integrity(Responses((response(html), response(html), response(html, url=APP + "x"))))) == [
        failed(
            CDN,
            "comes from another site, without integrity",
            confidence=Confidence.PROVEN,
            aspect="comes from another site, without integrity",
            tag="script",
            integrity="",
            crossorigin=None,
            pages=[APP, APP + "x"],
        )
    ]


@pytest.mark.parametrize(
    ("integrity", "expected"),
    [
        ("sha256-" + "A" * 43 + "=", True),
        ("SHA512-" + "A" * 86 + "==", True),
        (HASH + "?ct=x", True),
        ("sha384-" + "_-" * 32, True),
        ("sha256-" + "A" * 64, False),
        ("md5-AAAA", False),
        ("sha384-" + "!" * 64, False),
        ("sha384", False),
        ("", False),
    ],
)
def test_hashes(integrity, expected):
    assert heeded(integrity) is expected


def test_a_page_that_was_not_read_to_its_end_does_not_pass():
    assert outcomes(third_party_integrity(answers("<p>", truncated=True))) == ["error"]


def test_no_page():
    assert list(third_party_integrity(answers())) == [not_applicable("no page was answered")]


def test_gaps_only():
    assert list(third_party_integrity(Responses((), (Gap("frontend", "connection refused"),)))) == []
