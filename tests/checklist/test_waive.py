"""``audit waive`` adds a block and touches nothing else."""

from __future__ import annotations

import os
import stat
import tomllib
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.checklist import waive
from auditor.checklist.load import load
from auditor.checklist.model import Waiver
from auditor.checklist.waive import add_waiver
from auditor.errors import ChecklistError, Problem, UsageError
from tests.checklist.samples import EVERYTHING

DAY = date(2027, 1, 31)
WORDS = {"check": "RLS001", "subject": "public.a", "reason": "reference data", "owner": "data-team"}
BLOCK = """
[[waivers]]
check = "RLS001"
subject = "public.a"
reason = "reference data"
owner = "data-team"
expires = 2027-01-31
"""


@pytest.fixture(autouse=True)
def today(monkeypatch):
    monkeypatch.setattr(waive, "_today", lambda: date(2026, 11, 24))


def add(path: Path, **changes: object) -> int:
    return add_waiver(path, **{**WORDS, "expires": DAY, **changes})


def refused(path: Path, **changes: object) -> tuple[Problem, ...]:
    before = path.read_bytes()
    with pytest.raises(ChecklistError) as caught:
        add(path, **changes)
    assert path.read_bytes() == before
    assert sorted(entry.name for entry in path.parent.iterdir() if entry.name.startswith(".")) == []
    return caught.value.problems


def test_a_block_is_added_at_the_end_and_the_rest_stays(write):
    path = write("# first\n[env.prod] # here\n  api   =   'https://a'\n\n# last\n")
    before = path.read_text()
    assert add(path) == 9
    assert path.read_text() == before + BLOCK
    assert load(path, "prod", environ={}).waivers == (
        Waiver("RLS001", "public.a", "reference data", "data-team", DAY, 9),
    )


def test_after_other_blocks(write):
    path = write(EVERYTHING, head="")
    line = add(path)
    assert path.read_text() == EVERYTHING + BLOCK
    assert path.read_text().split("\n")[line - 1] == "[[waivers]]"
    assert len(tomllib.loads(path.read_text())["waivers"]) == 2
    assert add(path, subject="public.b") == line + 7


@pytest.mark.parametrize(
    ("text", "added"),
    [
        ("[env.prod]", "\n" + BLOCK),
        ("[env.prod] # no line end", "\n" + BLOCK),
        ("[env.prod]\r\n", BLOCK.replace("\n", "\r\n")),
        ("[env.prod]\nhealth='/x' # \u2028\n", BLOCK),
    ],
)
def test_line_ends(write, text, added):
    path = write(text)
    before = path.read_bytes()
    add(path)
    assert path.read_bytes() == before + added.encode()


@pytest.mark.parametrize(
    ("listed", "line"),
    [
        ("waivers = []", 3),
        ('waivers = [{check="A",subject="b",reason="c",owner="d",expires=2027-01-31}] # c', 3),
        (
            'waivers = [ # [[waivers]]\n  {check="A",subject="b",reason="c",owner="d",expires=2027-01-31},\n  # end\n]',
            None,
        ),
    ],
)
def test_a_list_of_waivers_gets_one_more(write, listed, line):
    path = write(f"{listed}\n# after\n[env.prod]\n")
    found = add(path)
    assert line in (None, found)
    waivers = load(path, "prod", environ={}).waivers
    assert waivers[-1] == Waiver("RLS001", "public.a", "reference data", "data-team", DAY, found)
    assert "# after\n[env.prod]\n" in path.read_text()


def test_what_is_given_comes_back_as_it_was(write):
    path = write("[env.prod]\n")
    words = {
        "check": "rls-enabled",
        "subject": "public.*[a-z]?\\",
        "reason": 'see ${TICKET}, $${x} "quoted" \'\'\' """ # no comment\nnext\ttab é \x1b',
        "owner": "l'équipe",
    }
    add(path, **words)
    (waiver,) = load(path, "prod", environ={}).waivers
    assert {name: getattr(waiver, name) for name in words} == words


