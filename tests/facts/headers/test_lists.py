from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from auditor.facts.headers.lists import split_list
from tests.facts.headers.fuzz import SOME, spliced


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((), ("",)),
        (("",), ("",)),
        (("a",), ("a",)),
        (("a, b",), ("a", "b")),
        (("a", "b"), ("a", "b")),
        ((" a\t,,b ",), ("a", "", "b")),
        (('"a,b", c',), ('"a,b"', "c")),
        (('"a\\",b", c',), ('"a\\",b"', "c")),
        (('x"a,b',), ('x"a,b',)),
        (('"a\\',), ('"a\\',)),
        (("a,",), ("a", "")),
    ],
)
def test_split(values, expected):
    assert split_list(values) == expected


@given(st.one_of(spliced(['"', "\\", ",", " ", "a", "\t", "\n"]), st.text(max_size=200)))
@example('"' * 3000)
@example("\\" * 3000)
@SOME
def test_any_text(value):
    parts = split_list((value,))
    assert sum(map(len, parts)) <= len(value)
    if '"' not in value:
        assert list(parts) == [part.strip(" \t") for part in value.split(",")]
