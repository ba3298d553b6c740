"""Writes checklists and tells what loading them says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

import pytest

from auditor.checklist.load import load
from auditor.errors import ChecklistError, Problem, UsageError

HEAD = 'version = 1\nextends = "default"\n'
"""Two lines: what a test adds begins on line 3."""

T = TypeVar("T")
Write = Callable[..., Path]


def problems(
    path: Path | None, env: str = "prod", environ: Mapping[str, str] | None = None, env_file: Path | None = None
) -> tuple[Problem, ...]:
    """The problems that loading raises; it must raise."""
    with pytest.raises(ChecklistError) as caught:
        load(path, env, environ=environ or {}, env_file=env_file)
    return caught.value.problems


def told(
    path: Path, env: str = "prod", environ: Mapping[str, str] | None = None
) -> list[tuple[int | None, str, str, str]]:
    """The same without the file's name: line, key, message and remedy."""
    found = problems(path, env, environ)
    assert {problem.path for problem in found} == {str(path)}
    return [(problem.line, problem.key, problem.message, problem.remedy) for problem in found]


def outcome(call: Callable[[], T]) -> T | UsageError:
    """What the call returns, or the refusal that it raises; nothing else may be raised."""
    try:
        return call()
    except UsageError as error:
        return error


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a checklist: the two usual lines, then the text."""

    def to_file(text: str, *, head: str = HEAD, name: str = "checklist.toml") -> Path:
        path = tmp_path / name
        path.write_bytes((head + text).encode())
        return path

    return to_file
