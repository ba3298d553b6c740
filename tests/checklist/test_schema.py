"""The JSON Schema says what the loader does, and the manual says what the schema does."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import jsonschema
import pytest

from auditor.checklist.defaults import default_path
from auditor.checklist.load import check_structure
from auditor.checklist.model import SURFACES, NetworkSettings, Supabase, TlsSettings
from auditor.checklist.schema import (
    EnvironmentTable,
    NetworkTable,
    PolicyTable,
    SupabaseTable,
    TlsTable,
    json_schema,
)
from auditor.checklist.source import read
from auditor.facts.policy import POLICIES
from tests.checklist.samples import EVERYTHING

MANUAL = Path(__file__).parents[2] / "docs/checklist.md"
SCHEMA = json_schema()


def as_json(text: str) -> object:
    """The document as an editor sees it: dates are text there."""
    return json.loads(json.dumps(tomllib.loads(text), default=date.isoformat))


def accepts(text: str) -> bool:
    validator = jsonschema.Draft202012Validator(SCHEMA, format_checker=jsonschema.FormatChecker())
    return not list(validator.iter_errors(as_json(text)))


def properties(node: object) -> Iterator[tuple[str, dict]]:
    """Every property of the schema, wherever it is."""
    if isinstance(node, dict):
        yield from node.get("properties", {}).items()
        node = list(node.values())
    for inner in node if isinstance(node, list) else ():
        yield from properties(inner)


def test_it_is_a_schema():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert list(SCHEMA["properties"]) == [
        "version",
        "extends",
        "env",
        "policy",
        "items",
        "checks",
        "waivers",
        "plugins",
    ]
    assert SCHEMA["required"] == ["version"]
    assert SCHEMA["properties"]["version"]["const"] == 1
    assert json.loads(json.dumps(SCHEMA)) == SCHEMA


def test_it_accepts_what_loads():
    assert accepts(EVERYTHING)
    assert accepts(default_path().read_text())
    assert accepts("version = 1\n[env.prod.backups.pgbackrest_info]\ncommand = ['x']")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "version = 2",
        "version = 1\nunknown = 1",
        "version = 1\nextends = 'other'",
        "version = 1\n[env.prod]\nfrontnd = 'x'",
        "version = 1\n[env.prod]\nabsent = ['x']",
        "version = 1\n[env.prod.network]\nconcurrency = 65",
        "version = 1\n[env.prod.tls]\ntrust = 'x'",
        "version = 1\n[env.prod.backups]\ncommand = []",
        "version = 1\n[checks.X]",
        "version = 1\n[items.rls]\nlevel = 'x'",
        "version = 1\n[[waivers]]\ncheck = 'x'",
        "version = 1\n[policy.rate_limiting]\nmax_requests = 0",
        "version = 1\n[policy.rls]\nexposed_schemas = 'x'",
    ],
)
def test_it_refuses_what_does_not_load(text):
    assert not accepts(text)


def test_every_key_is_described_and_nothing_is_nullable():
    described = {name: node for name, node in properties(SCHEMA) if "description" not in node}
    tables = [SCHEMA["$defs"][node["$ref"].rpartition("/")[2]] for node in described.values()]
    assert all(table["description"] for table in tables)
    assert len(list(properties(SCHEMA))) > 60
    assert '"null"' not in json.dumps(SCHEMA)


def test_every_key_is_in_the_manual():
    written = set(re.findall(r"`([a-z0-9_]+)`", MANUAL.read_text()))
    titles = {"en", "fr"}  # they stand in an example
    assert {name for name, _ in properties(SCHEMA)} - written - titles == set()


def test_the_manual_names_no_key_that_is_not_there():
    rows = re.findall(r"^\| (?:`\w+` |)(?:\| )?`(\w+)` \|", MANUAL.read_text(), re.MULTILINE)
    assert len(rows) > 50
    assert set(rows) <= {name for name, _ in properties(SCHEMA)}


def test_the_manuals_example_is_valid(tmp_path):
    (example,) = re.findall(r"```toml\n(.*?)```", MANUAL.read_text(), re.DOTALL)
    path = tmp_path / "checklist.toml"
    path.write_text(example)
    check_structure(read(path))
    assert accepts(example)


def test_defaults_are_those_of_the_dataclasses():
    network, tls, supabase, env = NetworkTable(), TlsTable(), SupabaseTable(), EnvironmentTable()
    assert NetworkSettings(**network.model_dump()) == NetworkSettings()
    assert tls.trust == TlsSettings().trust
    assert supabase.api_url == Supabase().api_url
    assert (env.health, env.metrics) == ("/health", "/metrics")


def test_every_policy_has_a_table_and_every_surface_a_key():
    assert list(PolicyTable.model_fields) == list(POLICIES)
    assert set(SURFACES) <= set(EnvironmentTable.model_fields)
