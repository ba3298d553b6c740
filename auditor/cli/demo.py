"""``audit demo``: the whole road on a local stack, once insecure and once hardened."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from auditor.report.model import Report

EXPECTED = {"insecure": ("blocked", 1), "hardened": ("ready", 0)}
"""Verdict and exit code of each profile."""

PLANTED = {
    "TLS003": "plain HTTP is served",
    "HTTPS004": "a script is loaded in plain HTTP",
    "HTTPS006": "an origin in plain HTTP is let in",
    "HTTPS001": "browsers are not told to use HTTPS only",
    "HDR001": "pages have no Content-Security-Policy",
    "HDR006": "anybody may frame the pages",
    "HDR007": "browsers may guess what an answer is",
    "HDR011": "the version of nginx is announced",
    "ENV001": "secrets in a tracked .env file",
    "RLS001": "row level security is off on two tables",
    "RLS002": "a policy that is always true",
    "CORS001": "any origin is reflected, with credentials",
    "SEC001": "the service key is in a script",
    "RATE001": "no rate limit",
    "LOG001": "connections are not logged",
    "LOG002": "changes are not logged",
    "LOG003": "what the superuser changes is not logged",
    "LOG005": "writes are not logged",
    "LOG007": "slow statements are not logged",
    "LOG014": "lines about requests have no time",
    "LOG018": "the database's log tells of no connection",
    "BAK001": "no backup",
    "BAK030": "no backup to restore",
    "MON002": "the API is not scraped",
    "COOK001": "the session cookie is not Secure",
    "COOK002": "scripts read the session cookie",
    "HDR020": "a script of another site has no hash",
    "HDR022": "any name is answered",
    "EXP001": "API documentation is public",
    "EXP002": "debug mode shows tracebacks",
    "EXP003": "metrics are public",
    "EXP005": "an operation answers everyone, and nothing says that it should",
    "EXP030": "the version of Next.js has known vulnerabilities",
    "DB001": "the database takes plaintext connections",
}
"""Check id to the defect of the insecure stack that it must find."""


@click.command()
@click.option(
    "--dir",
    "directory",
    type=click.Path(path_type=Path),
    default=Path("demo-report"),
    show_default=True,
    help="For the reports.",
)
def command(directory: Path) -> int:
    """Start a local stack twice, insecure and hardened, audit both, write the reports, stop everything."""
    directory.mkdir(parents=True, exist_ok=True)
    complaints: list[str] = []
    for profile in EXPECTED:
        report, seconds = audit_lab(profile, directory)
        complaints += [f"{profile}: {complaint}" for complaint in judge(profile, report)]
        _show(profile, report, seconds, directory)
    for complaint in complaints:
        click.echo(f"audit: demo: {complaint}", err=True)
    click.echo(f"reports in {directory}/" if not complaints else "the demo did not come out as expected", err=True)
    return 1 if complaints else 0


def audit_lab(profile: str, directory: Path) -> tuple[Report, float]:
    """Start the lab, audit it and write its reports.

    Args:
        profile: ``insecure`` or ``hardened``.
        directory: for the reports, named after the profile.

    Returns:
        The report and the seconds that the audit took, the lab's start not counted.
    """
    import os
    import secrets
    import tempfile

    from auditor.checklist.load import load
    from auditor.cli.output import Target, write_report
    from auditor.lab import Profile, running
    from auditor.run import Options, make_redactor, run_audit

    # the lab makes this folder, and removes it even when the demo is killed
    folder = Path(tempfile.gettempdir()) / f"audit-demo-{secrets.token_hex(6)}"
    click.echo(f"starting the {profile} stack", err=True)
    with running(Profile(profile), folder) as stack:
        checklist = load(stack.checklist, "lab", environ=os.environ)
        redactor = make_redactor(checklist, dict(os.environ))
        started = time.monotonic()
        audit = run_audit(checklist, Options(), redactor, environ=dict(os.environ))
        seconds = time.monotonic() - started
    for format_, suffix in (("html", "html"), ("json", "json"), ("markdown", "md"), ("console", "txt")):
        write_report(audit.report, Target(format_, directory / f"{profile}.{suffix}"), redactor)
    return audit.report, seconds


def judge(profile: str, report: Report) -> list[str]:
    """What did not come out as expected; empty when all did."""
    verdict, code = EXPECTED[profile]
    outcomes = {check.id: check.outcome.value for check in report.checks}
    complaints = []
    if (report.verdict, report.exit_code) != (verdict, code):
        complaints.append(f"expected {verdict} and exit code {code}, got {report.verdict} and {report.exit_code}")
    if profile == "insecure":
        missed = [check for check in PLANTED if outcomes.get(check) != "fail"]
        complaints += [f"{check} did not find that {PLANTED[check]}: {outcomes.get(check)}" for check in missed]
    else:
        unproven = [check.id for check in report.checks if check.outcome.value == "error"]
        complaints += [f"{check} could not be judged" for check in unproven]
    return complaints


def _show(profile: str, report: Report, seconds: float, directory: Path) -> None:
    import sys

    from auditor.report.console import print_report

    click.echo(f"\n=== {profile} stack, audited in {seconds:.1f} s ===\n", err=True)
    print_report(report, sys.stdout)
    click.echo(f"\nHTML, JSON, Markdown and text in {directory}/{profile}.*\n", err=True)
