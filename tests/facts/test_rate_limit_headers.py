"""What answers say about rate limits, as servers write it, and as nobody should."""

from __future__ import annotations

import os
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.facts.rate_limit_headers import Advertised, advertised, http_date, reset_seconds, retry_after

NOW = 1_795_000_000.0
FUZZ = settings(max_examples=min(2000, int(os.environ.get("AUDIT_FUZZ", "100"))), deadline=None)


def said(**headers: str) -> tuple[Advertised, ...]:
    return advertised(((name.replace("_", "-"), value) for name, value in headers.items()), NOW)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0),
        (" 0 ", 0.0),
        ("1.5", 1.5),
        ("Sun, 06 Nov 1994 08:49:37 GMT", 0.0),
        ("Sunday, 06-Nov-94 08:49:37 GMT", 0.0),
        ("Sun Nov  6 08:49:37 1994", 0.0),
        ("Wed, 18 Nov 2026 16:27:40 GMT", None),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1e3", None),
        ("٣", None),
        ("9" * 400, None),
        ("Sun, 31 Feb 2027 08:49:37 GMT", None),
        ("Sun, 06 Nov 1994 99:49:37 GMT", None),
    ],
)
def test_retry_after(value, seconds):
    if value.startswith("Wed"):
        seconds = http_date(value) - NOW if http_date(value) > NOW else 0.0
    assert retry_after(value, NOW) == seconds


def test_dates():
    assert http_date("Thu, 01 Jan 1970 00:01:00 GMT") == http_date("Thursday, 01-Jan-70 00:01:00 GMT") == 60.0
    assert http_date("Thu Jan  1 00:01:00 1970") == 60.0
    assert retry_after("Thu, 01 Jan 1970 00:01:00 GMT", 10.0) == 50.0


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("60", 60.0),
        (f"{NOW + 60:.0f}", 60.0),
        (f"{NOW + 60:.3f}", 60.0),
        (f"{(NOW + 60) * 1000:.0f}", 60.0),
        (f"{NOW - 60:.0f}", 0.0),
        ("", None),
        ("x", None),
    ],
)
def test_resets(value, seconds):
    found = reset_seconds(value, NOW)
    assert found == seconds if seconds is None else found == pytest.approx(seconds, abs=0.01)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        (
            {
                "RateLimit_Policy": "20;w=60",
                "RateLimit_Limit": "20",
                "RateLimit_Remaining": "19",
                "RateLimit_Reset": "60",
            },
            Advertised("RateLimit-*", 20, 19, 60.0, 60.0),
        ),
        (
            {"RateLimit_Policy": "20;w=60", "RateLimit": "limit=20, remaining=19, reset=60"},
            Advertised("RateLimit", 20, 19, 60.0, 60.0),
        ),
        (
            {"RateLimit": '"20-in-1min"; r=19; t=60', "RateLimit_Policy": '"20-in-1min"; q=20; w=60; pk=:YWJj:'},
            Advertised("RateLimit", 20, 19, 60.0, 60.0, "20-in-1min"),
        ),
        ({"RateLimit_Policy": '"a,b;c";q=5;w=1'}, Advertised("RateLimit-Policy", 5, None, 1.0, None, "a,b;c")),
        ({"RateLimit_Limit": "100, 100;w=60"}, Advertised("RateLimit-*", 100)),
        (
            {"X_RateLimit_Limit": "100", "X_RateLimit_Remaining": "99", "X_RateLimit_Reset": str(NOW + 30.5)},
            Advertised("X-RateLimit-*", 100, 99, None, 30.5),
        ),
        ({"X_Rate_Limit_Limit": "15", "X_Rate_Limit_Remaining": "3"}, Advertised("X-Rate-Limit-*", 15, 3)),
        (
            {"X_RateLimit_Limit_Minute": "5", "X_RateLimit_Remaining_Minute": "4"},
            Advertised("X-RateLimit-*", 5, 4, 60.0),
        ),
    ],
)
def test_each_form(headers, expected):
    assert said(**headers) == (expected,)


def test_several_policies():
    assert [
        (one.name, one.limit, one.remaining)
        for one in said(
            RateLimit='"burst";r=9;t=1, "daily";r=999;t=80000',
            RateLimit_Policy='"burst";q=10;w=1, "daily";q=1000;w=86400',
        )
    ] == [("burst", 10, 9), ("daily", 1000, 999)]


@pytest.mark.parametrize("value", ["", "x", '"', ";;;", "=,=", "limit=", '"a";q=', "-1", "9" * 300])
def test_nonsense_says_nothing(value):
    assert said(RateLimit=value, RateLimit_Policy=value, X_RateLimit_Limit=value) == ()


PIECES = st.sampled_from(
    [
        *'";=,: \t-',
        "r",
        "t",
        "q",
        "w",
        "limit",
        "remaining",
        "reset",
        "60",
        "9" * 20,
        "é",
        "\x00",
        "GMT",
        "Sun, 06 Nov 1994 ",
    ]
)
NAMES = st.sampled_from(
    [
        "RateLimit",
        "RateLimit-Policy",
        "RateLimit-Limit",
        "X-RateLimit-Reset",
        "X-Rate-Limit-Limit",
        "X-RateLimit-Limit-Hour",
    ]
)


@FUZZ
@given(st.lists(st.tuples(NAMES, st.lists(PIECES, max_size=12).map("".join) | st.text(max_size=30)), max_size=6))
def test_any_header_is_read(headers):
    for one in advertised(headers, NOW):
        assert one.limit is not None or one.remaining is not None
        assert all(value is None or value >= 0 for value in (one.limit, one.remaining, one.window_s, one.reset_s))


@FUZZ
@given(st.text() | st.lists(PIECES).map("".join))
def test_any_value_is_read(value):
    assert retry_after(value, NOW) is None or retry_after(value, NOW) >= 0
    assert reset_seconds(value, NOW) is None or reset_seconds(value, NOW) >= 0


@FUZZ
@given(st.integers(1, 10**9), st.integers(0, 10**9), st.integers(1, 10**6))
def test_what_is_written_is_read(limit, remaining, window):
    [one] = said(RateLimit=f'"p";r={remaining};t={window}', RateLimit_Policy=f'"p";q={limit};w={window}')
    assert (one.limit, one.remaining, one.window_s, one.reset_s) == (limit, remaining, window, window)


@pytest.mark.parametrize("piece", ['"', ";", ",", "=", "a", "Sun, ", "1 ", '";q=1,'])
def test_long_headers_take_no_time(piece):
    began = time.process_time()
    for name in ("RateLimit", "RateLimit-Policy", "X-RateLimit-Limit"):
        advertised([(name, piece * 1_000_000)], NOW)
    retry_after(piece * 1_000_000, NOW)
    assert time.process_time() - began < 1.0
