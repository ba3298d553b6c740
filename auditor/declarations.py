"""Reads what the shipped checks declare from their source, without importing them: ``audit list`` answers at once.

Importing every check imports every fact, and building some eighty dataclasses takes longer than all the rest.
"""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

from auditor.model import Level, Severity
from auditor.registry import Check

_DECLARATION = re.compile(r'^@check\(.*?^def \w+\(.*?^    """', re.DOTALL | re.MULTILINE)
_PROBE = re.compile(r"^@probe\(.*?^(?:async )?def \w+\(.*?\) -> (\w+):", re.DOTALL | re.MULTILINE)
_WORDS = {"Level": Level, "Severity": Severity}


def declared_checks() -> tuple[Check, ...] | None:
    """Every shipped check, by id, with what its decorator and the first line of its docstring say.

    Returns:
        Checks that cannot be run; None when a file is not written as the others are, and must be imported.
    """
    root = importlib.import_module("checks")
    try:
        found = [check for folder in map(Path, root.__path__) for check in _in(folder)]
    except (ValueError, TypeError, KeyError, AttributeError, SyntaxError, OSError):
        return None
    return tuple(sorted(found, key=lambda check: check.id)) or None


def _in(folder: Path) -> Iterator[Check]:
    for file in folder.glob("*/*.py"):
        text = file.read_text(encoding="utf-8")
        declarations = _DECLARATION.findall(text)
        if len(declarations) != text.count("\n@check("):
            raise ValueError(f"{file} declares a check in another way")
        for declaration in declarations:
            start = text.index(declaration)
            line_end = text.index("\n", start + len(declaration))
            title = text[start + len(declaration) : line_end].removesuffix('"""')
            yield _check(declaration, title, file)


def declared_probes() -> dict[str, str] | None:
    """The module of each shipped probe, by the name of the fact that it provides.

    Returns:
        None when a file is not written as the others are, and must be imported.
    """
    root = importlib.import_module("auditor.probes")
    found: dict[str, str] = {}
    for folder in map(Path, root.__path__):
        for file in folder.rglob("*.py"):
            text = file.read_text(encoding="utf-8")
            facts = _PROBE.findall(text)
            if len(facts) != text.count("\n@probe"):
                return None
            place = file.relative_to(folder).with_suffix("").parts
            stems = place[:-1] if place[-1] == "__init__" else place
            found.update(dict.fromkeys(facts, ".".join(("auditor.probes", *stems))))
    return found


def _check(declaration: str, title: str, file: Path) -> Check:
    (function,) = ast.parse(declaration + '"""').body
    if not isinstance(function, ast.FunctionDef) or not isinstance(function.decorator_list[0], ast.Call):
        raise TypeError(declaration)
    call = function.decorator_list[0]
    said = {keyword.arg: _value(keyword.value) for keyword in call.keywords}
    return Check(
        ast.literal_eval(call.args[0]),
        function.name.replace("_", "-"),
        said.get("item") or file.parent.name.replace("_", "-"),
        said["level"],
        said["severity"],
        tuple(said.get("references", ())),
        title.strip().rstrip("."),
        "",
        _unloaded(function.name, f"checks.{file.parent.name}.{file.stem}"),
    )


def _value(node: ast.expr) -> Any:
    """A literal, or a member of an enum: ``Level.MANDATORY``."""
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return getattr(_WORDS[node.value.id], node.attr)
    return ast.literal_eval(node)


def _unloaded(name: str, module: str) -> Callable[..., Any]:
    def function(*_: object) -> NoReturn:
        raise RuntimeError(f"{name} was read, and not imported")

    function.__module__ = module
    return function
