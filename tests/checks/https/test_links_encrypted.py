from __future__ import annotations

import pytest

from auditor.facts.responses import Responses
from auditor.model import Confidence, Gap, failed, not_applicable, passed
from checks.https.links_encrypted import links_encrypted
from tests.checks.answers import APP, answers, outcomes, response

OWN = "http://app.example.com/x"


@pytest.mark.parametrize(
    ("html", "kind"),
    [
        (f"<a href={OWN}?token=1>", "<a>"),
        (f"<map><area href={OWN}></map>", "<area>"),
        (f"<link rel=canonical href={OWN}>", "canonical"),
        (f"<meta property=og:url content={OWN}>", "og:url"),
    ],
)
def test_in_the_clear(html, kind):
    assert list(links_encrypted(answers(html))) == [
        failed(
            OWN,
            f"is named by {kind} in plain HTTP",
            confidence=Confidence.PROVEN,
            aspect=kind,
            kind=kind,
            pages=[APP],
        )
    ]


@pytest.mark.parametrize(
    "html",
    [
        "<a href=http://other.test/>",
        "<a href=https://app.example.com/x>",
        "<a href=/x>",
        "<img src=http://app.example.com/x.png>",
        "<form action=http://app.example.com/x>",
        "",
    ],
)
def test_others(html):
    assert list(links_encrypted(answers(html))) == [
        passed(APP, "names no host of the stack in plain HTTP", confidence=Confidence.PROVEN)
    ]


def test_every_host_of_the_stack_is_its_own():
    both = (response("<a href=http://api.example.com/docs>"), response(url="https://api.example.com/health"))
    assert outcomes(links_encrypted(Responses(both))) == ["fail"]


def test_no_page():
    assert list(links_encrypted(answers())) == [not_applicable("no page was answered")]
    assert outcomes(links_encrypted(answers("<p>", truncated=True))) == ["error"]
    assert list(links_encrypted(Responses((), (Gap("frontend", "connection refused"),)))) == []
