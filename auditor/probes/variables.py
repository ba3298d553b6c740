"""Finds the variables that the next build of the repository will make public."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path

from auditor.checklist.model import Environment
from auditor.facts.names import classify
from auditor.facts.variables import PublicVariable, PublicVariables
from auditor.model import Gap
from auditor.probes import surfaces
from auditor.probes.net.threads import in_daemon_thread
from auditor.probes.public_names import Found, Reader, project_prefixes, reader_of
from auditor.probes.repository import content, text_of, tracked_files
from auditor.probes.secrets.values import is_placeholder, value_kind
from auditor.registry import probe

MAX_BYTES = 400_000
"""Bytes of a file that are read: people write no longer ones."""
MOST_FILES = 20_000
MOST_VARIABLES = 5_000
_ELSEWHERE = ("node_modules/", "vendor/", "third_party/", ".next/", "dist/")


@probe(deadline=30.0)
async def public_variables(environment: Environment) -> PublicVariables:
    """Variables with a public prefix in tracked files, and those that front-end configuration makes public."""
    root = surfaces.repository(environment)
    tracked = await tracked_files(root)
    # reading stops with the probe, and a thread cannot be stopped
    async with asyncio.timeout(25):
        return await in_daemon_thread(read_variables, root, tracked)


def read_variables(root: Path, tracked: Iterable[str]) -> PublicVariables:
    """The public variables of some files.

    Args:
        root: of the repository.
        tracked: paths below it.
    """
    wanted = [
        (name, reader)
        for name in tracked
        if not any(f"/{part}" in f"/{name}" for part in _ELSEWHERE) and (reader := reader_of(name))
    ]
    files: list[str] = []
    gaps: list[Gap] = []
    if len(wanted) > MOST_FILES:
        gaps.append(
            Gap("repository", f"{len(wanted) - MOST_FILES} more files were not read: the limit is {MOST_FILES}")
        )
    texts: list[tuple[str, Reader, str]] = []
    for name, reader in wanted[:MOST_FILES]:
        shown = name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        try:
            data = content(root, name)
        except OSError as error:
            gaps.append(Gap(shown, f"{shown} cannot be read: {error.strerror}"))
            continue
        if data is None:
            continue
        if len(data) > MAX_BYTES:
            if not reader.code:
                gaps.append(Gap(shown, f"{shown} is longer than {MAX_BYTES} bytes: the rest was not read"))
            data = data[:MAX_BYTES]
        files.append(shown)
        texts.append((shown, reader, text_of(data)))
    prefixes = tuple(sorted({prefix for name, _, text in texts for prefix in project_prefixes(name, text)}))
    return PublicVariables(tuple(files), _variables(texts, prefixes), tuple(gaps))


def _variables(texts: Iterable[tuple[str, Reader, str]], prefixes: tuple[str, ...]) -> tuple[PublicVariable, ...]:
    """One for each name and file: the one with a value, where there is one."""
    kept: dict[tuple[str, str], PublicVariable] = {}
    for path, reader, text in texts:
        for found in reader.read(text, prefixes):
            key = (found.name, path)
            before = kept.get(key)
            if before is None and len(kept) >= MOST_VARIABLES:
                continue
            if before is None or (not before.value_length and found.value):
                kept[key] = _variable(path, reader.source, found, prefixes, example=reader.example)
    return tuple(sorted(kept.values(), key=lambda one: (one.place, one.line, one.name)))


def _variable(path: str, source: str, found: Found, prefixes: tuple[str, ...], *, example: bool) -> PublicVariable:
    class_ = classify(found.name, public=True, prefixes=prefixes)
    if example or not found.value or is_placeholder(found.value):
        return PublicVariable(found.name, class_, path, found.line, source)
    said = value_kind(found.value)
    return PublicVariable(
        found.name,
        class_,
        path,
        found.line,
        source,
        value_length=len(found.value),
        value_kind=said.kind,
        value_nature=said.nature,
    )
