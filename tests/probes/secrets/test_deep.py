"""Kingfisher's rules besides ours."""

from importlib.util import find_spec

import pytest

from auditor.errors import Unavailable
from auditor.facts.sightings import Nature, Sighting
from auditor.model import Gap, Severity
from auditor.probes.secrets import deep
from auditor.probes.secrets.scanner import Scanner
from tests.corpus import small
from tests.corpus.make import public
from tests.corpus.planted import token
from tests.probes.secrets.recipes import made

real = pytest.mark.skipif(not find_spec(deep.PACKAGE), reason="the extra `deep` is not installed")
OPENAI = made("sk-proj-{74:b}T3BlbkFJ{74:b}")
GITHUB = made("ghp_{30:w}{crc}")


def sighting(line=1, column=1, length=40, rule="github-pat", place="a.js"):
    return Sighting(place, line, column, rule, "GitHub personal access token", length)


def test_nothing_is_missing_when_nobody_asks():
    assert deep.missing(False) is None


def test_what_is_asked_for_and_not_installed_is_told(monkeypatch):
    monkeypatch.setattr(deep, "PACKAGE", "no_such_package")
    gap = Gap("policy.secrets.deep", "the extra `deep` is not installed", "pip install 'stack-audit[deep]'")
    assert deep.missing(True) == gap


def test_a_text_that_it_cannot_take_is_a_gap_and_loses_nothing_of_ours(monkeypatch):
    monkeypatch.setattr(deep, "deep_scan", failing)
    scanner = deep.DeepScanner(Scanner())
    data = ("k=sb_secret_" + "abcDEF123456" * 2).encode()
    assert scanner.scan(data, "a.js") == Scanner().scan(data, "a.js") != []
    assert scanner.gaps == [Gap("a.js", "too slow", "wait")]


def failing(data, place):
    raise Unavailable("too slow", "wait")


def test_ours_wins_where_both_saw_something():
    ours = [sighting(column=10)]
    theirs = [sighting(column=9, rule="deep:x"), sighting(column=50, rule="deep:x"), sighting(2, 10, rule="deep:x")]
    assert deep.merged(ours, theirs) == [ours[0], theirs[1], theirs[2]]


def test_other_places_do_not_overlap():
    both = [sighting(place="a.js"), sighting(place="b.js", rule="deep:x")]
    assert deep.merged(both[:1], both[1:]) == both


@real
def test_tokens_are_found_where_they_are():
    text = f'// é\nconst é="{GITHUB}";\nconst b={{"k":"{OPENAI}"}};\n'
    assert deep.deep_scan(text.encode(), "a.js") == [
        Sighting(
            "a.js", line, column, f"deep:betterleaks.{rule}", rule.replace("-", " "), length, Severity.HIGH,
            Nature.SECRET, why="a rule of Kingfisher says so",
        )
        for line, column, rule, length in ((2, 10, "github-pat", 40), (3, 15, "openai-api-key", len(OPENAI)))
    ]  # fmt: skip


@real
@pytest.mark.parametrize("form", ['{{\\\\"k\\\\":\\\\"{}\\\\"}}', "?k={}&v=1", "k=`{}${{e}}`", "<meta content={}>"])
def test_tokens_are_found_whatever_stands_behind_them(form):
    (found,) = deep.deep_scan(form.format(OPENAI).encode(), "a.js")
    assert (found.rule, found.length) == ("deep:betterleaks.openai-api-key", len(OPENAI))


@real
def test_what_ours_judges_is_left_to_it():
    anon = token({"iss": "supabase", "role": "anon"}, 1)
    assert deep.deep_scan(f'a="{anon}";b="{made("phc_{43:w}")}"'.encode(), "a.js") == []


@real
def test_no_look_alike_is_taken_for_a_secret():
    decoys = public(small.bodies(3))
    assert [text.kind for text in decoys if deep.deep_scan(text.data, text.place)] == []


@real
def test_any_bytes_are_read():
    for data in (b"", b"\xff\xfe" + b"\x00" * 99, bytes(range(256)) * 50, GITHUB.encode("utf-16")):
        assert all(GITHUB not in repr(one) for one in deep.deep_scan(data, "a.js"))
