from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.facts.cookies import SetCookie
from auditor.probes.cookies import read_date, read_set_cookie

NOW = datetime(2026, 11, 25, tzinfo=UTC)


def read(line: str) -> SetCookie:
    return read_set_cookie(line, NOW)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("a=b", SetCookie("a", 1)),
        (" a \t= b c\t", SetCookie("a", 3)),
        ("a=b=c", SetCookie("a", 3)),
        ("a=", SetCookie("a", 0)),
        ("=secret", SetCookie("", 6)),
        ("secret", SetCookie("", 6)),
        ('a="b; c"', SetCookie("a", 2)),  # quotes protect nothing
        ("a=b; secure", SetCookie("a", 1, (("secure", ""),))),
        ("a=b;SECURE=false;httponly", SetCookie("a", 1, (("secure", ""), ("httponly", "")))),
        ("a=b; Secure; secure", SetCookie("a", 1, (("secure", ""), ("secure", "")))),
        ("a=b; SameSite = None ; Partitioned", SetCookie("a", 1, (("samesite", "None"), ("partitioned", "")))),
        ("a=b; Path=/; Path=/x", SetCookie("a", 1, (("path", "/"), ("path", "/x")))),
        ("a=b; Domain=.Example.com; Max-Age=3", SetCookie("a", 1, (("domain", ".Example.com"), ("max-age", "3")))),
        ("a=b; piece of the value; x=y", SetCookie("a", 1)),
        ("a=b, c=d", SetCookie("a", 6)),
        ("a=b;;; ;=;secure ;", SetCookie("a", 1, (("secure", ""),))),
        ("a=b; expires=never", SetCookie("a", 1, (("expires", "never"),))),
        (
            "a=; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
            SetCookie("a", 0, (("expires", "Thu, 01 Jan 1970 00:00:00 GMT"),), expired=True),
        ),
        ("a=\tb\tc", SetCookie("a", 3)),
    ],
)
def test_reads(line, expected):
    assert read(line) == expected


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("a=b\x00; Secure", "it holds control characters"),
        ("a=b; Path=/\x7f", "it holds control characters"),
        ("a=b\nc", "it holds control characters"),
        ("", "it has neither a name nor a value"),
        (" ; Secure", "it has neither a name nor a value"),
        ("=", "it has neither a name nor a value"),
        ("a=" + "b" * 4096, "name and value are longer than 4096 octets"),
        ("a=" + "é" * 2048, "name and value are longer than 4096 octets"),
        ("=__Host-a=b", "it has no name, and a value that looks like the prefix of one"),
        ("__secure-a", "it has no name, and a value that looks like the prefix of one"),
        ("a=" + "b" * 4095, ""),
    ],
)
def test_what_browsers_ignore(line, why):
    assert read(line).ignored == why


def test_an_attribute_that_is_too_long_is_none():
    assert read(f"a=b; Path=/{'x' * 1024}; Secure").attributes == (("secure", ""),)


def test_long_names_and_values_are_cut():
    found = read(f"{'n' * 300}=b; Path=/a {'x' * 1000}")
    assert (found.name, found.attributes[0][1]) == ("…", "/a …")  # half a word may be half a secret


def test_no_value_is_kept():
    line = "session=hunter2; more=hunter2; hunter2; Secure=hunter2; HttpOnly=hunter2"
    assert "hunter2" not in repr(read(line))


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("Wed, 09 Jun 2021 10:18:14 GMT", datetime(2021, 6, 9, 10, 18, 14, tzinfo=UTC)),
        ("Wednesday, 09-Jun-21 10:18:14 GMT", datetime(2021, 6, 9, 10, 18, 14, tzinfo=UTC)),
        ("10:18:14 2021 Juny 9th", datetime(2021, 6, 9, 10, 18, 14, tzinfo=UTC)),
        ("1 Jan 70 0:0:0", datetime(1970, 1, 1, tzinfo=UTC)),
        ("31 Feb 2021 00:00:00", None),
        ("01 Jan 1600 00:00:00", None),
        ("01 Jan 2021 24:00:00", None),
        ("01 Jan 2021", None),
        ("", None),
        ("٠١ Jan ٢٠٢١ 00:00:00", None),
    ],
)
def test_dates(text, date):
    assert read_date(text) == date


@settings(max_examples=10_000, deadline=None)
@given(st.text() | st.text(alphabet='ab=;, \t\x00-_SecurHtOnlyMax9:é"', max_size=300))
def test_any_line(line):
    found = read_set_cookie(line)
    assert len(found.name) <= 201
    assert len(found.attributes) <= 50
    assert found.role
    assert found.deletes in (True, False)


@pytest.mark.parametrize("piece", ["a=b;", ";", "=", "expires=1:1:1;", "Secure;", "\0", "sess_", "-"])
def test_a_hundred_thousand_times_the_same(piece):
    started = time.process_time()
    assert read_set_cookie(piece * 100_000).role
    assert time.process_time() - started < 1
