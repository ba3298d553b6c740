from __future__ import annotations

import contextlib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from auditor.facts.headers import HeaderError
from auditor.facts.headers.structured import Bare, Item, parse_dictionary, parse_item
from tests.facts.headers.fuzz import SOME, spliced

TRUE = Bare("boolean", "?1")


def token(text):
    return Bare("token", text)


def one(bare, *parameters):
    return Item((bare,), inner_list=False, parameters=parameters)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("same-origin", one(token("same-origin"))),
        ("  same-origin  ", one(token("same-origin"))),
        ('same-origin; report-to="main"', one(token("same-origin"), ("report-to", Bare("string", "main")))),
        ("a;b;c=?0", one(token("a"), ("b", TRUE), ("c", Bare("boolean", "?0")))),
        ("a;b=1;b=2", one(token("a"), ("b", Bare("number", "2")))),
        ("*", one(token("*"))),
        ('"a \\"b\\" \\\\"', one(Bare("string", 'a "b" \\'))),
        ("-1.5", one(Bare("number", "-1.5"))),
        ("@1659578233", one(Bare("number", "@1659578233"))),
        (":YWJj:", one(Bare("bytes", ":YWJj:"))),
        ('%"f%c3%bc"', one(Bare("display", '%"f%c3%bc"'))),
    ],
)
def test_items(text, expected):
    assert parse_item(text) == expected


@pytest.mark.parametrize(
    "text",
    ["", "same-origin, same-origin", "same origin", '"open', '"a\\n"', "?2", "1.", "1234567890123456", "é", "a;", "a;B",
     "\tsame-origin", "(a b)", "'self'", '%"%ZZ"', ":=!:", "-", "@"],
)  # fmt: skip
def test_no_items(text):
    with pytest.raises(HeaderError, match="does not fit"):
        parse_item(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", {}),
        ("camera=()", {"camera": Item((), inner_list=True)}),
        (
            'camera=(self "https://a.b"), microphone=*',
            {
                "camera": Item((token("self"), Bare("string", "https://a.b")), inner_list=True),
                "microphone": one(token("*")),
            },
        ),
        ("a, b;c,\td=1", {"a": one(TRUE), "b": one(TRUE, ("c", TRUE)), "d": one(Bare("number", "1"))}),
        ("a=1, a=2", {"a": one(Bare("number", "2"))}),
        ("a=( b   c;x=1 );y", {"a": Item((token("b"), token("c")), True, (("y", TRUE),))}),
    ],
)
def test_dictionaries(text, expected):
    assert parse_dictionary(text) == expected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("camera 'none'; microphone 'none'", 'at character 8 there is "\'", which does not fit'),
        ("camera=()  microphone=()", "at character 12 there is 'm', which does not fit"),
        ("camera=(),", "it ends with a comma"),
        ("Camera=()", "at character 1 there is 'C', which does not fit"),
        ("camera=(self", "at character 13 there is nothing, which does not fit"),
        ('camera=(self"a")', "at character 13 there is '\"', which does not fit"),
        ("camera=", "at character 8 there is nothing, which does not fit"),
        ("a=1,,b=2", "at character 5 there is ',', which does not fit"),
    ],
)
def test_no_dictionaries(text, reason):
    with pytest.raises(HeaderError) as caught:
        parse_dictionary(text)
    assert str(caught.value) == reason


PIECES = ["a", "camera", "=", "(", ")", "self", "*", ",", " ", ";", '"', "\\", "?1", "1.5", ":", "%", "@", "\t", "é"]


@given(st.one_of(spliced(PIECES), st.text(max_size=200)))
@example('a="' + "\\" * 3000)
@example("a=(" * 2000)
@example("a;" * 3000)
@example(":" + "=" * 4000)
@SOME
def test_any_text_is_read_or_refused(text):
    for read in (parse_item, parse_dictionary):
        with contextlib.suppress(HeaderError):
            read(text)
