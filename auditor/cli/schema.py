"""``audit schema``: the JSON Schemas of the report, the checklist and saved facts."""

from __future__ import annotations

import json

import click


@click.command()
@click.argument("document", type=click.Choice(["report", "checklist", "facts"]))
def command(document: str) -> None:
    """Print a JSON Schema (2020-12)."""
    click.echo(json.dumps(schema(document), indent=2, ensure_ascii=False))


def schema(document: str) -> dict[str, object]:
    """The schema of ``report``, ``checklist`` or ``facts``."""
    if document == "report":
        from auditor.report import json_v1

        return json_v1.schema()
    if document == "checklist":
        from auditor.checklist.schema import json_schema

        return json_schema()
    from auditor import saved
    from auditor.registry import collect, modules

    return saved.schema(collect(modules("auditor.probes")).providers())
