"""What came when a path was asked for, as far as telling a file from another answer takes it."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

from auditor.probes.net.response import Response

CLOSED = 0
"""Stands for the status of a connection that was closed without an answer: ``return 444`` of nginx."""

_RANGE = re.compile(r"\s*bytes\s+(\d{1,15})-(\d{1,15})/(\d{1,15}|\*)\s*", re.IGNORECASE)
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_CHALLENGES = ("cf-mitigated", "x-vercel-mitigated", "x-amzn-waf-action")
"""Headers by which firewalls say that a person with a browser would get through, and the audit does not."""


@dataclass(frozen=True, slots=True)
class Seen:
    """An answer, or the beginning of one."""

    path: str
    status: int
    content_type: str = ""
    """In lower case, without parameters."""
    body: bytes = field(default=b"", repr=False)
    """Decompressed."""
    text: str = field(default="", repr=False)
    """The body as text: by its byte order mark, else UTF-8. Empty when it holds null bytes, and so is no text."""
    whole: bool = True
    """Whether nothing comes after ``body``."""
    size_bytes: int | None = None
    """Of the whole file, as the server tells it; None: unknown."""
    location: str = ""
    """Of a redirect, made absolute; empty when it is none, or leads nowhere."""
    retry_after: float = 0.0
    """Seconds that the server asks to wait."""
    unreadable: str = ""
    """Why the body could not be read, as a clause: a compression that was not asked for."""
    challenge: str = ""
    """The header by which a firewall says that it put a test for browsers in the way."""

    @property
    def served(self) -> bool:
        """Whether there is a file at all: an error has a body too, and nobody puts a file there."""
        return 200 <= self.status < 300 and bool(self.body)


def seen_of(path: str, url: str, answer: Response) -> Seen:
    """Take an answer apart.

    Args:
        path: as it was asked for.
        url: the same, absolute.
        answer: which.
    """
    kind = (answer.header("content-type") or "").partition(";")[0].strip().lower()
    last = _last_byte(answer)
    size = _size(answer)
    return Seen(
        path,
        answer.status,
        kind,
        answer.body,
        text_of(answer.body),
        not answer.truncated and (size is None or last is None or last + 1 >= size),
        size,
        _location(url, answer),
        _seconds(answer.header("retry-after")),
        answer.why_truncated if answer.truncated and not answer.body and answer.status < 300 else "",
        next((name for name in _CHALLENGES if answer.header(name)), ""),
    )


_PADDING = 4_096
"""Null characters at the end of a text that a disk or an editor has left there; more of them are a format's own."""


def text_of(body: bytes) -> str:
    """The body as text; empty when it is none."""
    encoding = next((name for mark, name in _BOMS if body.startswith(mark)), "") or _without_mark(body)
    text = body.decode(encoding, "replace")
    end = len(text.rstrip("\0"))
    text = text[:end] if len(text) - end <= _PADDING else text
    return "" if "\0" in text else text


def _without_mark(body: bytes) -> str:
    """What Windows writes without a mark: every other byte of the beginning is null."""
    start = body[:64].rstrip(b"\0")
    for at, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        if len(start) >= 4 and not any(start[at::2]) and all(start[1 - at :: 2]):
            return encoding
    return "utf-8"


def range_is_odd(answer: Response) -> bool:
    """Whether asking for a part did not give the beginning, so that the whole must be asked for."""
    if answer.status == 416:
        return True
    if answer.status != 206:
        return False
    if (answer.header("content-type") or "").lower().startswith("multipart/byteranges"):
        return True
    found = _RANGE.fullmatch(answer.header("content-range") or "")
    return found is not None and int(found[1]) != 0


def same_place(seen: Seen, url: str) -> str:
    """The path that a redirect leads to when it is the same one, with or without the slash at its end; else empty."""
    if not seen.location:
        return ""
    here, there = urlsplit(url), urlsplit(seen.location)
    if here[:2] != there[:2] or here.path == there.path or here.path.rstrip("/") != there.path.rstrip("/"):
        return ""
    return there.path


def _last_byte(answer: Response) -> int | None:
    found = _RANGE.fullmatch(answer.header("content-range") or "") if answer.status == 206 else None
    return int(found[2]) if found else None


def _size(answer: Response) -> int | None:
    if answer.status == 206:
        found = _RANGE.fullmatch(answer.header("content-range") or "")
        return int(found[3]) if found and found[3] != "*" else None
    if answer.header("content-encoding"):
        return None if answer.truncated else len(answer.body)
    length = (answer.header("content-length") or "").strip()
    if length.isascii() and length.isdigit() and len(length) < 16:
        return int(length)
    return None if answer.truncated else len(answer.body)


def _location(url: str, answer: Response) -> str:
    given = answer.header("location")
    if not given or not 300 <= answer.status < 400:
        return ""
    try:
        target = urljoin(url, given)
        return target if urlsplit(target).hostname else ""
    except ValueError:  # a server may call anything a URL
        return ""


def _seconds(retry_after: str | None) -> float:
    """RFC 9110 section 10.2.3; a date counts as a long time."""
    text = (retry_after or "").strip()
    if text.isascii() and text.isdigit() and len(text) < 9:
        return float(text)
    return 3600.0 if text else 0.0
