"""Reads Set-Cookie headers by the algorithm that browsers follow (RFC 6265bis section 5.6)."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from auditor.facts.cookies import SetCookie
from auditor.text import clip

_CONTROLS = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_LONGEST = 4096
"""Octets of name and value."""
_LONGEST_ATTRIBUTE = 1024
_SHOWN = 200
_MOST_ATTRIBUTES = 50
_FLAGS = ("secure", "httponly", "partitioned")
_WITH_VALUE = ("expires", "max-age", "domain", "path", "samesite", "priority")
_BLANK = " \t"

_DELIMITER = re.compile(r"[\x09\x20-\x2f\x3b-\x40\x5b-\x60\x7b-\x7e]+")
_TIME = re.compile(r"([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})(?![0-9])")
_DAY = re.compile(r"([0-9]{1,2})(?![0-9])")
_YEAR = re.compile(r"([0-9]{2,4})(?![0-9])")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def read_set_cookie(line: str, now: datetime | None = None) -> SetCookie:
    """Read the value of one Set-Cookie header.

    Args:
        line: what stands behind the colon. Whatever it is, this does not raise.
        now: against which ``Expires`` is judged; by default the time of the call.
    """
    pair, *written = line.split(";", _MOST_ATTRIBUTES + 1)
    name, equals, value = pair.partition("=")
    name, value = (name.strip(_BLANK), value.strip(_BLANK)) if equals else ("", pair.strip(_BLANK))
    attributes = tuple(found for one in written[:_MOST_ATTRIBUTES] if (found := _attribute(one)))
    expires = [date for key, text in attributes if key == "expires" and (date := read_date(text))]
    return SetCookie(
        _shown(name),
        len(value),
        attributes,
        expired=bool(expires) and expires[-1] <= (now or datetime.now(UTC)),
        ignored=_ignored(line, name, value),
    )


def _ignored(line: str, name: str, value: str) -> str:
    if _CONTROLS.search(line):
        return "it holds control characters"
    if not name and not value:
        return "it has neither a name nor a value"
    if len(name.encode("utf-8", "replace")) + len(value.encode("utf-8", "replace")) > _LONGEST:
        return f"name and value are longer than {_LONGEST} octets"
    if not name and value.lower().startswith(("__secure-", "__host-")):
        return "it has no name, and a value that looks like the prefix of one"
    return ""


def _attribute(text: str) -> tuple[str, str] | None:
    name, _, value = text.partition("=")
    name, value = name.strip(_BLANK).lower(), value.strip(_BLANK)
    if len(value.encode("utf-8", "replace")) > _LONGEST_ATTRIBUTE:
        return None
    if name in _FLAGS:
        return name, ""
    return (name, _shown(value)) if name in _WITH_VALUE else None


def _shown(text: str) -> str:
    """What a report can hold."""
    return "".join(c if c.isprintable() else "\ufffd" for c in clip(text, _SHOWN))


def read_date(text: str) -> datetime | None:
    """A date of a cookie, in whatever order its parts stand (section 5.1.1). None: no date."""
    parts: dict[str, list[int]] = {}
    for token in _DELIMITER.split(text):
        if "time" not in parts and (found := _TIME.match(token)):
            parts["time"] = [int(one) for one in found.groups()]
        elif "day" not in parts and (found := _DAY.match(token)):
            parts["day"] = [int(found[1])]
        elif "month" not in parts and token[:3].lower() in _MONTHS:
            parts["month"] = [_MONTHS.index(token[:3].lower()) + 1]
        elif "year" not in parts and (found := _YEAR.match(token)):
            parts["year"] = [int(found[1])]
    if len(parts) < 4:
        return None
    [year], [month], [day], (hour, minute, second) = (parts[name] for name in ("year", "month", "day", "time"))
    year += 1900 if 70 <= year <= 99 else 2000 if year <= 69 else 0
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC) if year >= 1601 else None
    except ValueError:
        return None
