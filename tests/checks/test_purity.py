"""Checks hold no credentials and reach nothing: they import facts, the vocabulary and pure modules, and no more."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import auditor.facts
import checks
from auditor.registry import builtin_checks

PURE = {
    "__future__",
    "base64",
    "collections",
    "collections.abc",
    "dataclasses",
    "datetime",
    "difflib",
    "enum",
    "fnmatch",
    "functools",
    "hashlib",
    "ipaddress",
    "itertools",
    "json",
    "math",
    "re",
    "string",
    "textwrap",
    "typing",
    "urllib.parse",
}
"""Of the standard library: what neither reads nor writes anything."""

OWN = ("auditor.facts", "auditor.model", "auditor.registry")
REACHING = {"__import__", "compile", "eval", "exec", "globals", "input", "open", "print", "vars"}


def sources(package) -> list[Path]:
    found = sorted(Path(package.__path__[0]).rglob("*.py"))
    assert len(found) > 10
    return found


def imported(source: str, package: str = "checks.item") -> Iterator[str]:
    """Every module that a source imports, wherever in it."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package.split(".")[: len(package.split(".")) + 1 - node.level] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            # `from urllib import request` imports a module too
            yield from (module if module in PURE else f"{module}.{alias.name}" for alias in node.names)


def allowed(module: str, own: tuple[str, ...]) -> bool:
    return module in PURE or any(module == name or module.startswith(f"{name}.") for name in own)


def names(source: str) -> set[str]:
    return {node.id for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)}


@pytest.mark.parametrize("path", sources(checks), ids=lambda path: path.stem)
def test_a_check_imports_nothing_that_reaches_out(path):
    text = path.read_text(encoding="utf-8")
    assert [module for module in imported(text) if not allowed(module, OWN)] == []
    assert names(text) & REACHING == set()


@pytest.mark.parametrize("path", sources(auditor.facts), ids=lambda path: path.stem)
def test_a_fact_imports_nothing_that_reaches_out(path):
    text = path.read_text(encoding="utf-8")
    assert [
        module for module in imported(text) if not allowed(module, ("auditor.facts", "auditor.model", "auditor.quick"))
    ] == []
    assert names(text) & REACHING == set()


@pytest.mark.parametrize(
    ("source", "module"),
    [
        ("import os", "os"),
        ("import urllib.request", "urllib.request"),
        ("from urllib import request", "urllib.request"),
        ("from os import path", "os.path"),
        ("def f():\n    import socket", "socket"),
        ("from auditor import probes", "auditor.probes"),
        ("from auditor.probes.net.http import Http", "auditor.probes.net.http.Http"),
        ("from auditor.checklist.model import Environment", "auditor.checklist.model.Environment"),
        ("from auditor.modelling import x", "auditor.modelling.x"),
        ("from ..https import other", "checks.https.other"),
        ("from . import other", "checks.item.other"),
        ("if True:\n    import subprocess as re", "subprocess"),
    ],
)
def test_this_test_sees(source, module):
    assert list(imported(source)) == [module]
    assert not allowed(module, OWN)


@pytest.mark.parametrize(
    "source",
    [
        "import re",
        "import collections.abc",
        "from urllib.parse import urlsplit",
        "from auditor.model import failed",
        "from auditor import model",
        "from auditor.facts.web import Hop",
    ],
)
def test_this_test_lets_through(source):
    assert all(allowed(module, OWN) for module in imported(source))


@pytest.mark.parametrize("check", builtin_checks().checks, ids=lambda check: check.id)
def test_a_check_explains_itself(check):
    assert check.why
    assert check.fix
    assert check.title
    assert check.item != "checks"


def test_a_check_is_a_file_named_after_it_and_has_a_test():
    for check in builtin_checks().checks:
        module = check.function.__module__
        assert module == f"checks.{check.item.replace('-', '_')}.{check.function.__name__}"
        folder, _, name = module.removeprefix("checks.").partition(".")
        assert (Path(__file__).parent / folder / f"test_{name}.py").is_file(), module
