"""Reads what Python writes out: settings classes, ``os.getenv("X", "…")``, arguments. By ``ast``; nothing is run."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator
from dataclasses import replace

from auditor.probes.repository.javascript import hashed_values
from auditor.probes.repository.values import Value

_LOOKUPS = frozenset(
    {"getenv", "get", "config", "env", "str", "Str", "setdefault", "secret", "environ", "get_env", "url", "db"}
)
_WRAPPERS = frozenset(
    {
        "SecretStr",
        "SecretBytes",
        "Field",
        "Secret",
        "field",
        "PostgresDsn",
        "RedisDsn",
        "URL",
        "str",
        "bytes",
        "Query",
        "lazy",
    }
)


def python_values(text: str) -> Iterator[Value]:
    """What a Python program writes out. What is not Python 3 is read by its words."""
    tree = _parsed(text)
    if tree is None:
        for one in hashed_values(text):
            yield Value(one.line, one.key, one.text, True, one.column, code=True)
        return
    for node, settings in _nodes(tree):
        yield from _of(node, settings)


def _parsed(text: str) -> ast.Module | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about escapes in the strings of others
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _nodes(tree: ast.Module) -> Iterator[tuple[ast.AST, bool]]:
    """Every node, and whether it is a setting: at the top of a module, or a field of a class of settings."""
    stack: list[tuple[ast.AST, bool]] = [(tree, True)]
    while stack:
        node, settings = stack.pop()
        yield node, settings
        inner = settings and not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
        if isinstance(node, ast.ClassDef):
            inner = any(
                "setting" in name.lower() or "config" in name.lower() for name in (node.name, *map(_name, node.bases))
            )
        stack += [(child, inner) for child in ast.iter_child_nodes(node)]


def _of(node: ast.AST, settings: bool) -> Iterator[Value]:
    if isinstance(node, ast.Assign):
        for target in node.targets:
            yield from _assigned(target, node.value, settings)
    elif isinstance(node, (ast.AnnAssign, ast.NamedExpr)) and node.value is not None:
        yield from _assigned(node.target, node.value, settings)
    elif isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                yield from _literal(key.value, value, sure=False)
    elif isinstance(node, ast.Call):
        yield from _called(node)
    elif isinstance(node, ast.arguments):
        yield from _defaults(node)
    else:
        yield from _compared(node)


def _compared(node: ast.AST) -> Iterator[Value]:
    """``os.environ.get("X") or "…"``, and ``password == "…"``."""
    if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or) and (asked := _looked_up(node.values[0])):
        for one in node.values[1:]:
            yield from _literal(asked, one, sure=True)
    elif isinstance(node, ast.Compare) and len(node.comparators) == 1 and isinstance(node.ops[0], ast.Eq):
        yield from _literal(_name(node.left), node.comparators[0], sure=False)


def _defaults(node: ast.arguments) -> Iterator[Value]:
    named = [*node.posonlyargs, *node.args]
    for argument, default in zip(named[len(named) - len(node.defaults) :], node.defaults, strict=True):
        yield from _literal(argument.arg, default, sure=False)
    for argument, given in zip(node.kwonlyargs, node.kw_defaults, strict=True):
        if given is not None:
            yield from _literal(argument.arg, given, sure=False)


def _assigned(target: ast.expr, value: ast.expr, settings: bool) -> Iterator[Value]:
    if isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Constant):
        key, sure = str(target.slice.value), "environ" in _name(target.value)
    else:
        key, sure = _name(target), settings
    sure = sure and (key.isupper() or isinstance(target, ast.Name))
    for one in _literal(key, _unwrapped(value), sure=sure):
        yield replace(one, constant=not isinstance(target, ast.Subscript))


def _unwrapped(value: ast.expr) -> ast.expr:
    """``Field(default=SecretStr("…"))`` is what stands innermost."""
    for _ in range(4):
        if not (isinstance(value, ast.Call) and _name(value.func) in _WRAPPERS):
            break
        default = next((word.value for word in value.keywords if word.arg == "default"), None)
        inner = default or (value.args[0] if value.args else None)
        if inner is None:
            break
        value = inner
    return value


def _called(node: ast.Call) -> Iterator[Value]:
    if key := _looked_up(node):
        given = [
            *node.args[1:2],
            *(word.value for word in node.keywords if word.arg in ("default", "fallback", "cast")),
        ]
        for value in given:
            yield from _literal(key, _unwrapped(value), sure=True)
    for word in node.keywords:
        if word.arg and word.arg not in ("default", "fallback", "description", "title", "help", "example"):
            yield from _literal(word.arg, _unwrapped(word.value), sure=False)


def _looked_up(node: ast.expr) -> str:
    """The variable that a call asks for."""
    if not (isinstance(node, ast.Call) and node.args and _name(node.func) in _LOOKUPS):
        return ""
    first = node.args[0]
    return first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else ""


def _literal(key: str, node: ast.expr, *, sure: bool) -> Iterator[Value]:
    text = _text(node)
    if text is not None:
        yield Value(node.lineno, key, text, True, node.col_offset + 1, code=not sure)


def _text(node: ast.expr, depth: int = 0) -> str | None:
    if isinstance(node, ast.Constant):
        value = node.value
        return value if isinstance(value, str) else value.decode("latin-1") if isinstance(value, bytes) else None
    if isinstance(node, ast.JoinedStr):
        return "".join((_text(part) or "") if isinstance(part, ast.Constant) else "${_}" for part in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add) and depth < 50:
        left, right = _text(node.left, depth + 1), _text(node.right, depth + 1)
        return None if left is None or right is None else left + right
    return None


def _name(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
