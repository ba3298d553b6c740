from __future__ import annotations

import os
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.probes.javascript import Kind, tokens, unescaped

FUZZ = settings(deadline=None, max_examples=min(2000, int(os.environ.get("AUDIT_FUZZ", "300"))))


def split(text: str) -> list[str]:
    return [token.text for token in tokens(text)]


def kinds(text: str) -> list[tuple[Kind, str]]:
    return [(token.kind, token.text) for token in tokens(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("a.b?.c", ["a", ".", "b", "?.", "c"]),
        ("a?.5:1", ["a", "?", ".5", ":", "1"]),
        ("x => ({ ...y })", ["x", "=>", "(", "{", "...", "y", "}", ")"]),
        ("a /* b */ c // d\ne", ["a", "c", "e"]),
        ("#!/usr/bin/env node\na", ["a"]),
        ("a /* never closed", ["a"]),
        ("const naïve_$1 = 1n", ["const", "naïve_$1", "=", "1n"]),
        ("a /* ** */ b", ["a", "b"]),
    ],
)
def test_tokens(text, expected):
    assert split(text) == expected


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('"a\\"b"', 'a"b'),
        ("'it\\'s'", "it's"),
        (r'"\x41\u0042\u{43}\n"', "ABC\n"),
        ('"a\\\nb"', "ab"),
        ('"//no comment"', "//no comment"),
        ('"\\u{ffffff}"', "�"),
    ],
)
def test_strings(text, says):
    assert kinds(text) == [(Kind.STRING, says)]


def test_a_quote_that_nothing_closes_is_a_character():
    assert split("<p>Don't {x}</p>\ny") == ["<", "p", ">", "Don", "'", "t", "{", "x", "}", "<", "/", "p", ">", "y"]


def test_templates():
    found = kinds("`a${ {b: `c${d}`} }e` f")
    assert [text for kind, text in found if kind is Kind.TEMPLATE] == ["a", "c", "", "e"]
    assert found[-1] == (Kind.NAME, "f")
    assert [token.whole for token in tokens("`a` `b${c}`")] == [True, False, True, False]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('a = /[/"]x/g.test(b)', '/[/"]x/g'),
        ("return /'/", "/'/"),
        ("f(/\\//)", "/\\//"),
    ],
)
def test_regular_expressions(text, expected):
    assert [token.text for token in tokens(text) if token.kind is Kind.REGEX] == [expected]


def test_division_is_none():
    assert split("a / b / c") == ["a", "/", "b", "/", "c"]
    assert split("(a) / 'b'")[-1] == "b"


def test_where_tokens_stand():
    text = "a  =  'b\\n' ;"
    assert [text[token.start : token.end] for token in tokens(text)] == ["a", "=", "'b\\n'", ";"]


def test_a_part_of_a_script():
    assert [token.text for token in tokens("a b c d", 2, 5)] == ["b", "c"]


SCRIPT = st.text("ab1 \n\r'\"`${}\\/*<!-=.?#u{x&+[]()", max_size=60)


@FUZZ
@given(SCRIPT | st.text())
def test_any_text_is_covered_once(text):
    at = 0
    for token in tokens(text):
        assert at <= token.start < token.end <= len(text)
        at = token.end
    unescaped(text)


@pytest.mark.parametrize(
    "piece", ["/*", "*", "`", "`${", "'", '"\\', "/[", "/a", "\\", "{", "a", "1.", " ", "<!--", "\n'"]
)
def test_hostile_scripts_take_no_longer(piece):
    started = time.process_time()
    for _ in tokens(piece * (100_000 // len(piece))):
        pass
    assert time.process_time() - started < 30
