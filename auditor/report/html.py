"""The report as one HTML page: no script, no other file, nothing that is fetched."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator
from html import escape
from importlib.resources import files

from auditor.model import ALL, Disposition, Outcome
from auditor.report import words
from auditor.report.model import CheckRow, FindingRow, Report
from auditor.report.words import one_line
from auditor.text import clean

SHOWN = 1_000
"""Findings of one check; a browser shows more of them slowly."""
_SIGNS = {
    Outcome.PASS: "✓",
    Outcome.FAIL: "✗",
    Outcome.ERROR: "?",
    Outcome.MANUAL: "☐",
    Outcome.NOT_APPLICABLE: "–",
}
_BAR = (220, 14)
"""Width and height of the longest bar of a chart, in pixels."""


def render(report: Report) -> str:
    """A page that says what the console says, with all evidence."""
    style = files("auditor.report").joinpath("report.css").read_text(encoding="utf-8")
    # nothing but this style: whatever a server has said, a browser neither runs nor fetches it (CSP Level 3)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    head = (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n<meta name="referrer" content="no-referrer">\n'
        f"<title>{_text(f'{report.verdict}: {report.run.env}')}</title>\n<style>{style}</style>\n</head>\n<body>"
    )
    return "\n".join([head, *_body(report), "</body>", "</html>"]) + "\n"


def _body(report: Report) -> Iterator[str]:
    stopping = words.blockers(report)
    ids = {check.id for check in stopping}
    others = [check for check in words.with_open(report.checks, Outcome.FAIL) if check.id not in ids]
    yield from _header(report)
    yield "<main>"
    yield from _items(report)
    told: set[str] = set()
    yield from _section("Blockers", stopping, Outcome.FAIL, told)
    yield from _section("Could not be judged", words.with_open(report.checks, Outcome.ERROR), Outcome.ERROR, told)
    yield from _section("Failing, not blocking", others, Outcome.FAIL, told)
    yield from _section("For a person to tell", words.with_open(report.checks, Outcome.MANUAL), Outcome.MANUAL, told)
    yield from _waivers(report)
    yield from _passing(report)
    yield from _coverage(report)
    yield "</main>"


def _header(report: Report) -> Iterator[str]:
    run = report.run
    facts = [
        f"environment {run.env}",
        f"{run.started_at:%Y-%m-%d %H:%M} UTC",
        words.sent(report),
        *([f"commit {run.git.commit[:12]}{', changed' if run.git.dirty else ''}"] if run.git else []),
        *(["interrupted"] if run.interrupted else []),
        f"stack-audit {report.tool.version}",
    ]
    yield f'<header class="{report.verdict}">'
    yield f"<h1>{_text(report.verdict.upper())}</h1>"
    yield f"<p>{_text(words.fraction(report))} · exit code {report.exit_code}</p>"
    yield f"<p>{' · '.join(map(_text, facts))}</p>"
    yield "</header>"


def _items(report: Report) -> Iterator[str]:
    yield "<h2>Checklist</h2>"
    rows = []
    for item in report.items:
        outcome = item.outcome.value if item.checks else "no check"
        checks = " ".join(f'<a href="#{_text(id_)}">{_text(id_)}</a>' for id_ in _told(report, item.checks))
        rows.append([_mark(item.outcome), _text(item.title), item.level.value, outcome, checks])
    yield from _html_table(["", "Item", "Level", "Outcome", "Not passing"], rows)


def _told(report: Report, ids: Iterable[str]) -> list[str]:
    wanted = set(ids)
    bad = (Outcome.FAIL, Outcome.ERROR, Outcome.MANUAL)
    return [one.id for one in report.checks if one.id in wanted and any(words.open_findings(one, it) for it in bad)]


def _section(title: str, checks: list[CheckRow], outcome: Outcome, told: set[str]) -> Iterator[str]:
    """Checks with their open findings; their other ones, and what links lead to, where they come first."""
    if not checks:
        return
    yield f"<section><h2>{title} ({len(checks)})</h2>"
    for alike, findings in words.alike(checks, outcome):
        yield f'<article class="{outcome.value}">'
        for check in alike:
            yield _heading(check, place=check.id not in told)
        yield from _findings(findings, SHOWN)
        yield from _remedy(findings[0])
        for check in alike:
            if check.id not in told:
                yield from _others(check)
            told.add(check.id)
        yield "</article>"
    yield "</section>"


def _others(check: CheckRow) -> Iterator[str]:
    """What passed, does not apply, or was waived."""
    bad = (Outcome.FAIL, Outcome.ERROR, Outcome.MANUAL)
    rest = [one for one in check.findings if one.outcome not in bad or one.disposition is not Disposition.OPEN]
    if rest:
        yield f"<details><summary>{words.count(len(rest), 'other finding')} of {_text(check.id)}</summary>"
        yield from _findings(rest, words.SHOWN)
        yield "</details>"


def _heading(check: CheckRow, *, place: bool) -> str:
    id_ = f' id="{_text(check.id)}"' if place else ""
    grades = f'<span class="{check.severity.value}">{check.severity.value}</span> {check.level.value}'
    return (
        f"<h3{id_}>{_mark(check.outcome)} {_text(check.id)} {_text(check.title)}</h3>"
        f"<p>{grades} <code>{_text(check.name)}</code></p>"
    )


def _findings(findings: list[FindingRow], most: int) -> Iterator[str]:
    yield "<ul>"
    for finding in findings[:most]:
        yield from _finding(finding)
    if len(findings) > most:
        yield f"<li>and {len(findings) - most} more: the JSON report has them</li>"
    yield "</ul>"


def _finding(finding: FindingRow) -> Iterator[str]:
    subject = "" if finding.subject == ALL else f"<code>{_text(finding.subject)}</code> "
    told = finding.confidence.value if finding.disposition is Disposition.OPEN else finding.disposition.value
    yield f"<li>{_mark(finding.outcome)} {subject}{_text(finding.message)} <small>{told}</small>"
    if line := words.evidence_line(finding, 1_000):
        yield f"<p><small>{_text(line)}</small></p>"
    for table in words.tables(finding):
        yield from _evidence(table)
    if finding.location and finding.location.path:
        yield f"<p><small>{_text(f'{finding.location.path}:{finding.location.line}')}</small></p>"
    if finding.reproduce:
        yield f"<p>see it: <code>{_text(finding.reproduce)}</code></p>"
    yield "</li>"


def _evidence(table: list[list[str]]) -> Iterator[str]:
    """A table of evidence; where it draws something, with bars."""
    head, *rows = table
    drawn = _columns(head)
    bars = _bars(rows, *drawn) if drawn else {}
    cells = [[bars.get((number, at)) or _text(cell) for at, cell in enumerate(row)] for number, row in enumerate(rows)]
    yield from _html_table([_text(name) for name in head], cells)


def _columns(head: list[str]) -> tuple[int, int, int] | None:
    names = ("chart", "accepted", "refused")
    return (head.index("chart"), head.index("accepted"), head.index("refused")) if set(names) <= set(head) else None


def _bars(rows: list[list[str]], chart: int, accepted: int, refused: int) -> dict[tuple[int, int], str]:
    """A bar for each row that has both numbers, all to one scale."""
    pairs = {
        number: (int(row[accepted]), int(row[refused]))
        for number, row in enumerate(rows)
        if row[accepted].isdecimal() and row[refused].isdecimal()
    }
    most = max((sum(pair) for pair in pairs.values()), default=0) or 1
    return {(number, chart): _bar(*pair, _BAR[0] / most) for number, pair in pairs.items()}


def _bar(accepted: int, refused: int, scale: float) -> str:
    width, height = _BAR
    left, right = round(accepted * scale, 1), round(refused * scale, 1)
    return (
        f'<svg width="{width}" height="{height}" role="img" aria-label="{accepted} accepted, {refused} refused">'
        f'<rect class="accepted" width="{left}" height="{height}"/>'
        f'<rect class="refused" x="{left}" width="{right}" height="{height}"/></svg>'
    )


def _remedy(finding: FindingRow) -> Iterator[str]:
    if finding.remediation:
        label = "How to fix it" if finding.outcome is Outcome.FAIL else "What would settle it"
        yield f"<details><summary>{label}</summary><pre>{escape(clean(finding.remediation))}</pre></details>"


def _waivers(report: Report) -> Iterator[str]:
    if report.waivers:
        yield f"<section><h2>Waivers ({len(report.waivers)})</h2>"
        rows = [(one.check, one.subject, one.reason, one.owner, str(one.expires), one.state) for one in report.waivers]
        head = ["Check", "Subject", "Reason", "Owner", "Until", "State"]
        yield from _html_table(head, [list(map(_text, row)) for row in rows])
        yield "</section>"


def _passing(report: Report) -> Iterator[str]:
    checks = [check for check in report.checks if check.outcome is Outcome.PASS]
    if not checks:
        return
    yield f"<section><h2>Passing ({len(checks)})</h2>"
    for check in checks:
        yield f'<details id="{_text(check.id)}"><summary>{_mark(check.outcome)} {_text(check.id)} {_text(check.title)}'
        yield f"<small>{check.level.value}</small></summary>"
        yield from _findings(check.findings, words.SHOWN)
        yield "</details>"
    yield "</section>"


def _coverage(report: Report) -> Iterator[str]:
    if rows := words.not_looked_at(report):
        yield "<section><h2>Not looked at, and why</h2>"
        yield from _html_table(["What", "Why"], [[_text(what), _text(why)] for what, why in rows])
        yield "</section>"


def _html_table(head: list[str], rows: list[list[str]]) -> Iterator[str]:
    """Of cells that are HTML already."""
    yield '<div class="wide"><table><thead><tr>' + "".join(f"<th>{cell}</th>" for cell in head) + "</tr></thead><tbody>"
    for row in rows:
        yield "<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>"
    yield "</tbody></table></div>"


def _mark(outcome: Outcome) -> str:
    return f'<span class="mark {outcome.value}" title="{outcome.value}">{_SIGNS[outcome]}</span>'


def _text(text: str) -> str:
    """Words from outside, on one line, that mean nothing in HTML."""
    return escape(one_line(text))
