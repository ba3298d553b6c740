"""``.env`` files as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.checklist.dotenv import parse, read
from auditor.errors import ChecklistError, Problem
from tests.checklist.conftest import outcome

REMEDY = "write NAME=value, with quotes around a value that holds spaces, # or quotes"


@pytest.mark.parametrize(
    ("text", "variables"),
    [
        ("", {}),
        ("\n\n  \n# A=1\n  # B=2\n", {}),
        ("A=1", {"A": "1"}),
        ("A=1\r\nB=2\r\n", {"A": "1", "B": "2"}),
        ("export A=1\n  export\tB = 2 ", {"A": "1", "B": "2"}),
        ("A=\nB= \nC=''\nD=\"\"", {"A": "", "B": "", "C": "", "D": ""}),
        ("A=1\nA=2", {"A": "2"}),
        ("A=a b", {"A": "a b"}),
        ("A=a#b", {"A": "a#b"}),
        ("A=a #b", {"A": "a"}),
        ("A=#b", {"A": "#b"}),
        ("A= #b", {"A": ""}),
        ("A=it's", {"A": "it's"}),
        ("A=a=b==", {"A": "a=b=="}),
        ('A="a #b" # c', {"A": "a #b"}),
        (r'A="a\nb\t\"c\"\\n\$"', {"A": 'a\nb\t"c"\\n$'}),
        (r"A='a\nb\'c\\'", {"A": r"a\nb'c" + "\\"}),
        ('A="one\ntwo" \nB=3', {"A": "one\ntwo", "B": "3"}),
        ("A=${B}\nB=1", {"A": "${B}", "B": "1"}),
        ("A='${B}'", {"A": "${B}"}),
        ("a.b-c=1", {"a.b-c": "1"}),
        ("A=\u00a0é", {"A": "é"}),
    ],
)
def test_what_is_read(text, variables):
    assert parse(text, ".env") == variables


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("hunter2", [1]),
        ("A=1\nhunter2\nB=2\n=hunter2\n", [2, 4]),
        ("1A=hunter2", [1]),
        ("A B=hunter2", [1]),
        ('A="hunter2', [1]),
        ('A="hunter2" x', [1]),
        ('A="hunter2"#x', [1]),
        ("A='hunter2''", [1]),
        ("A: hunter2", [1]),
        ('B="a\nb"\nhunter2', [3]),
        ("export hunter2", [1]),
    ],
)
def test_what_is_refused_by_line_and_never_by_value(text, lines):
    with pytest.raises(ChecklistError) as caught:
        parse(text, "x/.env")
    assert caught.value.problems == tuple(
        Problem("the line is not NAME=value", "x/.env", line, "", REMEDY) for line in lines
    )


def test_a_byte_order_mark_is_no_part_of_the_first_name(tmp_path):
    path = tmp_path / ".env"
    path.write_bytes(b"\xef\xbb\xbfA=1\n")
    assert read(path) == {"A": "1"}


def test_a_file_that_is_not_utf_8(tmp_path):
    path = tmp_path / ".env"
    path.write_bytes(b"A=\xff\xfe")
    with pytest.raises(ChecklistError) as caught:
        read(path)
    assert caught.value.problems == (Problem("the file is not UTF-8", str(path), None, "", "save it again as UTF-8"),)


@settings(deadline=None)
@given(st.text("AB='\"\\# \n\r\texport${}é", max_size=60))
def test_any_text_is_read_or_refused(text):
    result = outcome(lambda: parse(text, ".env"))
    if isinstance(result, ChecklistError):
        assert all(problem.line for problem in result.problems)
    else:
        assert all(isinstance(value, str) for value in result.values())


@settings(deadline=None)
@given(st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=30))
def test_a_quoted_value_comes_back_as_it_was(value):
    escaped = value.replace("\\", "\\\\")
    double, single = escaped.replace('"', '\\"'), escaped.replace("'", "\\'")
    assert parse(f"A=\"{double}\"\nB='{single}' # c\nC=3", ".env") == {"A": value, "B": value, "C": "3"}
