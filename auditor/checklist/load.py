"""Loads a checklist: everything that is wrong is told at once, and nothing is audited then."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from auditor.checklist import build, items, literals, review
from auditor.checklist.defaults import default_path
from auditor.checklist.explain import explain
from auditor.checklist.lines import Key, dotted
from auditor.checklist.model import Checklist, Item
from auditor.checklist.problems import Problems
from auditor.checklist.schema import Document
from auditor.checklist.secret_values import variable_secrets
from auditor.checklist.source import Source, read
from auditor.checklist.variables import Resolver, pending, places
from auditor.errors import ChecklistError, Problem
from auditor.model import Level
from auditor.redact import Secret, environment_secrets

__all__ = ["check_structure", "environments", "find", "load", "shipped_items"]

NAME = "checklist.toml"


def find(start: Path) -> Path | None:
    """The nearest ``checklist.toml`` in a folder or any folder above it.

    Args:
        start: the folder to begin in.
    """
    start = Path(os.path.abspath(start))  # noqa: PTH100  resolve() would leave the folder that a link stands in
    for folder in (start, *start.parents):
        # os.path.isfile does not raise: a folder that may not be read has no checklist for this user
        if os.path.isfile(folder / NAME):  # noqa: PTH113
            return folder / NAME
    return None


def load(path: Path | None, env: str, *, environ: Mapping[str, str], env_file: Path | None = None) -> Checklist:
    """Load one environment of a checklist.

    Args:
        path: the checklist; None when none was found.
        env: the name of the environment.
        environ: the process's variables.
        env_file: an ``.env`` file to look in after them.

    Raises:
        ChecklistError: it cannot be used; holds every problem.
    """
    if path is None:
        raise ChecklistError([_NONE_FOUND])
    source = read(path)
    problems = Problems(str(path), source.lines)
    literals.refuse(source.data, problems)  # first: of a key that holds a secret nothing else is said
    resolver = _resolver(source, env, environ, env_file, problems)
    data = _resolved(source.data, env, resolver)
    review.chosen(data, env, problems)
    review.files(data, env, source.folder, problems)
    document = _judged(data, resolver.used, problems)
    return _checklist(source, env, document, resolver)


def environments(path: Path) -> tuple[str, ...]:
    """The names of the environments in a checklist, in the order of the file.

    Raises:
        ChecklistError: the file cannot be read, or is not TOML.
    """
    return tuple(review.table(read(path).data, "env"))


def check_structure(source: Source) -> None:
    """Judge all that can be judged without variables, for every environment.

    Raises:
        ChecklistError: the checklist cannot be used.
    """
    problems = Problems(str(source.path), source.lines)
    literals.refuse(source.data, problems)
    _judged(pending(source.data), {}, problems)


@cache
def shipped_items() -> Mapping[str, Item]:
    """The items of the shipped checklist by id, in its order."""
    source = read(default_path())
    problems = Problems(str(source.path), source.lines)
    return {item.id: item for item in items.merge(_validated(source.data, {}, problems).items, {})}


_NONE_FOUND = Problem(
    "no checklist.toml was found in this folder or above it",
    remedy="write one with `audit init`, or name one with --config",
)


def _resolver(
    source: Source, env: str, environ: Mapping[str, str], env_file: Path | None, problems: Problems
) -> Resolver:
    own = review.table(source.data, "env", env).get("env_file")
    key = ("env", env, "env_file")
    return Resolver(places(environ, env_file, own, key, source.folder, problems), problems)


def _resolved(data: dict[str, Any], env: str, resolver: Resolver) -> dict[str, Any]:
    """The data with references replaced where this run reads them; other environments may lack variables."""
    tables = review.table(data, "env")
    resolved = dict(data)
    for name in ("policy", "waivers"):
        if name in data:
            resolved[name] = resolver.resolve(data[name], (name,))
    if tables:
        resolved["env"] = {
            name: resolver.resolve(table, ("env", name)) if name == env else pending(table)
            for name, table in tables.items()
        }
    return resolved


def _judged(data: dict[str, Any], used: Mapping[Key, tuple[str, ...]], problems: Problems) -> Document:
    review.environments(data, problems)
    review.plugins(data, problems)
    items.review(data, shipped_items(), problems)
    document = _validated(data, used, problems)
    problems.raise_any()
    return document


def _validated(data: dict[str, Any], used: Mapping[Key, tuple[str, ...]], problems: Problems) -> Document:
    try:
        return Document.model_validate(data)
    except ValidationError as error:
        explain(error, data, used, problems)
        problems.raise_any()
        raise


def _checklist(source: Source, env: str, document: Document, resolver: Resolver) -> Checklist:
    table, token = document.env[env], document.policy.cors.token
    environment = build.environment(env, table, token, source.folder, variable_secrets(resolver.files))
    return Checklist(
        path=source.path,
        sha256=source.sha256,
        items=items.merge(document.items, shipped_items() if document.extends else {}),
        check_levels={name: Level(check.level) for name, check in document.checks.items()},
        environment=environment,
        policies=build.policies(document.policy, source.folder),
        waivers=build.waivers(document.waivers, source.lines),
        plugins=build.plugins(document.plugins, source.folder),
        secrets=tuple(
            dict.fromkeys([*build.secrets(environment), *_secret_variables(resolver), *environment.variables])
        ),
        lines={dotted(key): line for key, line in source.lines.items()},
    )


def _secret_variables(resolver: Resolver) -> list[Secret]:
    """Values of variables that look secret; the anon key is public by design."""
    names = {name for key, names in resolver.used.items() if key[-1] != "anon_key" for name in names}
    return environment_secrets({name: resolver.values[name] for name in sorted(names)})
