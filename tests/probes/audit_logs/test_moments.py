"""When a line of a log was written."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.probes.audit_logs.moments import Moment, of_line, of_value

NOW = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
THEN = datetime(2026, 11, 26, 5, 14, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "line",
    [
        "2026-11-26T05:14:30Z GET /",
        "2026-11-26 05:14:30 UTC [25247] app@app LOG:  AUDIT",
        "2026-11-26T07:14:30+02:00 x",
        "2026-11-26 07:14:30+02 x",
        "2026-11-26 00:14:30 -0500 x",
        'api-1  | {"time": "2026-11-26T05:14:30Z"}',
        '127.0.0.1 - - [26/Nov/2026:05:14:30 +0000] "GET / HTTP/1.1" 200 2',
        '127.0.0.1 - - [26/Nov/2026:06:14:30 +01:00] "GET / HTTP/1.1" 200 2',
        "1795670070 [123] LOG:  statement",
        "1795670070.000 [123] LOG:  statement",
        "<14> 2026-11-26T05:14:30Z host app",
    ],
)
def test_a_time_with_its_zone(line):
    assert of_line(line, NOW) == Moment(THEN, zoned=True)


@pytest.mark.parametrize(
    "line",
    [
        "2026-11-26 05:14:30 - main - INFO - GET /",
        "2026/11/26 05:14:30 [error] 1#1: ...",
        "2026-11-26 05:14:30 CET [1] LOG:  x",
        "Nov 26 05:14:30 host app[1]: x",
        "<14>Nov 26 05:14:30 host app[1]: x",
        "[Thu Nov 26 05:14:30 2026] [error] x",
    ],
)
def test_a_time_without_a_zone_may_be_twelve_hours_later(line):
    moment = of_line(line, NOW)
    assert moment == Moment(THEN, zoned=False)
    assert moment.latest == THEN + timedelta(hours=12)


def test_fractions():
    assert of_line("2026-11-26 05:14:30,123 x", NOW).at.microsecond == 123000
    assert of_line("2026-11-26T05:14:30.123456789Z x", NOW).at.microsecond == 123456
    assert of_line("1795670070.25 x", NOW).at.microsecond == 250000


def test_the_first_time_counts():
    assert of_line('2026-11-26T05:14:30Z "until 2030-01-01T00:00:00Z"', NOW) == Moment(THEN, zoned=True)


def test_a_line_of_december_that_is_read_in_january():
    moment = of_line("Dec 31 23:59:59 host x", datetime(2027, 1, 2, tzinfo=UTC))
    assert moment.at == datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    "line",
    [
        "", "GET /", "2026-13-40 05:14:30 x", "0000-00-00 00:00:00", "Feb 30 00:00:00 h", "Xyz 26 05:14:30 h",
        "version 2026-11-26", "12026-11-26 05:14:30", "99/Nov/2026", "[99/Nov/2026:05:14:30 +0000]", "127.0.0.1",
        "Status: 200",
    ],
)  # fmt: skip
def test_no_time(line):
    assert of_line(line, NOW) is None


@pytest.mark.parametrize(
    "value",
    [1795670070, 1795670070.0, 1795670070000, 1795670070000000, 1795670070000000000, "1795670070", "1795670070000"],
)
def test_counts_since_1970(value):
    assert of_value(value, NOW) == Moment(THEN, zoned=True)


@pytest.mark.parametrize("value", [None, True, 0, -1, 200, 1e300, float("nan"), float("inf"), [], {}, "200"])
def test_values_that_are_no_time(value):
    assert of_value(value, NOW) is None


@given(st.text(max_size=120) | st.from_regex(r"[0-9:/\[\] ,.TZ+-]{0,60}", fullmatch=True))
@settings(deadline=None, max_examples=400)
def test_any_line_has_a_time_or_none(line):
    moment = of_line(line, NOW)
    assert moment is None or (moment.at.tzinfo is UTC and moment.latest >= moment.at)
