from __future__ import annotations

from dataclasses import replace

import pytest

from auditor.facts.served import Bounds, FileKind, MissingFile, Served, ServedFile
from auditor.facts.sightings import Nature, Sighting
from auditor.model import Confidence, Gap, Severity, failed, passed, unproven
from checks.frontend_secrets.no_secret_served import no_secret_served

APP = "https://app.example.com"
MAIN = f"{APP}/_next/static/chunks/main.js"
PAGE, SCRIPT = ServedFile(f"{APP}/", FileKind.PAGE, 321), ServedFile(MAIN, FileKind.SCRIPT, 4000)
CLEAN = Served(APP, (PAGE, SCRIPT), frameworks=("Vite",), bounds=Bounds(requests=9))
LEAK = Sighting(MAIN, 1, 99, "jwt", "Supabase service_role key", 213)
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


def outcomes(**changes):
    return [str(finding.outcome) for finding in judge(**changes)]


def test_clean():
    public, unclear = replace(LEAK, nature=Nature.PUBLIC), replace(LEAK, nature=Nature.UNCLEAR, kind="Google key")
    assert judge(sightings=(public, unclear), missing=(MissingFile(f"{APP}/x.js", MAIN, "answers 404"),), alike=3) == [
        passed(
            APP,
            "no secret in 2 files, 1 of them scripts; 1 values whose shape does not tell",
            files=2,
            scripts=1,
            inline_scripts=0,
            size_bytes=4321,
            requests=9,
            named_but_not_served=1,
            pages_like_others=3,
            frameworks=["Vite"],
            public_values=1,
            unclear_values=[{"place": MAIN, "line": 1, "column": 99, "kind": "Google key"}],
        )
    ]


def test_leaking():
    assert judge(sightings=(LEAK,)) == [FOUND]


def test_all_that_is_known_is_told():
    page = "https://supabase.com/dashboard/project/_/settings/api-keys"
    leak = replace(
        LEAK,
        kind="Supabase secret key",
        prefix="sb_secret_",
        exact=True,
        written="base64",
        why="a reason",
        rotate=page,
        severity=Severity.HIGH,
        name="ADMIN_KEY",
    )
    [found] = judge(sightings=(leak,))
    assert found.message == ("holds a Supabase secret key (213 characters, base64) at line 1, column 99: a reason")
    assert found.remediation == f"Rotate it now at {page}, then keep it on the server."
    assert (found.evidence["prefix"], found.evidence["is_configured_secret"]) == ("sb_secret_", True)
    told = {key: found.evidence[key] for key in ("harm", "written", "why", "rotate", "name")}
    assert told == {"harm": "high", "written": "base64", "why": "a reason", "rotate": page, "name": "ADMIN_KEY"}


def test_each_leak_is_told_apart():
    other = replace(LEAK, column=500)
    assert [f.aspect for f in judge(sightings=(LEAK, other))] == [
        "Supabase service_role key:1:99",
        "Supabase service_role key:1:500",
    ]


def test_one_value_in_one_file_is_one_finding():
    one, again = replace(LEAK, same=7), replace(LEAK, same=7, line=4)
    other, elsewhere = replace(LEAK, same=8, line=2), replace(LEAK, same=7, place=f"{APP}/")
    found = judge(sightings=(one, again, other, elsewhere))
    assert [(f.subject, f.aspect.partition(":")[2], f.evidence.get("times")) for f in found] == [
        (f"{APP}/", "1:99", None),
        (MAIN, "1:99", 2),
        (MAIN, "2:99", None),
    ]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"rule": "exact", "kind": "Supabase service key", "exact": True}, "fail"),
        ({"rule": "exact", "kind": "database password", "exact": True}, "pass"),  # SEC002
        ({"rule": "jwt-forgeable", "kind": "Supabase anon key"}, "pass"),  # SEC003
        ({"rule": "jwt-forgeable"}, "fail"),
        ({"nature": Nature.UNCLEAR}, "pass"),
        ({"nature": Nature.PUBLIC}, "pass"),
    ],
)
def test_what_is_judged_here(changes, expected):
    assert outcomes(sightings=(replace(LEAK, **changes),)) == [expected]


def test_a_leak_is_told_whatever_is_missing():
    assert judge(sightings=(LEAK,), gaps=GAPS) == [FOUND]
    assert judge(sightings=(LEAK,), files=()) == [FOUND]


@pytest.mark.parametrize("files", [(), (PAGE,), (PAGE, replace(SCRIPT, kind=FileKind.MANIFEST))])
def test_without_a_script_nothing_is_proven(files):
    assert judge(files=files) == [unproven(APP, NO_SCRIPT, HINT, files=[file.url for file in files])]


GONE = MissingFile(f"{APP}/x.js", APP, "answers 404", FileKind.SCRIPT, tagged=True)


def test_scripts_that_stand_in_the_pages_alone():
    [found] = judge(files=(PAGE,), inline_scripts=3)
    assert (found.outcome, found.message) == ("pass", "no secret in 1 files, whose 3 scripts stand in the pages")
    assert (found.evidence["scripts"], found.evidence["inline_scripts"]) == (0, 3)


@pytest.mark.parametrize(
    ("gone", "expected"),
    [
        (GONE, "error"),
        (replace(GONE, tagged=False), "pass"),
        (replace(GONE, kind=FileKind.PAGE), "pass"),
    ],
)
def test_scripts_that_a_tag_names_and_nobody_serves(gone, expected):
    assert outcomes(files=(PAGE,), inline_scripts=3, missing=(gone,)) == [expected]


def test_gaps_and_clean_scripts():
    assert outcomes(gaps=GAPS) == ["pass"]


def test_gaps_only():
    assert judge(files=(), gaps=GAPS) == []
    assert judge(files=(PAGE,), gaps=GAPS) == []
