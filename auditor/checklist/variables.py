"""``${NAME}`` in values: where the value comes from, and what may be said of it afterwards.

A value is put in once and never read again for references, so a password that holds ``${`` stays what it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from auditor.checklist import dotenv
from auditor.checklist.lines import Key, dotted
from auditor.checklist.problems import Problems
from auditor.errors import ChecklistError

_REFERENCE = re.compile(r"(?P<escaped>\$\$\{)|\$\{(?P<name>[A-Za-z_][A-Za-z0-9_]*)\}|(?P<broken>\$\{)")


class Pending(str):
    """A text whose references are not replaced: of another environment, or because something is missing."""

    __slots__ = ()


class Place(NamedTuple):
    """Somewhere a variable may be set."""

    name: str
    """As messages call it."""
    values: Mapping[str, str]


class Resolver:
    """Replaces the references of one checklist.

    Args:
        places: where to look, the first to have a value wins.
        problems: takes what is missing.
    """

    def __init__(self, places: Sequence[Place], problems: Problems) -> None:
        self._places = tuple(places)
        self.files: dict[str, str] = {}
        """All variables of ``.env`` files, whether something refers to them or not."""
        for place in reversed(self._places[1:]):
            self.files.update(place.values)
        self._problems = problems
        self.used: dict[Key, tuple[str, ...]] = {}
        """The variables that went into each key."""
        self.values: dict[str, str] = {}
        """The variables that were found."""

    def resolve(self, value: Any, key: Key) -> Any:
        """The value with its references replaced, however deep they are; a new object."""
        if isinstance(value, str):
            return self._text(value, key)
        if isinstance(value, dict):
            return {name: self.resolve(inner, (*key, name)) for name, inner in value.items()}
        if isinstance(value, list):
            return [self.resolve(inner, (*key, position)) for position, inner in enumerate(value)]
        return value

    def _text(self, text: str, key: Key) -> str:
        found = list(_REFERENCE.finditer(text))
        names = tuple(dict.fromkeys(match["name"] for match in found if match["name"]))
        if names:
            self.used[key] = names
        if any(match["broken"] for match in found):
            self._problems.add(
                key, "the value has a ${ that no name and } follow", "write ${NAME}; for a plain ${ write $${"
            )
            return Pending(text)
        are_there = [self._find(name, key) for name in names]  # all of them: every missing one is told
        if not all(are_there):
            return Pending(text)
        return _REFERENCE.sub(lambda m: "${" if m["escaped"] else self.values[m["name"]], text)

    def _find(self, name: str, key: Key) -> bool:
        values = [place.values[name] for place in self._places if name in place.values]
        value = next(filter(None, values), "")
        if not value:
            state = "is empty" if values else "is not set"
            looked = ", in ".join(place.name for place in self._places)
            self._problems.add(key, f"the variable {name} {state}", f"set it; looked in {looked}")
        elif not _is_text(value):
            self._problems.add(key, f"the variable {name} is not UTF-8, or holds a NUL", "set it to plain text")
            return False
        else:
            self.values[name] = value
        return bool(value)


def pending(value: Any) -> Any:
    """The value with every text that holds references marked as not replaced."""
    if isinstance(value, str):
        return Pending(value) if _REFERENCE.search(value) else value
    if isinstance(value, dict):
        return {name: pending(inner) for name, inner in value.items()}
    return [pending(inner) for inner in value] if isinstance(value, list) else value


def places(
    environ: Mapping[str, str], env_file: Path | None, own: object, own_key: Key, folder: Path, problems: Problems
) -> list[Place]:
    """Where variables come from, in order: the environment, ``--env-file``, the environment's own ``env_file``.

    Args:
        environ: the process's variables.
        env_file: what ``--env-file`` names.
        own: the value of ``env_file`` in the checklist, if any.
        own_key: its key.
        folder: of the checklist.
        problems: takes files that cannot be read.
    """
    found = [Place("the environment", environ), _given(env_file, problems)]
    if not isinstance(own, str):
        return [*found, Place(f"{dotted(own_key)} (not given)", {})]
    path = Resolver(found, problems).resolve(own, own_key)
    return found if isinstance(path, Pending) else [*found, _own(folder / path, own_key, problems)]


def _given(path: Path | None, problems: Problems) -> Place:
    if path is None:
        return Place("--env-file (not given)", {})
    return _file(path, "--env-file", problems)


def _own(path: Path, key: Key, problems: Problems) -> Place:
    return _file(path, dotted(key), problems, may_be_missing=True)


def _file(path: Path, named_by: str, problems: Problems, *, may_be_missing: bool = False) -> Place:
    """An ``.env`` file of the checklist may be missing: developers have one, CI sets the variables itself."""
    try:
        return Place(f"{path} ({named_by})", dotenv.read(path, named_by))
    except ChecklistError as error:
        if may_be_missing and isinstance(error.__cause__, FileNotFoundError | NotADirectoryError):
            return Place(f"{path} ({named_by}; there is no such file)", {})
        problems.extend(error.problems)
        return Place(f"{path} ({named_by}; it could not be read)", {})


def _is_text(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in value
