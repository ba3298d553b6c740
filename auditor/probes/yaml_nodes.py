"""Reads YAML of others as nodes with line numbers, without building what aliases multiply."""

from __future__ import annotations

import re
from collections.abc import Iterator

import yaml

from auditor.probes.repository import MAX_YAML

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
DEEPEST = 60


class Unreadable(ValueError):
    """A text is no YAML that can be read."""


def documents(text: str) -> list[yaml.Node]:
    """The documents of a text.

    Raises:
        Unreadable: it is no YAML, is too long or nests too deeply.
    """
    if len(text) > MAX_YAML:
        raise Unreadable(f"is longer than {MAX_YAML} characters")
    if len(re.findall(r"[\[{]", text)) > 20_000:
        raise Unreadable("nests too much")
    try:
        return list(filter(None, yaml.compose_all(text, Loader=_LOADER)))
    except (yaml.YAMLError, ValueError, OverflowError, RecursionError):
        raise Unreadable("is not YAML that can be read") from None


def pairs(node: yaml.Node | None) -> Iterator[tuple[str, yaml.Node]]:
    """Keys and values of a mapping, those that it merges in last; nothing for anything else."""
    if not isinstance(node, yaml.MappingNode):
        return
    merged: list[yaml.Node] = []
    for key, value in node.value:
        if isinstance(key, yaml.ScalarNode) and key.value == "<<":
            merged += value.value if isinstance(value, yaml.SequenceNode) else [value]
        elif isinstance(key, yaml.ScalarNode):
            yield key.value, value
    for one in merged[:20]:
        if isinstance(one, yaml.MappingNode) and one is not node:
            yield from ((k.value, v) for k, v in one.value if isinstance(k, yaml.ScalarNode) and k.value != "<<")


def get(node: yaml.Node | None, *keys: str) -> yaml.Node | None:
    """What lies below keys; None when nothing does."""
    for key in keys:
        node = next((value for name, value in pairs(node) if name == key), None)
    return node


def entries(node: yaml.Node | None) -> list[yaml.Node]:
    """The entries of a sequence; the node itself when it is a scalar; nothing for anything else."""
    if isinstance(node, yaml.SequenceNode):
        return list(node.value)
    return [node] if isinstance(node, yaml.ScalarNode) else []


def scalar(node: yaml.Node | None) -> str:
    """The text of a scalar; empty for anything else."""
    return str(node.value) if isinstance(node, yaml.ScalarNode) else ""


def line(node: yaml.Node) -> int:
    """Counted from 1."""
    return int(node.start_mark.line) + 1


def walk(root: yaml.Node) -> Iterator[tuple[tuple[str, ...], yaml.Node]]:
    """Every node below one, each once, with the last keys that lead to it."""
    seen: set[int] = set()
    stack: list[tuple[tuple[str, ...], yaml.Node]] = [((), root)]
    while stack:
        keys, node = stack.pop()
        if id(node) in seen and not isinstance(node, yaml.ScalarNode):
            continue
        seen.add(id(node))
        yield keys, node
        if isinstance(node, yaml.MappingNode):
            stack += [((*keys, name)[-DEEPEST:], value) for name, value in reversed(list(pairs(node)))]
        elif isinstance(node, yaml.SequenceNode):
            stack += [((*keys, "")[-DEEPEST:], value) for value in reversed(node.value)]
