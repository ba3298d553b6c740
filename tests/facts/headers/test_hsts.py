from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from auditor.facts.headers import HeaderError
from auditor.facts.headers.hsts import Hsts, parse_hsts
from tests.facts.headers.fuzz import FUZZ, spliced


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("max-age=63072000; includeSubDomains", Hsts(63072000, include_subdomains=True)),
        ("max-age=63072000; includeSubDomains; preload", Hsts(63072000, include_subdomains=True, preload=True)),
        ('max-age="31536000"', Hsts(31536000)),
        ('max-age="0"', Hsts(0)),
        ('max-age="3153\\6000"', Hsts(31536000)),
        ("max-age=0", Hsts(0)),
        ("max-age=0000000000000000000000000031536000", Hsts(31536000)),
        ("max-age=" + "9" * 5000, Hsts(10**18)),
        ("MAX-AGE=1;INCLUDESUBDOMAINS", Hsts(1, include_subdomains=True)),
        (" \tmax-age \t= 5 ; ", Hsts(5)),
        (";;max-age=5;;preload;", Hsts(5, preload=True)),
        ('max-age=5; report-uri="https://x/;a=\\"b\\""; pin', Hsts(5)),
        ("unknown; max-age=5", Hsts(5)),
    ],
)
def test_what_browsers_obey(value, expected):
    assert parse_hsts(value) == expected


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("", "it has no max-age"),
        ("includeSubDomains", "it has no max-age"),
        ("max-age", "max-age has no value"),
        ('max-age=""', "max-age has no value"),
        ("max-age=", "a directive has an equals sign and no value"),
        ("max-age=abc", "max-age is not a number of seconds"),
        ("max-age=-1", "max-age is not a number of seconds"),
        ("max-age=1.5", "max-age is not a number of seconds"),
        ('max-age=" 5"', "max-age is not a number of seconds"),
        ('max-age="٣"', "max-age is not a number of seconds"),
        ("max-age=31536000 includeSubDomains", "after max-age there is 'i' instead of a semicolon"),
        ("max-age=31536000, includeSubDomains", "after max-age there is ',' instead of a semicolon"),
        ("max-age=31536000; max-age=0", "max-age is there twice"),
        ("max-age=5; Unknown; unknown=1", "unknown is there twice"),
        ("max-age=5; includeSubDomains=true", "includesubdomains takes no value"),
        ("max-age=5; preload=1", "preload takes no value"),
        ('max-age="5', "a directive has an equals sign and no value"),
        ('"max-age=5"', "'\"' begins no directive"),
        ("max-age=5\n", "after max-age there is '\\n' instead of a semicolon"),
    ],
)
def test_what_browsers_ignore(value, reason):
    with pytest.raises(HeaderError) as caught:
        parse_hsts(value)
    assert str(caught.value) == reason


PIECES = ["max-age", "=", ";", '"', "\\", "31536000", "0", " ", "\t", "includeSubDomains", "preload", ",", "é", "x"]


@given(st.one_of(spliced(PIECES), st.text(max_size=200)))
@example('"' * 3000)
@example("max-age=" + '"\\' * 3000)
@FUZZ
def test_any_text_is_read_or_refused(value):
    try:
        read = parse_hsts(value)
    except HeaderError:
        return
    assert 0 <= read.max_age <= 10**18
