"""Makes of the bytes of a log what checks may know of it: counts and times. Blocking: for a thread."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from auditor.facts.log_files import LogSource, RequestLines
from auditor.facts.sightings import Sighting
from auditor.probes.audit_logs import credentials, files, moments
from auditor.probes.audit_logs.files import Opened
from auditor.probes.audit_logs.requests import Request, request_of, status_apart
from auditor.probes.secrets.scanner import Scanner

MOST_LINES = 20_000
"""Of one file or command, the newest."""
MOST_BYTES = 6_000_000
"""Of all files of a pattern."""
MOST_SIGHTINGS = 200

_PROBES = frozenset({"health", "healthz", "healthcheck", "health-check", "live", "livez", "liveness", "alive", "ready"})
_PROBES |= {"readyz", "readiness", "ping", "status", "heartbeat", "metrics", "up"}
"""The last part of paths that load balancers and monitors ask for."""
_SKEW = timedelta(hours=14)
"""No clock is further ahead of UTC; a time beyond that is none."""


@dataclass(slots=True)
class Reader:
    """Reads logs until its time is up.

    Args:
        scanner: of secrets.
        now: the time, in UTC.
        until: of ``time.monotonic``.
    """

    scanner: Scanner
    now: datetime
    until: float
    sightings: list[Sighting] = field(default_factory=list)
    scanned: int = 0
    unscanned: dict[str, None] = field(default_factory=dict)

    def files(self, kind: str, name: str, found: list[Opened], problems: Iterable[str]) -> LogSource:
        """The source of a pattern.

        Args:
            kind: ``database`` or ``application``.
            name: the pattern.
            found: its files, newest first.
            problems: what could not be looked at.
        """
        lines, left = 0, MOST_BYTES
        told, listed = _Told(), []
        newest: datetime | None = None
        for number, opened in enumerate(found[: files.MOST_FILES]):
            problem = ""
            if left > 0 and opened.status.st_size:
                end = files.tail(opened.path, min(left, files.TAIL_BYTES), self.until)
                problem = end.problem or ("it is no text" if files.is_binary(end.data) else "")
                if problem and number == 0:  # of older ones only the times matter
                    self.unscanned[f"{opened.path}: {problem}"] = None
                if not problem or (end.data and not files.is_binary(end.data)):
                    left -= max(len(end.data), 1)
                    count, latest = self._read(end.data, str(opened.path), told, opened.changed)
                    lines, newest = lines + count, _later(newest, latest)
            listed.append(files.described(opened, problem))
        for opened in found[files.MOST_FILES :]:  # what is private of them needs no line of its own
            old = files.described(opened)
            if (old.world_readable or old.web_root) and len(listed) < 2 * files.MOST_FILES:
                listed.append(old)
        first = self._oldest(found)
        reason = "; ".join(problems) or ("" if found else f"no file matches {name}")
        return LogSource(kind, name, False, tuple(listed), lines, first, newest, told.counted(), reason)

    def printed(self, kind: str, name: str, data: bytes, problem: str) -> LogSource:
        """The source of a command.

        Args:
            kind: ``database`` or ``application``.
            name: the program.
            data: what it printed.
            problem: why that is nothing, or not all.
        """
        if problem and data:
            self.unscanned[problem] = None
        if files.is_binary(data):
            return LogSource(kind, name, True, problem=f"what {name} prints is no text")
        told = _Told()
        lines, latest = self._read(data, name, told, None)
        problem = "" if data.strip() else problem or f"{name} printed nothing"
        return LogSource(kind, name, True, (), lines, None, latest, told.counted(), problem)

    def _read(self, data: bytes, place: str, told: _Told, changed: datetime | None) -> tuple[int, datetime | None]:
        self._scan(data, place)
        lines = files.text_of(data).rstrip("\n").split("\n")[-MOST_LINES:]
        newest: datetime | None = None
        for number, line in enumerate(lines):
            if number % 512 == 0 and time.monotonic() > self.until:
                self.unscanned[f"{place}: there was no time to read all of its lines"] = None
                break
            request = request_of(line, self.now)
            moment = request.moment if request else moments.of_line(line, self.now)
            at = self._plausible(moment, changed)
            newest = _later(newest, at)
            if request and request.whole:
                told.unclear += 1
            elif request:
                # a line without a time is as old as its file, when it is one of the last
                told.add(request, at or (changed if len(lines) - number <= 50 else None))
            elif status_apart(line):
                told.apart += 1
        count = len(lines) if data.strip() else 0
        return count, newest if newest or not count else changed

    def _plausible(self, moment: moments.Moment | None, changed: datetime | None) -> datetime | None:
        if moment is None or moment.at > self.now + _SKEW:
            return None
        latest = min(moment.latest, self.now)
        return min(latest, changed) if changed else latest

    def _scan(self, data: bytes, place: str) -> None:
        if len(self.sightings) >= MOST_SIGHTINGS or time.monotonic() > self.until:
            self.unscanned[f"{place}: it was not searched for secrets: time or room was up"] = None
            return
        if data[:4096].count(0):  # UTF-16: the scanner reads bytes
            data = files.text_of(data).encode()
        before = len(self.scanner.gaps)
        found = credentials.sightings(self.scanner, data, place)
        self.sightings += found[: MOST_SIGHTINGS - len(self.sightings)]
        self.scanned += len(data)
        for gap in self.scanner.gaps[before:]:
            self.unscanned[f"{place}: {gap.reason}"] = None

    def _oldest(self, found: list[Opened]) -> datetime | None:
        """Of the first line of the file that was written to first; without a time in it, when that was changed last."""
        with_lines = [opened for opened in found if opened.status.st_size]
        if not with_lines:
            return None
        oldest = with_lines[-1]
        end = files.head(oldest.path)
        for line in files.text_of(end.data).split("\n")[:200]:
            request = request_of(line, self.now)
            moment = request.moment if request else moments.of_line(line, self.now)
            if moment and moment.at <= self.now + _SKEW:
                return min(moment.at, oldest.changed)
        return oldest.changed


@dataclass(slots=True)
class _Told:
    """Counts requests."""

    total: int = 0
    timed: int = 0
    answered: int = 0
    attributed: int = 0
    complete: int = 0
    apart: int = 0
    unclear: int = 0
    failures: int = 0
    probes: int = 0
    newest: datetime | None = None
    forms: set[str] = field(default_factory=set)

    def add(self, request: Request, at: datetime | None) -> None:
        self.total += 1
        timed = request.moment is not None
        self.timed += timed
        self.answered += request.answered
        self.attributed += request.attributed
        self.failures += request.failed
        self.probes += request.path.partition("?")[0].rstrip("/").rpartition("/")[2].lower() in _PROBES
        self.complete += timed and request.answered and request.attributed
        self.newest = _later(self.newest, at)
        self.forms.add(request.form)

    def counted(self) -> RequestLines:
        return RequestLines(
            self.total, self.timed, self.answered, self.attributed, self.complete, self.apart, self.newest,
            tuple(sorted(self.forms)), self.unclear, self.failures, self.probes,
        )  # fmt: skip


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return max((moment for moment in (one, other) if moment), default=None)


def lines_with(data: bytes, *words: str) -> Iterator[str]:
    """The lines that hold all of these words.

    Args:
        data: of a log.
        words: to be found as they are.
    """
    text = files.text_of(data)
    start = text.find(words[0])
    while start >= 0:
        begin = text.rfind("\n", 0, start) + 1
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        line = text[begin:end]
        if all(word in line for word in words):
            yield line
        start = text.find(words[0], end)
