"""The report for people at a terminal: the checklist first, then what stops the release, then the rest."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterator
from typing import IO

from rich.console import Console
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from auditor.model import ALL, Confidence, Disposition, Outcome
from auditor.report import words
from auditor.report.model import CheckRow, FindingRow, ItemRow, Report
from auditor.report.words import evidence_line, one_line
from auditor.text import clean

NARROW, WIDE, WITHOUT_TERMINAL = 60, 120, 100

_STYLES = {
    Outcome.PASS: ("✓", "+", "green"),
    Outcome.FAIL: ("✗", "x", "bold red"),
    Outcome.ERROR: ("?", "?", "bold yellow"),
    Outcome.MANUAL: ("☐", "o", "cyan"),
    Outcome.NOT_APPLICABLE: ("–", "-", "dim"),
}
_VERDICTS = {"ready": "bold white on green", "blocked": "bold white on red", "unproven": "bold black on yellow"}
_WORKFLOW_COMMAND = re.compile(r"^(\s*)(?=::|##\[)", re.MULTILINE)
"""What GitHub Actions and Azure Pipelines would take for a command if a server's words began a line with it."""


def print_report(report: Report, stream: IO[str]) -> None:
    """Print to a stream, in colour when it is a terminal (``NO_COLOR`` and ``FORCE_COLOR`` are honoured)."""
    terminal = Console(file=stream, highlight=False)
    styled = terminal.is_terminal and not terminal.no_color
    text = render(report, width=_width(terminal), styled=styled, ascii_only=terminal.options.ascii_only)
    stream.write(text)
    stream.flush()


def _width(terminal: Console) -> int:
    if not terminal.is_terminal and "COLUMNS" not in os.environ:
        return WITHOUT_TERMINAL
    return min(max(terminal.width, NARROW), WIDE)


def render(report: Report, *, width: int = WITHOUT_TERMINAL, styled: bool = False, ascii_only: bool = False) -> str:
    """The report as text.

    Args:
        report: what to show.
        width: columns.
        styled: with ANSI colours.
        ascii_only: for terminals that cannot show more.
    """
    buffer = io.StringIO()
    console = Console(
        file=buffer,
        width=width,
        force_terminal=styled,
        color_system="standard" if styled else None,
        no_color=not styled,
        highlight=False,
        emoji=False,
        markup=False,
        legacy_windows=False,
        _environ={},
    )
    _Page(console, report, width, ascii_only).show()
    lines = (line.rstrip() for line in buffer.getvalue().splitlines())
    text = _WORKFLOW_COMMAND.sub(r"\1. ", "\n".join(lines)) + "\n"
    return text.translate(_ASCII).encode("ascii", "replace").decode() if ascii_only else text


_ASCII = str.maketrans({"·": "-", "…": "...", "—": "-", "–": "-", "─": "-", "→": "->", "•": "*"})


