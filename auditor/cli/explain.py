"""``audit explain``: one check's why, how to fix it, references, and what it needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from auditor.cli.options import FORMAT
from auditor.errors import UsageError

if TYPE_CHECKING:
    from auditor.registry import Check


@click.command()
@click.argument("check")
@FORMAT
def command(check: str, format_: str) -> None:
    """Explain a check: CHECK is an id (RLS001) or a name (rls-enabled)."""
    from auditor.registry import builtin_check

    found = builtin_check(check) or _searched(check)
    click.echo({"text": _text, "json": _json, "markdown": markdown}[format_](found))


def _searched(reference: str) -> Check:
    """The check among all, imported one by one; else a usage error that names the nearest."""
    from auditor.plan import find_check, suggest
    from auditor.registry import builtin_checks

    checks = builtin_checks().checks
    if found := find_check(checks, reference):
        return found
    words = [*(c.id for c in checks), *(c.name for c in checks)]
    raise UsageError(f"there is no check {reference!r}; {suggest(reference, words) or 'see `audit list`'}")


def needs(check: Check) -> dict[str, list[str]]:
    """Fact name to the settings and rights that gathering it takes."""
    return {fact.__name__: list(getattr(fact, "NEEDS", ())) for fact in check.needs()}


def _text(check: Check) -> str:
    lines = [
        f"{check.id}  {check.name}",
        check.title,
        "",
        f"item {check.item} · {check.level.value} in a mandatory item · severity {check.severity.value}",
    ]
    for heading in ("Why it matters", "How to fix it"):
        if section := check.section(heading):
            lines += ["", heading.upper(), *(f"  {line}".rstrip() for line in section.splitlines())]
    lines += ["", "NEEDS"]
    lines += [f"  {fact}: {'; '.join(rights) or 'nothing but the checklist'}" for fact, rights in needs(check).items()]
    if check.references:
        lines += ["", "REFERENCES", *(f"  {reference}" for reference in check.references)]
    return "\n".join(lines)


def _json(check: Check) -> str:
    import json

    return json.dumps(
        {
            "id": check.id,
            "name": check.name,
            "title": check.title,
            "item": check.item,
            "level": check.level.value,
            "severity": check.severity.value,
            "why": check.why,
            "fix": check.fix,
            "references": list(check.references),
            "needs": needs(check),
        },
        indent=2,
        ensure_ascii=False,
    )


def markdown(check: Check) -> str:
    """The check's documentation page."""
    lines = [
        f"# {check.id} {check.name}",
        "",
        f"{check.title}.",
        "",
        f"Item `{check.item}` · {check.level.value} in a mandatory item · severity {check.severity.value}",
        "",
        check.text,
        "",
        "## What it needs",
        "",
    ]
    for fact, rights in needs(check).items():
        lines.append(f"- `{fact}`: {'; '.join(rights) or 'nothing but the checklist'}")
    if check.references:
        lines += ["", "## References", "", *(f"- {reference}" for reference in check.references)]
    return "\n".join(lines)
