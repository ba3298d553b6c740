"""Reads when a line of a log was written. Time in proportion to the line, whatever it holds."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

_HEAD = 400
"""Characters of a line in which its time stands."""
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ISO = re.compile(
    r"(?<![0-9])([0-9]{4})[-/]([0-9]{2})[-/]([0-9]{2})[T ]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:[.,]([0-9]{1,9}))?"
    r"(?: ?(Z|UTC|GMT|[+-][0-9]{2}(?::?[0-9]{2})?)(?![A-Za-z0-9]))?"
)
"""ISO 8601, as Python's logging, PostgreSQL's %m and %t and nginx's error log write it."""
_CLF = re.compile(
    r"\[([0-9]{2})/([A-Z][a-z]{2})/([0-9]{4}):([0-9]{2}):([0-9]{2}):([0-9]{2}) ([+-][0-9]{2}):?([0-9]{2})\]"
)
"""The Common Log Format."""
_SYSLOG = re.compile(r"(?:<[0-9]{1,3}>)?([A-Z][a-z]{2}) ([ 0-9][0-9]) ([0-9]{2}):([0-9]{2}):([0-9]{2})(?![0-9])")
"""RFC 3164: without a year."""
_EPOCH = re.compile(r"([12][0-9]{9})(?:\.([0-9]{1,9}))?(?![0-9])")
"""PostgreSQL's %n."""
_ASCTIME = re.compile(
    r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) ([A-Z][a-z]{2}) ([ 0-9]?[0-9]) ([0-9]{2}):([0-9]{2}):([0-9]{2}) ([0-9]{4})"
)
KEYS = (
    "timestamp",
    "@timestamp",
    "time",
    "ts",
    "asctime",
    "datetime",
    "date",
    "created_at",
    "t",
    "start_time",
    "edgestarttimestamp",
)
"""Of JSON and logfmt."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A time as a line has it."""

    at: datetime
    """In UTC; a time without a zone as if it were in UTC."""
    zoned: bool

    @property
    def latest(self) -> datetime:
        """The time in UTC at the latest: no clock is more than twelve hours behind."""
        return self.at if self.zoned else self.at + timedelta(hours=12)


def of_line(line: str, now: datetime) -> Moment | None:
    """When a line was written: the first time in it.

    Args:
        line: as text.
        now: for times without a year.
    """
    head = line[:_HEAD]
    found = [match for match in (_ISO.search(head), _CLF.search(head)) if match]
    first = min(found, key=lambda match: match.start(), default=None)
    if first is not None:
        return _iso(first) if first.re is _ISO else _clf(first)
    if match := _SYSLOG.match(head):
        return _syslog(match, now)
    if match := _EPOCH.match(head.lstrip()):
        return of_number(float(f"{match[1]}.{match[2] or 0}"))
    match = _ASCTIME.search(head)
    return _asctime(match) if match else None


def of_value(value: Any, now: datetime) -> Moment | None:
    """When, by the value of a field: text, or a number of seconds, or of thousandths, millionths or billionths.

    Args:
        value: of JSON or logfmt.
        now: for times without a year.
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, (int, float)):
        return of_number(float(value))
    if isinstance(value, str):
        return of_line(value, now) or _number(value)
    return None


def of_number(number: float) -> Moment | None:
    """When, by a count since 1970; None when that is not within this century."""
    for unit in (1, 1e3, 1e6, 1e9):
        if 946_684_800 <= number / unit < 4_102_444_800:
            return Moment(datetime.fromtimestamp(number / unit, UTC), zoned=True)
    return None


def _number(text: str) -> Moment | None:
    return of_number(float(text)) if re.fullmatch(r"[0-9]{10,19}(?:\.[0-9]{1,9})?", text) else None


def _made(*parts: int, micro: int = 0, zone: timezone | None = None) -> Moment | None:
    try:
        return Moment(datetime(*parts, micro, tzinfo=zone or UTC).astimezone(UTC), zone is not None)  # type: ignore[misc, arg-type]
    except (ValueError, OverflowError):
        return None


def _iso(match: re.Match[str]) -> Moment | None:
    parts = [int(match[n]) for n in range(1, 7)]
    return _made(*parts, micro=int(f"{match[7] or '0':0<6}"[:6]), zone=_zone(match[8] or ""))


def _zone(text: str) -> timezone | None:
    if text in ("Z", "UTC", "GMT"):
        return UTC
    if not text:
        return None
    digits = text[1:].replace(":", "")
    minutes = int(digits[:2]) * 60 + int(digits[2:] or 0)
    return timezone(timedelta(minutes=minutes if text[0] == "+" else -minutes)) if minutes < 24 * 60 else None


def _clf(match: re.Match[str]) -> Moment | None:
    if (month := _month(match[2])) is None:
        return None
    zone = _zone(match[7] + match[8])
    return _made(int(match[3]), month, int(match[1]), int(match[4]), int(match[5]), int(match[6]), zone=zone)


def _syslog(match: re.Match[str], now: datetime) -> Moment | None:
    if (month := _month(match[1])) is None:
        return None
    rest = [int(match[n]) for n in range(2, 6)]
    moment = _made(now.year, month, *rest)
    # of a line of December that is read in January, or of a leap day
    return moment if moment and moment.at <= now + timedelta(days=1) else _made(now.year - 1, month, *rest)


def _asctime(match: re.Match[str]) -> Moment | None:
    if (month := _month(match[1])) is None:
        return None
    return _made(int(match[6]), month, int(match[2]), int(match[3]), int(match[4]), int(match[5]))


def _month(name: str) -> int | None:
    return _MONTHS.index(name.lower()) + 1 if name.lower() in _MONTHS else None
