"""``audit list``: every check."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from auditor.cli.options import FORMAT

if TYPE_CHECKING:
    from auditor.registry import Check


@click.command()
@FORMAT
def command(format_: str) -> None:
    """List the checks."""
    from auditor.declarations import declared_checks

    checks = declared_checks()
    if checks is None:
        from auditor.registry import builtin_checks

        checks = builtin_checks().checks
    {"text": _text, "json": _json, "markdown": _markdown}[format_](checks)


def rows(checks: tuple[Check, ...]) -> list[tuple[str, ...]]:
    """Id, name, item, level, severity, title."""
    from auditor.checklist.defaults import default_levels
    from auditor.model import Level

    items = default_levels()

    def level(check: Check) -> str:
        both = Level.MANDATORY is check.level is items.get(check.item)
        return (Level.MANDATORY if both else Level.RECOMMENDED).value

    return [(c.id, c.name, c.item, level(c), c.severity.value, c.title) for c in checks]


_HEADINGS = ("id", "name", "item", "level", "severity", "title")


def _text(checks: tuple[Check, ...]) -> None:
    table = [tuple(word.upper() for word in _HEADINGS), *rows(checks)]
    widths = [max(len(row[column]) for row in table) for column in range(len(_HEADINGS) - 1)]
    for row in table:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
        click.echo("  ".join([*cells, row[-1]]))


def _json(checks: tuple[Check, ...]) -> None:
    import json

    records = [
        {**dict(zip(_HEADINGS, row, strict=True)), "references": list(check.references)}
        for row, check in zip(rows(checks), checks, strict=True)
    ]
    click.echo(json.dumps(records, indent=2, ensure_ascii=False))


def _markdown(checks: tuple[Check, ...]) -> None:
    click.echo("| " + " | ".join(_HEADINGS) + " |\n" + "|---" * len(_HEADINGS) + "|")
    for row in rows(checks):
        click.echo("| " + " | ".join(row) + " |")
