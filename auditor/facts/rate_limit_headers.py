"""Reads what answers say about rate limits: RateLimit of every draft, the X- headers before it, and Retry-After.

Total: what a server writes is never an error, at worst it says nothing. Nothing here proves a limit; it is only said.

See draft-ietf-httpapi-ratelimit-headers (until 06: four headers; 07: one list; from 08 on: structured fields of RFC
9651), and RFC 9110 section 10.2.3.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

_MOST = 2_000
"""Characters of a header that are read."""
_GREATEST = 10**15
_EPOCH = 1e9
"""A reset above this is a point in time, not a number of seconds: 1e9 is the year 2001, or 31 years from now."""
_EPOCH_MS = 1e11
_NUMBER = re.compile(r"\d{1,15}(?:\.\d{1,9})?")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAY, _MONTH, _TIME = r"(?P<day>\d{1,2})", rf"(?P<month>{'|'.join(_MONTHS)})", r"(?P<time>\d{2}:\d{2}:\d{2})"
_DATE = re.IGNORECASE | re.ASCII
_IMF = re.compile(rf"[a-z]{{3}}, {_DAY} {_MONTH} (?P<year>\d{{4}}) {_TIME} (?:GMT|UTC|[+-]0000)", _DATE)
_RFC850 = re.compile(rf"[a-z]{{6,9}}, {_DAY}-{_MONTH}-(?P<year>\d{{2}}) {_TIME} GMT", _DATE)
_ASCTIME = re.compile(rf"[a-z]{{3}} {_MONTH} {{1,2}}{_DAY} {_TIME} (?P<year>\d{{4}})", _DATE)
_LEGACY = ("x-ratelimit", "x-rate-limit")
_UNITS = {"second": 1.0, "minute": 60.0, "hour": 3600.0, "day": 86400.0}


@dataclass(frozen=True, slots=True)
class Advertised:
    """A limit that an answer speaks of."""

    header: str
    """The header or the family of headers, such as ``RateLimit`` or ``X-RateLimit-*``."""
    limit: int | None = None
    """Requests in a window."""
    remaining: int | None = None
    window_s: float | None = None
    reset_s: float | None = None
    """Seconds until more is allowed; never negative."""
    name: str = ""
    """Of the policy, from draft 08 on."""


def retry_after(value: str, now: float) -> float | None:
    """Seconds that Retry-After wants a client to wait; None: it says nothing.

    Args:
        value: of the header: seconds, or a date.
        now: seconds since 1970.
    """
    text = value.strip()[:_MOST]
    if (seconds := _number(text)) is not None:
        return seconds
    moment = http_date(text)
    return None if moment is None else max(moment - now, 0.0)


def http_date(text: str) -> float | None:
    """Seconds since 1970 of a date in one of the three forms of RFC 9110 section 5.6.7; None: it is none of them."""
    found = _IMF.fullmatch(text) or _RFC850.fullmatch(text) or _ASCTIME.fullmatch(text)
    if found is None:
        return None
    year = int(found["year"])
    if len(found["year"]) == 2:  # the century in which it is not far in the future
        year += 1900 if year >= 70 else 2000
    month = _MONTHS.index(found["month"].lower()) + 1
    try:
        hour, minute, second = map(int, found["time"].split(":"))
        return datetime(year, month, int(found["day"]), hour, minute, second, tzinfo=UTC).timestamp()
    except (ValueError, OverflowError):
        return None


def reset_seconds(value: str, now: float) -> float | None:
    """Seconds until a reset, given as seconds from now, or since 1970 in seconds (fractions too) or milliseconds."""
    number = _number(value.strip()[:_MOST])
    if number is None:
        return retry_after(value, now)
    if number > _EPOCH_MS:
        number /= 1000
    return max(number - now, 0.0) if number > _EPOCH else number


def advertised(headers: Iterable[tuple[str, str]], now: float) -> tuple[Advertised, ...]:
    """Every limit that the headers of an answer speak of.

    Args:
        headers: names in any case, and values.
        now: seconds since 1970.
    """
    joined: dict[str, str] = {}
    for name, value in headers:
        key = name.lower()
        if "rate" in key and "limit" in key:
            joined[key] = f"{joined[key]}, {value}"[:_MOST] if key in joined else value[:_MOST]
    return tuple(one for one in _all(joined, now) if one.limit is not None or one.remaining is not None)


def _all(headers: dict[str, str], now: float) -> Iterator[Advertised]:
    policies = list(_policies(headers.get("ratelimit-policy", "")))
    if (value := headers.get("ratelimit")) is not None:
        yield from _combined(value, policies, now)
    elif "ratelimit-limit" in headers:
        yield _separate("RateLimit-*", "ratelimit", headers, policies, now)
    else:
        yield from policies
    for prefix in _LEGACY:
        if any(f"{prefix}-{part}" in headers for part in ("limit", "remaining")):
            yield _separate("X-RateLimit-*" if prefix == _LEGACY[0] else "X-Rate-Limit-*", prefix, headers, [], now)
    for unit, seconds in _UNITS.items():  # Kong
        limit = _integer(headers.get(f"x-ratelimit-limit-{unit}", ""))
        if limit is not None:
            remaining = _integer(headers.get(f"x-ratelimit-remaining-{unit}", ""))
            yield Advertised("X-RateLimit-*", limit, remaining, seconds)


def _separate(label: str, prefix: str, headers: dict[str, str], policies: list[Advertised], now: float) -> Advertised:
    first, *parameters = _split(_split(headers.get(f"{prefix}-limit", ""), ",")[0], ";")
    limit = _integer(first)
    window = _window(dict(_pairs(parameters)))
    known = next((one for one in policies if one.limit == limit), None)
    reset = headers.get(f"{prefix}-reset") or headers.get(f"{prefix}-reset-after", "")
    return Advertised(
        label,
        limit,
        _integer(headers.get(f"{prefix}-remaining", "")),
        window if window is not None else known.window_s if known else None,
        reset_seconds(_split(reset, ",")[0], now) if reset else None,
    )


def _combined(value: str, policies: list[Advertised], now: float) -> Iterator[Advertised]:
    """Draft 07 is a list of ``key=value``; from 08 on each member is a policy's name with parameters."""
    members = _split(value, ",")
    pairs = dict(_pairs(members))
    if "limit" in pairs or "remaining" in pairs:
        limit = _integer(pairs.get("limit", ""))
        window = next((one.window_s for one in policies if one.limit == limit), None)
        reset = reset_seconds(pairs.get("reset", ""), now)
        yield Advertised("RateLimit", limit, _integer(pairs.get("remaining", "")), window, reset)
        return
    for member in members:
        first, *parameters = _split(member, ";")
        given = dict(_pairs(parameters))
        name = _unquoted(first)
        policy = next((one for one in policies if one.name == name), None)
        yield Advertised(
            "RateLimit",
            policy.limit if policy else None,
            _integer(given.get("r", "")),
            policy.window_s if policy else None,
            reset_seconds(given["t"], now) if "t" in given else None,
            name,
        )


