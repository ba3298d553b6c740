"""Saved facts: what was gathered, without secrets, to be judged again without the network.

The types of the facts are the format: pydantic reads and writes the plain dataclasses of ``auditor.facts``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from auditor.checklist.model import Environment
from auditor.engine import Facts, Gathered
from auditor.errors import UsageError
from auditor.redact import Redactor
from auditor.report.model import Moment, TrafficCount

_SCHEMA: Literal["audit-facts/1"] = "audit-facts/1"


class SavedFact(BaseModel):
    """One fact, or why it is not there."""

    model_config = ConfigDict(extra="forbid")

    value: Any = None
    error: str = ""
    hint: str = ""
    absent: bool = False
    duration_ms: float = 0.0


class SavedFacts(BaseModel):
    """The file."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    schema_: Literal["audit-facts/1"] = _SCHEMA
    tool_version: str
    env: str
    targets: str
    """What the facts are about, as a digest: facts of another stack must not judge this one."""
    gathered_at: Moment
    traffic: TrafficCount
    facts: dict[str, SavedFact]


def save(
    facts: Facts, redactor: Redactor, *, version: str, env: str, targets: str, gathered_at: Any, traffic: TrafficCount
) -> str:
    """The facts as JSON text, without secrets.

    Args:
        facts: as gathered.
        redactor: takes the secrets out.
        version: of the tool.
        env: name of the environment.
        targets: from :func:`targets_of`.
        gathered_at: when, in UTC.
        traffic: what was sent for them.
    """
    rows = {fact.__name__: _saved(fact, gathered, redactor) for fact, gathered in facts.items()}
    document = SavedFacts(
        tool_version=version,
        env=env,
        targets=targets,
        gathered_at=gathered_at,
        traffic=traffic,
        facts=dict(sorted(rows.items())),
    ).model_dump(mode="json")
    document["schema"] = document.pop("schema_")
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def targets_of(environment: Environment) -> str:
    """A digest of the public addresses of an environment and of what it declares absent."""
    named = [environment.frontend, environment.api, environment.prometheus, environment.alertmanager]
    named += [environment.supabase.url if environment.supabase else "", *sorted(environment.absent)]
    return hashlib.sha256("\n".join(named).encode()).hexdigest()[:16]


def load(path: Path, types: Iterable[type], environment: Environment) -> tuple[dict[type, Gathered], SavedFacts]:
    """Read saved facts of the given types. A needed fact that the file lacks is unavailable, not forgotten.

    Args:
        path: the file.
        types: the fact types that the plan needs.
        environment: the one that is asked about.

    Raises:
        UsageError: not readable, not facts of this version, another environment's, or values of another shape.
    """
    saved, env = _read(path), environment.name
    if saved.env != env:
        raise UsageError(
            f"{path}: holds facts of the environment {saved.env!r}, not of {env!r}; pass --env {saved.env}"
        )
    if saved.targets != targets_of(environment):
        raise UsageError(f"{path}: holds facts of other addresses than [env.{env}] names now; gather the facts again")
    return {fact: _restored(path, fact, saved.facts.get(fact.__name__)) for fact in types}, saved


def schema(types: Iterable[type]) -> dict[str, Any]:
    """JSON Schema (2020-12) of every fact type, by name."""
    definitions = {fact.__name__: TypeAdapter(fact).json_schema() for fact in types}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "audit-facts/1",
        "type": "object",
        "properties": {
            "schema": {"const": _SCHEMA},
            "facts": {"type": "object", "properties": dict(sorted(definitions.items()))},
        },
        "required": ["schema", "facts"],
    }


def _saved(fact: type, gathered: Gathered, redactor: Redactor) -> SavedFact:
    value = TypeAdapter(fact).dump_python(redactor.apply(gathered.value), mode="json") if gathered.available else None
    return SavedFact(
        value=redactor.apply(value),
        error=gathered.error,
        hint=gathered.hint,
        absent=gathered.absent,
        duration_ms=round(gathered.duration_ms, 3),
    )


def _read(path: Path) -> SavedFacts:
    try:
        document = json.loads(path.read_bytes())
        if isinstance(document, dict) and "schema" in document:
            document["schema_"] = document.pop("schema")
        return SavedFacts.model_validate(document)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from None
    except (ValidationError, ValueError, RecursionError):
        remedy = "make one with `audit run --save-facts FILE`"
        raise UsageError(f"{path}: not a file of saved facts of version 1; {remedy}") from None


def _restored(path: Path, fact: type, row: SavedFact | None) -> Gathered:
    if row is None:
        return Gathered(error=f"{fact.__name__} is not among the saved facts", hint="gather the facts again")
    if row.value is None:
        reason = row.error or "unavailable when the facts were saved"
        return Gathered(error=reason, hint=row.hint, absent=row.absent, duration_ms=row.duration_ms)
    try:
        value: Any = TypeAdapter(fact).validate_python(row.value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise UsageError(
            f"{path}: the fact {fact.__name__} has another shape ({place}: {first['msg']}); gather the facts again"
        ) from None
    return Gathered(value, duration_ms=row.duration_ms)
