"""What checks say of single answers, told once for each origin: one cause is one finding, on however many answers."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from auditor.facts.responses import Kind, Responses, WebResponse
from auditor.model import Confidence, Finding, failed, not_applicable, passed, unproven

MOST_URLS = 5
"""Examples that a finding names."""

_WORDS = {
    Kind.PAGE: "pages",
    Kind.DATA: "data",
    Kind.STATIC: "static files",
    Kind.ERROR: "errors",
    Kind.REDIRECT: "redirects",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is to say of one answer."""

    good: bool
    message: str
    """A clause that fits every answer of which the same is to say."""
    aspect: str = ""
    """Tells it apart from other problems of the same origin, from run to run."""
    evidence: tuple[tuple[str, Any], ...] = ()
    """What was seen on the first such answer; tuples become lists."""
    remediation: str = ""
    """Instead of the check's own."""


Judge = Callable[[WebResponse], Iterable[Verdict]]


def bad(message: str, aspect: str, remediation: str = "", **evidence: Any) -> Verdict:
    """A problem."""
    return Verdict(False, message, aspect, tuple(evidence.items()), remediation)


def good(message: str, **evidence: Any) -> Verdict:
    """No problem."""
    return Verdict(True, message, evidence=tuple(evidence.items()))


def origin_of(answer: WebResponse) -> str:
    """Scheme, host and port of where it was asked for."""
    parts = urlsplit(answer.url)
    return f"{parts.scheme}://{parts.netloc}"


def is_address(origin: str) -> bool:
    """Whether the host of an origin is an IP address."""
    try:
        ipaddress.ip_address(urlsplit(origin).hostname or "")
    except ValueError:
        return False
    return True


def by_origin(answers: Iterable[WebResponse], *kinds: Kind) -> dict[str, list[WebResponse]]:
    """The answers of the given kinds (of all, when none is given), by origin, in order."""
    found: dict[str, list[WebResponse]] = {}
    for answer in answers:
        if not kinds or answer.kind in kinds:
            found.setdefault(origin_of(answer), []).append(answer)
    return found


def findings(answers: Iterable[WebResponse], judge: Judge) -> Iterator[Finding]:
    """Judge each answer, and tell what is the same once for each origin; what is good only where nothing is bad.

    Args:
        answers: to be judged.
        judge: says what is to say of one answer; nothing, when it does not concern the check.
    """
    for origin, those in by_origin(answers).items():
        said: dict[tuple[bool, str, str], tuple[Verdict, list[WebResponse]]] = {}
        for answer in those:
            for verdict in judge(answer):
                _, same = said.setdefault((verdict.good, verdict.aspect, verdict.message), (verdict, []))
                same.append(answer)
        wrong = [told for told in said.values() if not told[0].good]
        for verdict, same in wrong or said.values():
            yield _finding(origin, verdict, same)


def page_findings(responses: Responses, judge: Judge, otherwise: str) -> Iterator[Finding]:
    """:func:`findings` about pages; origins that serve none are told as such.

    Args:
        responses: of all surfaces.
        judge: says what is to say of one page.
        otherwise: why there is nothing to judge on pages of which nothing is to say.
    """
    for origin, answers in by_origin(responses.responses).items():
        pages = [answer for answer in answers if answer.kind is Kind.PAGE]
        if pages:
            yield from list(findings(pages, judge)) or [not_applicable(otherwise, origin)]
        elif answers[0].surface != "frontend":
            yield not_applicable("it serves data, no pages", origin)
        elif not responses.gaps:
            yield unproven(origin, "no page came: nobody can tell what the headers of pages are")


def _finding(origin: str, verdict: Verdict, answers: list[WebResponse]) -> Finding:
    kinds = sorted({answer.kind for answer in answers}, key=list(Kind).index)
    evidence: dict[str, Any] = {
        name: list(value) if isinstance(value, tuple) else value for name, value in verdict.evidence
    }
    evidence["kinds"] = [kind.value for kind in kinds]
    evidence["urls"] = list(dict.fromkeys(answer.url for answer in answers))[:MOST_URLS]
    message = f"{' and '.join(_WORDS[kind] for kind in kinds)}: {verdict.message}"
    if verdict.good:
        return passed(origin, message, confidence=Confidence.PROVEN, aspect=verdict.aspect, **evidence)
    return failed(
        origin,
        message,
        confidence=Confidence.PROVEN,
        remediation=verdict.remediation,
        reproduce=f"curl -s -o /dev/null -D - {answers[0].url}",
        aspect=verdict.aspect,
        **evidence,
    )