def _policies(value: str) -> Iterator[Advertised]:
    """``20;w=60`` until draft 07, ``"name";q=20;w=60`` from 08 on."""
    for member in _split(value, ","):
        first, *parameters = _split(member, ";")
        given = dict(_pairs(parameters))
        limit = _integer(given["q"]) if "q" in given else _integer(first)
        name = _unquoted(first) if "q" in given else ""
        if limit is not None:
            yield Advertised("RateLimit-Policy", limit, None, _window(given), None, name)


def _window(given: dict[str, str]) -> float | None:
    return _number(given.get("w") or given.get("window") or "")


def _pairs(parts: Iterable[str]) -> Iterator[tuple[str, str]]:
    for part in parts:
        key, equals, value = part.partition("=")
        if equals:
            yield key.strip().lower(), _unquoted(value)


def _split(text: str, at: str) -> list[str]:
    """The parts of a text, quoted strings kept whole."""
    parts, current, quoted = [], "", False
    for char in text[:_MOST]:
        quoted ^= char == '"'
        if char == at and not quoted:
            parts.append(current.strip())
            current = ""
        else:
            current += char
    return [*parts, current.strip()]


def _unquoted(text: str) -> str:
    text = text.strip()
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text


def _number(text: str) -> float | None:
    found = _NUMBER.fullmatch(text.strip()) if text.isascii() else None
    return float(found[0]) if found else None


def _integer(text: str) -> int | None:
    number = _number(_split(text, ",")[0])
    return int(number) if number is not None and number < _GREATEST else None