@settings(deadline=None)
@given(st.text(st.characters(codec="utf-8"), max_size=20))
def test_any_text_comes_back_as_it_was(tmp_path_factory, text):
    path = tmp_path_factory.getbasetemp() / "waive.toml"
    path.write_text('version = 1\nextends = "default"\n[env.prod]\n')
    try:
        add(path, subject=text, reason=text)
    except UsageError:
        assert not text.strip()
    else:
        (waiver,) = load(path, "prod", environ={}).waivers
        assert (waiver.subject, waiver.reason) == (text.strip(), text.strip())


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"reason": " \n"}, "the reason of a waiver must say something; nothing was written"),
        ({"owner": ""}, "the owner of a waiver must say something; nothing was written"),
        ({"check": ""}, "the check of a waiver must say something; nothing was written"),
        ({"subject": ""}, "the subject of a waiver must say something; nothing was written"),
        ({"reason": "a\udcff"}, "the reason of the waiver is not UTF-8; nothing was written"),
        (
            {"reason": "the key is sb_secret_abcdefghijkl"},
            "the reason of the waiver holds a secret (Supabase secret key); nothing was written",
        ),
        (
            {"expires": date(2026, 11, 23)},
            "the waiver would have expired on 2026-11-23: give a day from 2026-11-24 on; nothing was written",
        ),
    ],
)
def test_values_that_cannot_be(write, changes, message):
    path = write("[env.prod]\n")
    before = path.read_bytes()
    with pytest.raises(UsageError) as caught:
        add(path, **changes)
    assert str(caught.value) == message
    assert path.read_bytes() == before


def test_today_is_not_past(write):
    assert add(write("[env.prod]\n"), expires=date(2026, 11, 24)) == 5


def test_the_same_waiver_twice(write):
    path = write("[env.prod]\n")
    add(path, subject="a${b}", expires=date(2026, 11, 24))
    assert refused(path, subject=" a${b} ") == (
        Problem(
            "RLS001 is already waived for this subject, until 2026-11-24",
            str(path),
            5,
            "waivers.0",
            "change that waiver, or give another subject; nothing was written",
        ),
    )
    assert add(path, check="RLS002", subject="a${b}") == 12


def test_an_expired_waiver_can_be_renewed(write):
    path = write(BLOCK.replace("2027-01-31", "2026-11-23") + "[env.prod]\n")
    assert add(path) == 12


def test_a_checklist_that_does_not_load_is_not_touched(write):
    path = write("[env.prod]\nfrontnd = 1\ndatabase = '${UNSET}'\n")
    assert [str(problem) for problem in refused(path)] == [
        f'{path}:4: env.prod.frontnd: the key "frontnd" is not known (did you mean "frontend"?)'
    ]


def test_a_missing_checklist(tmp_path):
    with pytest.raises(ChecklistError) as caught:
        add(tmp_path / "checklist.toml")
    assert caught.value.problems[0].message == "there is no such file"


def test_a_link_stays_a_link(write, tmp_path):
    path = write("[env.prod]\n", name="real.toml")
    link = tmp_path / "checklist.toml"
    link.symlink_to("real.toml")
    add(link)
    assert link.is_symlink()
    assert path.read_text().endswith(BLOCK)


@pytest.mark.parametrize("mode", [0o644, 0o600, 0o664])
def test_the_mode_is_kept(write, mode):
    path = write("[env.prod]\n")
    path.chmod(mode)
    add(path)
    assert stat.S_IMODE(path.stat().st_mode) == mode


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")
def test_the_owner_is_kept(write):
    path = write("[env.prod]\n")
    os.chown(path, 65534, 65534)
    add(path)
    assert (path.stat().st_uid, path.stat().st_gid) == (65534, 65534)


def test_a_failure_leaves_the_old_file_and_nothing_else(write, monkeypatch):
    path = write("[env.prod]\n")

    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    assert refused(path) == (
        Problem(
            "the file cannot be written: No space left on device",
            str(path),
            remedy="give this user the right to write the file and its folder; nothing was written",
        ),
    )


def test_a_file_that_is_read_only(write, monkeypatch):
    path = write("[env.prod]\n")
    monkeypatch.setattr(os, "access", lambda *_: False)
    (problem,) = refused(path)
    assert problem.message == "the file cannot be written: it is read-only, or no ordinary file"


def test_an_edit_that_changes_anything_else_is_not_written(write, monkeypatch):
    path = write("[env.prod]\n")
    monkeypatch.setattr(waive, "_with_waiver", lambda source, _: source.text + "health = '/x'\n" + BLOCK)
    assert refused(path) == (
        Problem(
            "the waiver cannot be added without changing other parts of the file",
            str(path),
            None,
            "waivers",
            "add a [[waivers]] block by hand; nothing was written",
        ),
    )
