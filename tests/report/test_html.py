from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.redact import Redactor
from auditor.report import html
from auditor.report.model import Report
from tests.report.sample import check, finding, full

_EMPTY = {"meta", "rect"}
_ACTIVE = {"script", "img", "iframe", "object", "embed", "link", "form", "input", "base", "a"}


class Page(HTMLParser):
    """What a browser makes of it: every element closed, in its order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag not in _EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in _EMPTY:
            assert self.open.pop() == tag

    def handle_startendtag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_data(self, data):
        self.words.append(data)

    def text(self) -> str:
        """Its words."""
        return " ".join(" ".join(self.words).split())

    def of(self, tag: str) -> list[dict[str, str | None]]:
        """The attributes of its elements of a kind."""
        return [attributes for name, attributes in self.tags if name == tag]


def with_finding(outcome: str, **changes: object) -> Report:
    """The sample with one check alone."""
    row = {**finding(outcome, "GET /a", "a message"), **changes}
    one = check("RATE001", "limited", "rls", outcome, [row])
    return Report.model_validate({**full().model_dump(by_alias=True), "checks": [one]})


def test_everything_of_the_report_is_on_the_page():
    report = full()
    page = Page(html.render(report))
    said = page.text()
    for one in report.checks:
        assert one.id in said
        for each in one.findings[:5]:
            assert " ".join(each.message.split())[:20] in said or one.outcome.value == "not-applicable"
    assert said.startswith("blocked: prod")
    assert [found["class"] for found in page.of("header")] == ["blocked"]


def test_a_check_that_fails_and_could_not_be_judged_is_told_twice_and_linked_once():
    rows = [finding("fail", "a", "off"), finding("error", "b", "hidden"), finding("pass", "c", "on")]
    one = check("RLS001", "rls", "rls", "fail", rows)
    page = Page(html.render(Report.model_validate({**full().model_dump(by_alias=True), "checks": [one]})))
    assert [found.get("id") for found in page.of("h3")] == ["RLS001", None]
    assert page.text().count("1 other finding of RLS001") == 1


def test_every_link_leads_somewhere_on_the_page():
    page = Page(html.render(full()))
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(set(ids)) == len(ids)
    links = [link["href"] for link in page.of("a")]
    assert links
    assert {link.removeprefix("#") for link in links} <= set(ids)


def test_a_browser_fetches_and_runs_nothing():
    text = html.render(full())
    [style] = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    [policy] = [found["content"] for found in Page(text).of("meta") if found.get("http-equiv")]
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert not re.search(r"url\(|@import", style)
    assert not [found for _, found in Page(text).tags if {"src", "style", "onclick", "onload"} & found.keys()]


def test_redaction_leaves_the_page_as_it_is():
    text = html.render(full())
    assert Redactor().text(text) == text


@given(st.text("<>&\"'/=`-!\\\x00\x1b\u202e az", max_size=40))
def test_words_of_a_server_are_words(said):
    hostile = f"</script><script>alert(1)</script><img src=x onerror=1>{said}"
    report = with_finding(
        "fail", subject=hostile, message=hostile, remediation=hostile, reproduce=hostile,
        evidence={"a": hostile, "rows": [{hostile: hostile}]}, location={"path": hostile, "line": 1},
    )  # fmt: skip
    page = Page(html.render(report))
    assert {tag for tag, _ in page.tags} & _ACTIVE <= {"a"}
    assert all(link["href"].startswith("#") for link in page.of("a"))
    assert "\x1b" not in "".join(page.words)


def test_evidence_that_is_a_table():
    rows = [{"origin": "https://x.invalid", "answer": "reflected"}, {"origin": "null", "answer": "refused"}]
    text = html.render(with_finding("fail", evidence={"answers": rows}))
    assert "<th>origin</th><th>answer</th>" in text
    assert "<td>https://x.invalid</td><td>reflected</td>" in text
    assert "<td>null</td><td>refused</td>" in text


@pytest.mark.parametrize("outcome", ["pass", "fail"])
def test_a_burst_is_drawn_to_one_scale(outcome):
    rows = [
        {"from_s": 0.0, "accepted": 40, "refused": 0, "chart": "===="},
        {"from_s": 0.5, "accepted": 5, "refused": 15, "chart": "=xx"},
    ]
    page = Page(html.render(with_finding(outcome, evidence={"burst": rows})))
    assert [found["aria-label"] for found in page.of("svg")] == ["40 accepted, 0 refused", "5 accepted, 15 refused"]
    assert [(found["class"], found.get("x"), found["width"]) for found in page.of("rect")] == [
        ("accepted", None, "220.0"), ("refused", "220.0", "0.0"),
        ("accepted", None, "27.5"), ("refused", "27.5", "82.5"),
    ]  # fmt: skip


def test_a_chart_without_numbers_stays_a_text():
    rows = [{"accepted": "many", "refused": 1, "chart": "=x"}]
    text = html.render(with_finding("fail", evidence={"burst": rows}))
    assert "<td>=x</td>" in text


def test_many_findings_become_a_number():
    many = [finding("fail", f"t{number}", "off") for number in range(1_200)]
    one = check("RLS001", "rls", "rls", "fail", many)
    report = Report.model_validate({**full().model_dump(by_alias=True), "checks": [one]})
    assert "and 200 more: the JSON report has them" in Page(html.render(report)).text()