class _Page:
    """Writes one report, section by section."""

    def __init__(self, console: Console, report: Report, width: int, ascii_only: bool) -> None:
        self.console, self.report, self.width, self.ascii_only = console, report, width, ascii_only

    def show(self) -> None:
        self.head()
        self.items()
        stopping = words.blockers(self.report)
        ids = {check.id for check in stopping}
        self.section("BLOCKERS", stopping, Outcome.FAIL, "red")
        self.section("COULD NOT BE JUDGED", words.with_open(self.report.checks, Outcome.ERROR), Outcome.ERROR, "yellow")
        others = [check for check in words.with_open(self.report.checks, Outcome.FAIL) if check.id not in ids]
        self.section("FAILING, NOT BLOCKING", others, Outcome.FAIL, "red")
        self.section(
            "FOR A PERSON TO TELL", words.with_open(self.report.checks, Outcome.MANUAL), Outcome.MANUAL, "cyan"
        )
        self.accepted()
        self.passing()
        self.coverage()
        self.foot()

    # The parts, in the order of the page.

    def head(self) -> None:
        run = self.report.run
        parts = [f"stack-audit {self.report.tool.version}", f"env {run.env}", f"{run.started_at:%Y-%m-%d %H:%M} UTC"]
        if run.git:
            parts.append(f"{run.git.commit[:10]}{' (dirty)' if run.git.dirty else ''}")
        self.line(Text(one_line(" · ".join(parts)), style="dim"))
        self.line()
        self.line(self.verdict(words.headline(self.report).partition(": ")[2]))
        chosen = [row for row in self.report.left_out if "--" in row.reason]
        if chosen:
            text = f"  A part of the checklist: {words.count(len(chosen), 'check')} left out on the command line."
            self.line(Text(text, style="yellow"))
        if run.facts_gathered_at and (age := (run.started_at - run.facts_gathered_at).total_seconds()) > 0:
            text = (
                f"  Judged from facts gathered at {run.facts_gathered_at:%Y-%m-%d %H:%M} UTC, {age / 3600:.1f} h ago."
            )
            self.line(Text(text, style="yellow"))
        if run.interrupted:
            self.line(Text("  The run was interrupted: what was not looked at counts as not judged.", style="yellow"))
        self.line()

    def items(self) -> None:
        table = Table(box=None, show_header=False, padding=(0, 1), pad_edge=True, expand=False)
        table.add_column(no_wrap=True)
        table.add_column(ratio=1, overflow="fold")
        table.add_column(no_wrap=True)
        table.add_column(no_wrap=True)
        for item in self.report.items:
            table.add_row(
                self.mark(item.outcome), clean(item.title), Text(item.level.value, style="dim"), self.tally(item)
            )
        self.console.print(table)

    def tally(self, item: ItemRow) -> Text:
        checks = [check for check in self.report.checks if check.item == item.id]
        if not checks:
            word = "off" if item.level.value == "off" else "left out"
            return Text(word if item.outcome is Outcome.NOT_APPLICABLE else "no check yet", style="dim")
        same = sum(check.outcome is item.outcome for check in checks)
        share = f" {same} of {len(checks)}" if len(checks) > 1 else ""
        return Text(item.outcome.value + share, style=_STYLES[item.outcome][2])

    def section(self, title: str, checks: list[CheckRow], outcome: Outcome, colour: str) -> None:
        if not checks:
            return
        self.rule(f"{title} ({len(checks)})", colour)
        for number, (alike, findings) in enumerate(words.alike(checks, outcome)):
            if number:
                self.line()
            self.checks(alike, findings)

    def checks(self, checks: list[CheckRow], findings: list[FindingRow]) -> None:
        """A check, or several that found the very same, and what they found."""
        outcome = findings[0].outcome
        for check in checks:
            head = Text.assemble(self.mark(outcome), " ", (check.id, "bold"), f" {check.name}")
            known = f" · {self.how_known(findings)}" if outcome is Outcome.FAIL else ""
            head.append(f"  {check.severity.value} · {check.level.value}{known}", style="dim")
            self.line(head)
        if len(checks) == 1:
            self.line(Text(checks[0].title), indent=2)
        for finding in findings[: words.SHOWN]:
            self.finding(finding)
        if len(findings) > words.SHOWN:
            more = f"… and {len(findings) - words.SHOWN} more of {len(findings)}; the JSON report has all"
            self.line(Text(more, style="dim"), indent=2)
        self.remedy(findings[: words.SHOWN], outcome)

    def how_known(self, findings: list[FindingRow]) -> str:
        order = list(Confidence)
        return max((finding.confidence for finding in findings), key=order.index).value

    def finding(self, finding: FindingRow) -> None:
        subject = "" if finding.subject == ALL else one_line(finding.subject)
        text = Text.assemble((f"{subject}  " if subject else "", "bold"), one_line(finding.message))
        self.bullet(text)
        if line := evidence_line(finding, self.width - 6):
            self.line(Text(line, style="dim"), indent=4)
        for rows in words.tables(finding):
            self.table(rows)
        if finding.location and finding.location.path:
            self.line(Text(one_line(f"{finding.location.path}:{finding.location.line}"), style="dim"), indent=4)
        if finding.reproduce:
            self.line(Text.assemble(("see it: ", "dim"), clean(finding.reproduce)), indent=4)

    def table(self, rows: list[list[str]]) -> None:
        head, *body = rows
        table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim", expand=False)
        for name in head:
            table.add_column(Text(name), overflow="fold")
        for row in body:
            table.add_row(*(Text(cell, style="dim") for cell in row))
        self.console.print(Padding(table, (0, 0, 0, 4), expand=False))

    def remedy(self, findings: list[FindingRow], outcome: Outcome) -> None:
        label = "how to fix" if outcome is Outcome.FAIL else "what would settle it"
        lines = _together([list(_remedy_lines(finding.remediation)) for finding in findings])
        if not lines:
            return
        if len(lines) == 1:
            self.line(Text.assemble((f"{label}: ", "green"), lines[0].strip()), indent=2)
            return
        self.line(Text(f"{label}:", style="green"), indent=2)
        for line in lines:
            self.line(Text(line), indent=4)

    def accepted(self) -> None:
        rows = [
            (check.id, finding)
            for check in self.report.checks
            for finding in check.findings
            if finding.disposition is not Disposition.OPEN
        ]
        if not rows:
            return
        self.rule(f"ACCEPTED ({len(rows)})", "blue")
        for check_id, finding in rows[: 2 * words.SHOWN]:
            text = f"{check_id} {finding.subject}  {finding.message} ({finding.disposition.value})"
            self.line(Text(one_line(text)), indent=2)
        if len(rows) > 2 * words.SHOWN:
            self.line(Text(f"… and {len(rows) - 2 * words.SHOWN} more", style="dim"), indent=2)
        for waiver in self.report.waivers:
            who = f"{waiver.owner}, until {waiver.expires}"
            text = f"{waiver.check} {waiver.subject}: {waiver.reason} ({who}) {waiver.state}"
            self.line(Text(one_line(text), style="dim"), indent=2)

    def passing(self) -> None:
        checks = [check for check in self.report.checks if check.outcome is Outcome.PASS]
        if not checks:
            return
        self.rule(f"PASSING ({len(checks)})", "green")
        for check in checks:
            good = [finding for finding in check.findings if finding.outcome is Outcome.PASS]
            if not good:
                continue
            number = sum(finding.evidence.get("count", 1) if finding.subject == ALL else 1 for finding in good)
            head = Text.assemble(self.mark(Outcome.PASS), " ", (check.id, "bold"), f" {check.name}")
            head.append(f"  {self.how_known(good)} · {words.count(number, 'subject')}", style="dim")
            self.line(head)
            subject = "" if good[0].subject == ALL else f"{good[0].subject}: "
            self.line(Text(one_line(subject + good[0].message), style="dim"), indent=2, single=True)
            for finding in good[: words.SHOWN]:
                for rows in words.charts(finding):
                    self.table(rows)

    def coverage(self) -> None:
        rows = words.not_looked_at(self.report)
        if not rows:
            return
        self.rule("NOT LOOKED AT, AND WHY", "dim")
        for what, why in rows:
            self.line(Text.assemble(("– ", "dim"), one_line(what), (f": {one_line(why)}", "dim")))

    def foot(self) -> None:
        self.line()
        self.console.print(Rule(style="dim", characters="─"))
        self.line(Text(words.sent(self.report), style="dim"))
        self.line(self.verdict(f"{words.fraction(self.report)}   exit code {self.report.exit_code}"))

    # How things are set.

    def verdict(self, rest: str) -> Text:
        word = f" {self.report.verdict.upper()} "
        return Text.assemble((word, _VERDICTS[self.report.verdict]), "  ", (rest, "bold"))

    def mark(self, outcome: Outcome) -> Text:
        sign, plain, style = _STYLES[outcome]
        return Text(plain if self.ascii_only else sign, style=style)

    def rule(self, title: str, colour: str) -> None:
        self.line()
        self.console.print(Rule(Text(title, style=f"bold {colour}"), align="left", style=colour, characters="─"))

    def bullet(self, text: Text) -> None:
        """A list entry whose second line stands below the first."""
        grid = Table.grid(padding=0)
        grid.add_column(width=2)
        grid.add_column(overflow="fold")
        grid.add_row("•", text)
        self.console.print(Padding(grid, (0, 0, 0, 2)))

    def line(self, text: Text | None = None, *, indent: int = 0, single: bool = False) -> None:
        if text is None:
            self.console.print()
            return
        if single:
            text.truncate(self.width - indent, overflow="ellipsis")
        self.console.print(Padding(text, (0, 0, 0, indent), expand=False), soft_wrap=False)


def _together(remedies: list[list[str]]) -> list[str]:
    """The remedy of the first finding, with the code lines in which those of the others differ beside its own."""
    first, *others = remedies
    lines: list[str] = []
    for number, line in enumerate(first):
        lines.append(line)
        if line.startswith("    ") or len(first) == 1:
            lines += [other[number] for other in others if len(other) > number and other[number] not in lines]
    return lines


def _remedy_lines(remediation: str) -> Iterator[str]:
    """Markdown as lines for a terminal: paragraphs joined, code and lists kept."""
    paragraph: list[str] = []
    for line in [*clean(remediation).splitlines(), ""]:
        code = line.startswith(("    ", "```"))
        begins = code or not line.strip() or re.match(r"- |\d+\. ", line)
        if begins and paragraph:
            yield " ".join(paragraph)
            paragraph = []
        if code and line.strip("` "):
            yield line.rstrip()
        elif not code and line.strip():
            paragraph.append(line.strip())
