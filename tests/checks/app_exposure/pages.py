"""Facts about pages that are open to everyone, and what every check of them says."""

from __future__ import annotations

from auditor.facts.exposed_pages import ExposedPage, ExposedPages, PageKind
from auditor.facts.tallies import Tally
from auditor.model import Confidence, Gap, Severity, failed, not_applicable, passed, unproven

API = "https://api.example.com"


def judged(check, kind: PageKind, plural: str) -> None:
    """An open page, a closed host, a host that tells nothing, and nowhere to look."""
    page = ExposedPage(API, f"{API}/x", kind, "a tool", "its title", Severity.HIGH, 200)
    other = ExposedPage(API, f"{API}/y", next(one for one in PageKind if one is not kind), "b", "c", Severity.LOW, 200)
    tallies = tuple(Tally(API, one, 9, 2) for one in PageKind)
    assert list(check(ExposedPages((page, other), tallies))) == [_open()]
    assert list(check(ExposedPages((other,), tallies))) == [_closed(plural)]
    untold = tuple(Tally(API, one, 9, 2, ("/a", "/b"), "answered 429", "wait") for one in PageKind)
    assert list(check(ExposedPages((), untold))) == [_untold(plural)]
    nowhere = not_applicable(f"the stack has no surface that could have {plural}")
    assert list(check(ExposedPages())) == [nowhere]
    assert list(check(ExposedPages(gaps=(Gap(API, "down"),)))) == []


def _open():
    return failed(
        f"{API}/x",
        "shows a tool to everyone (its title)",
        confidence=Confidence.PROVEN,
        reproduce=f"curl -s '{API}/x'",
        aspect="a tool",
        severity="high",
        saw="its title",
        status=200,
    )


def _closed(plural: str):
    message = f"none of 9 usual addresses of {plural} shows one"
    return passed(API, message, confidence=Confidence.PROVEN, paths=9, alike=2)


def _untold(plural: str):
    message = f"whether 2 of 9 usual addresses of {plural} show one, nobody can tell: answered 429"
    return unproven(API, message, "wait", paths=["/a", "/b"], untold=2)
