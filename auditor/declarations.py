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
            yield _check(declaration, title, file.parent.name.replace("_", "-"))


def _check(declaration: str, title: str, folder: str) -> Check:
    (function,) = ast.parse(declaration + '"""').body
    if not isinstance(function, ast.FunctionDef) or not isinstance(function.decorator_list[0], ast.Call):
        raise TypeError(declaration)
    call = function.decorator_list[0]
    said = {keyword.arg: _value(keyword.value) for keyword in call.keywords}
    return Check(
        ast.literal_eval(call.args[0]),
        function.name.replace("_", "-"),
        said.get("item") or folder,
        said["level"],
        said["severity"],
        tuple(said.get("references", ())),
        title.strip().rstrip("."),
        "",
        _unloaded(function.name),
    )


def _value(node: ast.expr) -> Any:
    """A literal, or a member of an enum: ``Level.MANDATORY``."""
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return getattr(_WORDS[node.value.id], node.attr)
    return ast.literal_eval(node)


def _unloaded(name: str) -> Callable[..., Any]:
    def function(*_: object) -> NoReturn:
        raise RuntimeError(f"{name} was read, and not imported")

    return function
