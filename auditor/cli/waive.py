"""``audit waive``: accept a known failure, for a time, in the checklist."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from auditor.errors import UsageError


@click.command()
@click.argument("check")
@click.option("--subject", required=True, help="What it is about, as in the report; a glob.")
@click.option("--reason", required=True, help="Why this is acceptable.")
@click.option("--owner", required=True, help="Who answers for it.")
@click.option(
    "--expires", required=True, type=click.DateTime(["%Y-%m-%d"]), metavar="YYYY-MM-DD", help="The last day, in UTC."
)
@click.option("--config", type=click.Path(path_type=Path), metavar="FILE", help="Default: the nearest checklist.toml.")
def command(check: str, subject: str, reason: str, owner: str, expires: datetime, config: Path | None) -> None:
    """Add a waiver to checklist.toml; comments stay."""
    from auditor.checklist.load import find
    from auditor.checklist.waive import add_waiver
    from auditor.plan import find_check, suggest
    from auditor.registry import builtin_checks

    path = config or find(Path.cwd())
    if path is None:
        raise UsageError("there is no checklist.toml here or in a folder above; create one, or pass --config")
    checks = builtin_checks().checks
    found = find_check(checks, check)
    if found is None and suggest(check, [c.id for c in checks] + [c.name for c in checks]):
        raise UsageError(
            f"there is no check {check!r}; {suggest(check, [*(c.id for c in checks), *(c.name for c in checks)])}"
        )
    line = add_waiver(
        path,
        check=found.id if found else check,
        subject=subject,
        reason=reason,
        owner=owner,
        expires=expires.date(),
    )
    click.echo(f"{path}:{line}: waived {found.id if found else check} for {subject} until {expires:%Y-%m-%d}", err=True)
