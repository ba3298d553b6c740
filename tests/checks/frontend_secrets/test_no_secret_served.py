from __future__ import annotations

from dataclasses import replace

import pytest

from auditor.facts.bundle import Bundle, Leak
from auditor.model import Confidence, Gap, failed, passed, unproven
from checks.frontend_secrets.no_secret_served import no_secret_served

APP = "https://app.example.com"
MAIN = f"{APP}/_next/static/chunks/main.js"
CLEAN = Bundle(APP, (f"{APP}/", MAIN), 4321, ())
LEAK = Leak(MAIN, 1, 99, "Supabase service_role key", 213)
FOUND = failed(
    MAIN,
    "holds a Supabase service_role key (213 characters) at line 1, column 99",
    confidence=Confidence.PROVEN,
    aspect="Supabase service_role key:1:99",
    kind="Supabase service_role key",
    length=213,
    prefix="",
    line=1,
    column=99,
    is_configured_secret=False,
)
NO_SCRIPT = "no script was found on the page, so nothing was searched that could hold a key"
HINT = "check that `frontend` is the origin of the web application"
GAPS = (Gap(MAIN, "no answer"),)


def judge(**changes):
    return list(no_secret_served(replace(CLEAN, **changes)))


def test_clean():
    assert judge() == [passed(APP, "no secret in 2 files, 1 of them scripts", files=2, scripts=1, size_bytes=4321)]


def test_leaking():
    assert judge(leaks=(LEAK,)) == [FOUND]


def test_what_is_public_of_a_token_is_shown():
    leak = replace(LEAK, kind="Supabase secret key", prefix="sb_secret_", exact=True)
    [found] = judge(leaks=(leak,))
    assert (found.evidence["prefix"], found.evidence["is_configured_secret"]) == ("sb_secret_", True)


def test_each_leak_is_told_apart():
    other = replace(LEAK, column=500)
    assert [f.aspect for f in judge(leaks=(LEAK, other))] == [
        "Supabase service_role key:1:99",
        "Supabase service_role key:1:500",
    ]


def test_a_leak_is_told_whatever_is_missing():
    assert judge(leaks=(LEAK,), gaps=GAPS) == [FOUND]
    assert judge(leaks=(LEAK,), files=()) == [FOUND]


@pytest.mark.parametrize("files", [(), (f"{APP}/",), (f"{APP}/?main.js",), (f"{APP}/main.js.html",)])
def test_without_a_script_nothing_is_proven(files):
    assert judge(files=files) == [unproven(APP, NO_SCRIPT, HINT, files=list(files))]


def test_only_some_files_are_named():
    files = tuple(f"{APP}/{n}" for n in range(12))
    assert judge(files=files)[0].evidence == {"files": list(files[:10])}


@pytest.mark.parametrize("name", ["a.js", "a.mjs", "a.js?dpl=1"])
def test_what_counts_as_a_script(name):
    assert [f.outcome for f in judge(files=(f"{APP}/{name}",))] == ["pass"]


def test_gaps_and_clean_scripts():
    assert [f.outcome for f in judge(gaps=GAPS)] == ["pass"]


def test_gaps_only():
    assert judge(files=(), size_bytes=0, gaps=GAPS) == []
    assert judge(files=(f"{APP}/",), gaps=GAPS) == []
