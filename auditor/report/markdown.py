"""The report as Markdown, for job summaries and merge requests."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.model import ALL, Level, Outcome
from auditor.report import words
from auditor.report.model import CheckRow, FindingRow, Report
from auditor.report.words import one_line
from auditor.text import clean

BUDGET = 900_000
"""Bytes: GitHub drops a job summary of more than 1 MiB whole."""
SHOWN = 20
_SIGNS = {
    Outcome.PASS: "✅",
    Outcome.FAIL: "❌",
    Outcome.ERROR: "❓",
    Outcome.MANUAL: "☐",
    Outcome.NOT_APPLICABLE: "➖",
}


def render(report: Report) -> str:
    """The report, within what a job summary may hold."""
    lines: list[str] = []
    size = 0
    for line in _lines(report):
        size += len(line.encode()) + 1
        if size > BUDGET:
            lines.append("\n_Cut here: the JSON report has the rest._")
            break
        lines.append(line)
    return "\n".join(lines) + "\n"


def _lines(report: Report) -> Iterator[str]:
    run = report.run
    yield f"## {_sign(report)} {report.verdict.upper()}: {words.fraction(report)}"
    yield ""
    when = f"{run.started_at:%Y-%m-%d %H:%M} UTC"
    yield f"stack-audit {report.tool.version} · env {_code(run.env)} · {when} · {words.sent(report)}"
    yield ""
    yield "| | Item | Level | Outcome |"
    yield "|---|---|---|---|"
    for item in report.items:
        outcome = item.outcome.value if item.checks else "no check"
        yield f"| {_SIGNS[item.outcome]} | {_cell(item.title)} | {item.level.value} | {outcome} |"
    stopping = words.blockers(report)
    ids = {check.id for check in stopping}
    others = [check for check in words.with_open(report.checks, Outcome.FAIL) if check.id not in ids]
    yield from _section("Blockers", stopping, Outcome.FAIL)
    yield from _section("Could not be judged", words.with_open(report.checks, Outcome.ERROR), Outcome.ERROR)
    yield from _section("Failing, not blocking", others, Outcome.FAIL)
    yield from _section("For a person to tell", words.with_open(report.checks, Outcome.MANUAL), Outcome.MANUAL)
    yield from _waivers(report)
    yield from _passing(report)
    yield from _coverage(report)


def _sign(report: Report) -> str:
    return {"ready": "✅", "blocked": "❌", "unproven": "❓"}[report.verdict]


def _section(title: str, checks: list[CheckRow], outcome: Outcome) -> Iterator[str]:
    if not checks:
        return
    yield from ("", f"### {title} ({len(checks)})")
    for alike, findings in words.alike(checks, outcome):
        yield ""
        for check in alike:
            yield from (f"#### {check.id} {check.name}", "")
            yield f"{_text(check.title)} · {check.severity.value} · {check.level.value}"
            yield ""
        for finding in findings[:SHOWN]:
            yield from _finding(finding)
        if len(findings) > SHOWN:
            yield f"- … and {len(findings) - SHOWN} more"
        yield from _remedy(findings[0])


def _finding(finding: FindingRow) -> Iterator[str]:
    subject = "" if finding.subject == ALL else f"{_code(finding.subject)} "
    yield f"- {subject}{_text(finding.message)} ({finding.confidence.value})"
    if line := words.evidence_line(finding, 400):
        yield f"  {_code(line)}"
    for table in words.tables(finding):
        yield from _table(table)
    if finding.location and finding.location.path:
        yield f"  {_code(f'{finding.location.path}:{finding.location.line}')}"
    if finding.reproduce:
        yield f"  see it: {_code(finding.reproduce)}"


def _table(table: list[list[str]]) -> Iterator[str]:
    """With its head as the first row, in a list."""
    head, *rows = table
    yield ""
    yield f"  | {' | '.join(map(_cell, head))} |"
    yield f"  |{'---|' * len(head)}"
    for row in rows:
        yield f"  | {' | '.join(map(_cell, row))} |"
    yield ""


def _remedy(finding: FindingRow) -> Iterator[str]:
    if not finding.remediation:
        return
    label = "How to fix it" if finding.outcome is Outcome.FAIL else "What would settle it"
    fence = _fence(finding.remediation, 3)
    yield from ("", f"<details><summary>{label}</summary>", "", fence)
    yield clean(finding.remediation)
    yield from (fence, "", "</details>")


def _waivers(report: Report) -> Iterator[str]:
    if not report.waivers:
        return
    yield from ("", f"### Waivers ({len(report.waivers)})", "")
    yield "| Check | Subject | Reason | Owner | Until | State |"
    yield "|---|---|---|---|---|---|"
    for waiver in report.waivers:
        row = (waiver.check, waiver.subject, waiver.reason, waiver.owner, str(waiver.expires), waiver.state)
        yield "| " + " | ".join(map(_cell, row)) + " |"


def _passing(report: Report) -> Iterator[str]:
    checks = [check for check in report.checks if check.outcome is Outcome.PASS]
    if not checks:
        return
    yield from ("", f"<details><summary>Passing ({len(checks)})</summary>", "")
    for check in checks:
        mandatory = " · mandatory" if check.level is Level.MANDATORY else ""
        yield f"- {check.id} {_text(check.title)}{mandatory}"
        for finding in check.findings[: words.SHOWN]:
            for rows in words.charts(finding):
                yield from _table(rows)
    yield from ("", "</details>")


def _coverage(report: Report) -> Iterator[str]:
    rows = words.not_looked_at(report)
    if rows:
        yield from ("", "### Not looked at, and why", "")
        for what, why in rows:
            yield f"- {_text(what)}: {_text(why)}"


def _text(text: str) -> str:
    """Prose from outside, so that no character of it means anything in Markdown or HTML."""
    text = re.sub(r"([\\`*_{}\[\]()#+!|~@-])", r"\\\1", one_line(text))
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _cell(text: str) -> str:
    return _text(text)


def _fence(text: str, least: int) -> str:
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    return "`" * max(longest + 1, least)


def _code(text: str) -> str:
    """A code span, whatever backticks are in it."""
    text = one_line(text)
    fence = _fence(text, 1)
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{pad}{text}{pad}{fence}"
