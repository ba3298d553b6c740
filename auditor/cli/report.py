"""``audit report``: any format from a saved JSON report."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--report", "reports", multiple=True, metavar="FORMAT[=PATH]", help="As of `audit run`.")
def command(file: Path, reports: tuple[str, ...]) -> None:
    """Render a saved JSON report again. Exits with 0: the run has had its say."""
    from auditor.cli.output import check_writable, parse_targets, write_report
    from auditor.report import json_v1

    targets = parse_targets(reports)
    check_writable(target.path for target in targets if target.path)
    report = json_v1.load(file)
    for target in targets:
        write_report(report, target)
