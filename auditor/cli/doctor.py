"""``audit doctor``: proves that the audit can run, and prints no secret."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from auditor.cli.options import environment_options, load_checklist

if TYPE_CHECKING:
    from auditor.doctor import Finding


@click.command()
@environment_options
def command(config: Path | None, env: str, env_file: Path | None) -> int:
    """Prove that the audit can run: configuration, names, reachability, database role, read-only."""
    from auditor.doctor import examine
    from auditor.gate import ExitCode
    from auditor.run import load_registry, make_redactor
    from auditor.text import clean

    checklist = load_checklist(config, env, env_file)
    load_registry(checklist)
    redactor = make_redactor(checklist, dict(os.environ))
    findings = [*examine(checklist)]
    for finding in findings:
        click.echo(clean(redactor.text(_line(finding))))
    bad = sum(not finding.good for finding in findings)
    click.echo(f"\n{'the audit can run' if not bad else f'{bad} of {len(findings)} look-ups need attention'}")
    return int(ExitCode.UNPROVEN if bad else ExitCode.READY)


def _line(finding: Finding) -> str:
    hint = f"\n    {finding.hint}" if finding.hint and not finding.good else ""
    return f"{'✓' if finding.good else '✗'} {finding.name}: {finding.message}{hint}"
