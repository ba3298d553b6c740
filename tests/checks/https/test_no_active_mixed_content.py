from __future__ import annotations

import pytest

from auditor.facts.responses import Responses
from auditor.model import Confidence, Gap, failed, not_applicable
from checks.https.no_active_mixed_content import no_active_mixed_content
from checks.https.no_passive_mixed_content import no_passive_mixed_content
from tests.checks.answers import APP, answers, outcomes, response, told

BOTH = (no_active_mixed_content, no_passive_mixed_content)
UPGRADE = "upgrade-insecure-requests"


def judged(html: str, **options) -> tuple[list[str], list[str]]:
    return tuple(outcomes(check(answers(html, **options))) for check in BOTH)


@pytest.mark.parametrize(
    "html",
    [
        "<script src=http://a.test/x.js></script>",
        "<link rel=stylesheet href=http://a.test/x.css>",
        "<link rel='alternate stylesheet' href=http://a.test/x.css>",
        "<link rel=preload as=fetch href=http://a.test/x>",
        "<link rel=modulepreload href=http://a.test/x>",
        "<link rel=manifest href=http://a.test/x>",
        "<iframe src=http://a.test></iframe>",
        "<iframe srcdoc='<script src=http://a.test></script>'></iframe>",
        "<object data=http://a.test></object>",
        "<embed src=http://a.test>",
        "<form action=http://a.test/login></form>",
        "<button formaction=http://a.test/login></button>",
        "<style>@import 'http://a.test/x.css'</style>",
        "<style>@font-face { src: url(http://a.test/x.woff2) }</style>",
        "<base href=http://a.test/><script src=x.js></script>",
        "<svg><use href='http://a.test/x.svg#i'/></svg>",
    ],
)
def test_active(html):
    assert judged(html) == (["fail"], ["pass"])


@pytest.mark.parametrize(
    "html",
    [
        "<img src=http://a.test/x.png>",
        "<img srcset='/a.png, http://a.test/x.png 2x'>",
        "<audio src=http://a.test/x></audio>",
        "<video src=http://a.test/x></video>",
        "<video poster=http://a.test/x></video>",
        "<link rel='shortcut icon' href=http://a.test/x.ico>",
        "<link rel=preload as=image href=http://a.test/x.png>",
        "<p style='background: url(http://a.test/x.png)'>",
        "<input type=image src=http://a.test/x.png>",
        "<svg><image href=http://a.test/x.png /></svg>",
    ],
)
def test_passive(html):
    assert judged(html) == (["pass"], ["fail"])


@pytest.mark.parametrize(
    "html",
    [
        "<a href=http://a.test>",
        "<link rel=canonical href=http://a.test>",
        "<link rel=dns-prefetch href=http://a.test>",
        "<meta property=og:url content=http://a.test>",
        "<html xmlns='http://www.w3.org/1999/xhtml'><svg xmlns='http://www.w3.org/2000/svg'></svg>",
        "<script>const a = '<script src=http://a.test>'</script>",
        "<script src=http://localhost:3000/x.js></script>",
        "<script src=http://127.0.0.1/x.js></script><img src=http://[::1]/x>",
        "<script type=application/json src=http://a.test></script>",
        "<noscript><img src=http://a.test/pixel></noscript>",
        "<script src=https://a.test></script>",
        "<script src=//a.test></script>",
        "",
    ],
)
def test_neither(html):
    assert judged(html) == (["pass"], ["pass"])


@pytest.mark.parametrize(
    "options",
    [
        {"content_security_policy": f"default-src 'self'; {UPGRADE}"},
        {"content_security_policy": "default-src 'self', Upgrade-Insecure-Requests"},
    ],
)
def test_upgraded_by_a_header(options):
    html = "<script src=http://a.test></script><form action=http://a.test></form><img src=http://a.test>"
    assert judged(html, **options) == (["pass", "pass"], ["pass"])


def test_upgraded_by_the_page():
    html = f"<meta http-equiv=content-security-policy content={UPGRADE}><script src=http://a.test></script>"
    assert told(no_active_mixed_content(answers(html))) == [
        ("pass", "http://a.test/", f"is loaded by <script>; browsers ask for it over https, by {UPGRADE}")
    ]


def test_what_is_only_reported_upgrades_nothing():
    html = "<script src=http://a.test></script>"
    assert judged(html, content_security_policy_report_only=UPGRADE) == (["fail"], ["pass"])


def test_one_page_of_two_upgrades():
    html = "<script src=http://a.test></script>"
    two = Responses((response(html, content_security_policy=UPGRADE), response(html, url=APP + "x")))
    [found] = no_active_mixed_content(two)
    assert (found.outcome, found.evidence["pages"]) == ("fail", [APP, APP + "x"])


def test_the_findings():
    assert list(no_active_mixed_content(answers("<script src=http://a.test/x.js?v=1></script>"))) == [
        failed(
            "http://a.test/x.js",
            "is loaded by <script> in plain HTTP, on a page over https",
            confidence=Confidence.PROVEN,
            reproduce=f"curl -s {APP} | grep -o 'http://a.test/x.js'",
            aspect="script",
            tag="script",
            use="active",
            pages=[APP],
        )
    ]
    assert told(no_active_mixed_content(answers("<form action=http://a.test/login>"))) == [
        ("fail", "http://a.test/login", "is where a form is sent in plain HTTP, on a page over https")
    ]


@pytest.mark.parametrize("check", BOTH)
def test_a_page_that_was_not_read_to_its_end_does_not_pass(check):
    assert outcomes(check(answers("<p>", truncated=True))) == ["error"]


@pytest.mark.parametrize("check", BOTH)
def test_no_page_over_https(check):
    for none in (answers(), answers("<script src=http://a.test></script>", url="http://app.example.com/")):
        assert list(check(none)) == [not_applicable("no page was answered over https")]


@pytest.mark.parametrize("check", BOTH)
def test_gaps_only(check):
    assert list(check(Responses((), (Gap("frontend", "connection refused"),)))) == []
