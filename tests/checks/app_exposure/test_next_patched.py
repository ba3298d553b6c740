from __future__ import annotations

from datetime import date

from auditor.facts.next_build import Advisory, NextBuild
from auditor.model import Severity
from checks.app_exposure.next_patched import next_patched

APP = "https://app.example.com"
WORST = Advisory("GHSA-1", "CVE-1", "code runs", Severity.CRITICAL, "15.0.1")
LESS = Advisory("GHSA-2", "", "it stops", Severity.HIGH, "15.0.2")


def judge(**changes) -> list[tuple[str, str]]:
    build = NextBuild(APP, **({"present": True, "version": "15.0.0", "as_of": date(2026, 10, 8)} | changes))
    return [(str(one.outcome), one.message) for one in next_patched(build)]


def test_cases():
    assert judge() == [("pass", "Next.js 15.0.0 has none of the advisories known on 2026-10-08")]
    assert judge(advisories=(WORST, LESS)) == [("fail", "Next.js 15.0.0 has CVE-1: code runs, and 1 more")]
    assert judge(advisories=(LESS,)) == [("fail", "Next.js 15.0.0 has GHSA-2: it stops")]
    assert judge(version="") == [("error", "it is Next.js, and its scripts do not tell which version")]
    assert judge(present=False) == [("not-applicable", "the frontend shows no sign of Next.js")]
