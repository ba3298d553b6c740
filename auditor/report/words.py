"""The same words for the same things in every format for people."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import Any

from auditor.model import Disposition, Level, Outcome
from auditor.report.model import CheckRow, FindingRow, Report
from auditor.text import clean

_MOST_ROWS = 30
"""Of a table: what a person reads."""

SHOWN = 5
"""Findings of one check that a person reads before the rest becomes a number."""


def one_line(text: str) -> str:
    """Clean text on a single line."""
    return clean(" ".join(text.split()))


def cells(text: str) -> int:
    """Columns that a text takes on a terminal."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def fraction(report: Report) -> str:
    """``6 of 8 mandatory checks proven``; those that do not apply are not counted."""
    counts = report.summary.mandatory
    total = counts.total - counts.not_applicable
    apart = f" ({counts.not_applicable} not applicable)" if counts.not_applicable else ""
    return f"{counts.pass_} of {total} mandatory checks proven{apart}"


def headline(report: Report) -> str:
    """The verdict in one sentence."""
    counts = report.summary.mandatory
    unproven = counts.error + counts.manual
    because = {
        "ready": "",
        "blocked": f", {count(blocking(report), 'check')} {'stops' if blocking(report) == 1 else 'stop'} the release",
        "unproven": f", {count(unproven, 'mandatory check')} could not be judged" if unproven else "",
    }[report.verdict]
    return f"{report.verdict}: {fraction(report)}{because}"


def blocking(report: Report) -> int:
    """How many checks stop the release."""
    return len(blockers(report))


def blockers(report: Report) -> list[CheckRow]:
    """Mandatory checks with an open failure; recommended ones too, when they decided the verdict."""
    mandatory = [check for check in with_open(report.checks, Outcome.FAIL) if check.level is Level.MANDATORY]
    if report.verdict == "blocked" and not mandatory:
        return with_open(report.checks, Outcome.FAIL)
    return mandatory


def with_open(checks: Iterable[CheckRow], outcome: Outcome) -> list[CheckRow]:
    """The checks that have an open finding of an outcome, gravest first."""
    found = [check for check in checks if open_findings(check, outcome)]
    grades = ["critical", "high", "medium", "low", "info"]
    return sorted(found, key=lambda check: (grades.index(check.severity.value), check.id))


def open_findings(check: CheckRow, outcome: Outcome) -> list[FindingRow]:
    """Findings of an outcome that nobody has waived or baselined."""
    return [f for f in check.findings if f.outcome is outcome and f.disposition is Disposition.OPEN]


def alike(checks: Iterable[CheckRow], outcome: Outcome) -> list[tuple[list[CheckRow], list[FindingRow]]]:
    """Checks with what they found; those that could not be judged for the very same reasons together.

    A host that is down costs every check that looks at it, and is one thing to mend.
    """
    found: dict[object, tuple[list[CheckRow], list[FindingRow]]] = {}
    for check in checks:
        findings = open_findings(check, outcome)
        reasons = tuple((one.subject, one.message, one.remediation) for one in findings)
        found.setdefault(reasons if outcome is Outcome.ERROR else check.id, ([], findings))[0].append(check)
    return list(found.values())


def count(number: int, noun: str) -> str:
    """``1 check``, ``2 checks``, ``3 queries``."""
    plural = noun[:-1] + "ies" if noun.endswith("y") else noun + "s"
    return f"{number} {noun if number == 1 else plural}"


def evidence_line(finding: FindingRow, width: int) -> str:
    """Evidence as ``key: value`` pairs on one line of at most the given columns; what the message says is left out."""
    said = f"{finding.subject} {finding.message}"
    pairs = [
        f"{key}: {_value(value)}"
        for key, value in finding.evidence.items()
        if value not in (None, "", [], {}) and not _is_said(value, said) and not _rows(value)
    ]
    line = one_line(" · ".join(pairs))
    return line if cells(line) <= width else line[: max(width - 1, 1)] + "…"


def tables(finding: FindingRow) -> list[list[list[str]]]:
    """Evidence that is a table: lists of mappings with the same keys. Each with its head as the first row."""
    found = []
    for value in finding.evidence.values():
        if rows := _rows(value):
            heads = [str(key) for key in rows[0]]
            cells_ = [[one_line(_value(cell)) for cell in row.values()] for row in rows[:_MOST_ROWS]]
            more = len(rows) - _MOST_ROWS
            found.append([heads, *cells_, *([[f"… and {more} more", *[""] * (len(heads) - 1)]] if more > 0 else [])])
    return found


def charts(finding: FindingRow) -> list[list[list[str]]]:
    """The tables that draw something: worth showing where nothing is wrong, too."""
    return [rows for rows in tables(finding) if "chart" in rows[0]]


def _rows(value: Any) -> list[dict[str, Any]]:
    """The rows of a table; empty: the value is none."""
    if not isinstance(value, list) or not value or not all(isinstance(row, dict) for row in value):
        return []
    same = len({tuple(row) for row in value}) == 1
    plain = not any(isinstance(cell, (dict, list)) for row in value for cell in row.values())
    return value if same and plain and value[0] else []


def _is_said(value: Any, said: str) -> bool:
    if isinstance(value, list):
        return len(value) == 1 and _is_said(value[0], said)
    return not isinstance(value, (bool, dict)) and str(value) in said


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        shown = ", ".join(_value(entry) for entry in value[:SHOWN])
        return shown + (f" and {len(value) - SHOWN} more" if len(value) > SHOWN else "")
    if isinstance(value, dict):
        return ", ".join(f"{key}={_value(entry)}" for key, entry in value.items())
    return str(value)


def not_looked_at(report: Report) -> list[tuple[str, str]]:
    """What the audit did not look at, and why: items without checks, checks left out, checks that do not apply."""
    left_out_items = {row.item for row in report.left_out}
    rows = [
        (item.title, "no check looks at this item yet; a person must")
        for item in report.items
        if not item.checks and item.id not in left_out_items and item.outcome is Outcome.MANUAL
    ]
    by_reason: dict[str, list[str]] = {}
    for row in report.left_out:
        by_reason.setdefault(row.reason, []).append(row.id)
    rows += [(", ".join(ids), reason) for reason, ids in by_reason.items()]
    reasons: dict[str, list[str]] = {}
    for check in report.checks:
        for finding in check.findings:
            if finding.outcome is Outcome.NOT_APPLICABLE:
                label = check.id if finding.subject == "*" else f"{check.id} {finding.subject}"
                reasons.setdefault(finding.message, []).append(label)
    return rows + [(", ".join(labels), reason) for reason, labels in reasons.items()]


def sent(report: Report) -> str:
    """What the audit sent, and how long it took."""
    traffic = report.run.traffic
    parts = [
        count(traffic.requests, "request"),
        count(traffic.connections, "connection"),
        count(traffic.queries, "query"),
    ]
    return f"{', '.join(parts)} in {report.run.duration_s:.1f} s"
