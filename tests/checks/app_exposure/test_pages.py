"""The checks that judge pages which are open to everyone."""

from __future__ import annotations

import pytest

from auditor.facts.exposed_pages import ExposedPage, ExposedPages, PageKind, PageTally
from auditor.model import Confidence, Gap, Severity, failed, not_applicable, passed, unproven
from checks.app_exposure.admin_consoles_private import admin_consoles_private
from checks.app_exposure.debug_tools_off import debug_tools_off
from checks.app_exposure.default_pages_replaced import default_pages_replaced
from checks.app_exposure.development_server_off import development_server_off
from checks.app_exposure.status_pages_private import status_pages_private
from checks.app_exposure.supabase_internals_closed import supabase_internals_closed

API = "https://api.example.com"
CHECKS = {
    PageKind.CONSOLE: (admin_consoles_private, "consoles"),
    PageKind.DEBUG: (debug_tools_off, "debug tools"),
    PageKind.STATUS: (status_pages_private, "status pages"),
    PageKind.DEVELOPMENT: (development_server_off, "development servers"),
    PageKind.DEFAULT: (default_pages_replaced, "default pages"),
    PageKind.SUPABASE: (supabase_internals_closed, "internal routes of Supabase"),
}


def tallies(**changes):
    return tuple(PageTally(API, kind, 9, 2, **changes) for kind in PageKind)


@pytest.mark.parametrize("kind", PageKind)
def test_open(kind):
    check, _ = CHECKS[kind]
    page = ExposedPage(API, f"{API}/x", kind, "a tool", "its title", Severity.HIGH, 200)
    other = ExposedPage(API, f"{API}/y", next(one for one in PageKind if one is not kind), "b", "c", Severity.LOW, 200)
    assert list(check(ExposedPages((page, other), tallies()))) == [
        failed(
            f"{API}/x",
            "shows a tool to everyone (its title)",
            confidence=Confidence.PROVEN,
            reproduce=f"curl -s '{API}/x'",
            aspect="a tool",
            severity="high",
            saw="its title",
            status=200,
        )
    ]


@pytest.mark.parametrize("kind", PageKind)
def test_closed(kind):
    check, plural = CHECKS[kind]
    assert list(check(ExposedPages((), tallies()))) == [
        passed(
            API,
            f"none of 9 usual addresses of {plural} shows one",
            confidence=Confidence.PROVEN,
            paths=9,
            alike=2,
        )
    ]


@pytest.mark.parametrize("kind", PageKind)
def test_untold(kind):
    check, plural = CHECKS[kind]
    assert list(check(ExposedPages((), tallies(untold=("/a", "/b"), why="answered 429", hint="wait")))) == [
        unproven(
            API,
            f"whether 2 of 9 usual addresses of {plural} show one, nobody can tell: answered 429",
            "wait",
            paths=["/a", "/b"],
            untold=2,
        )
    ]


def test_nowhere_to_look():
    assert list(supabase_internals_closed(ExposedPages())) == [
        not_applicable("the stack has no surface that could have internal routes of Supabase")
    ]
    assert list(admin_consoles_private(ExposedPages(gaps=(Gap(API, "down"),)))) == []
