"""Reads YAML: compose files, CI files, manifests. It is parsed and nothing is built: tags are not acted on."""

from __future__ import annotations

import base64
import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

import yaml

from auditor.probes.repository.dotenv import ASSIGNMENT
from auditor.probes.repository.shell import shell_values
from auditor.probes.repository.values import Value

MAX_YAML = 200_000
"""Bytes of a file that is parsed. YAML takes seconds a megabyte: the other files would be lost with it."""
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NAME_KEYS = ("name", "key", "Name", "Key", "variable", "envVar")
_VALUE_KEYS = ("value", "Value", "default", "content", "defaultValue")
_NOT_VALUES = ("!vault", "!Ref", "!GetAtt", "!ImportValue", "!reference", "!encrypted", "!secret", "!env_var")
_REFERRING = frozenset(
    {
        "SealedSecret",
        "ExternalSecret",
        "ClusterExternalSecret",
        "PushSecret",
        "SecretProviderClass",
        "VaultStaticSecret",
    }
    | {"VaultDynamicSecret", "InfisicalSecret", "DopplerSecret", "OnePasswordItem", "CustomResourceDefinition"}
)
"""Manifests that hold names of secrets, encrypted ones, or descriptions."""
_BESIDE_NAMES = frozenset(
    {"existingSecret", "existingSecretName", "secretName", "secretRef", "remoteRef", "secretKeys"}
)
"""What a chart has beside names of keys in a secret."""
_SCRIPTS = frozenset(
    {
        "run",
        "script",
        "scripts",
        "before_script",
        "after_script",
        "command",
        "commands",
        "args",
        "entrypoint",
        "inline",
        "bash",
    }
    | {
        "pwsh",
        "powershell",
        "sh",
        "shell",
        "install",
        "build",
        "deploy",
        "test",
        "before_install",
        "after_success",
        "content",
    }
    | {"pre_build", "post_build", "inlineScript", "user_data", "cmd", "cloud-init"}
)
_KEY_OF_A_SECRET = re.compile(r"[a-z](?:Token|Password|Credentials?|Key)SecretKey$|(?:assword|oken)Key$")
_WORDS = re.compile(r"[A-Za-z]{1,40}(?:[._-][A-Za-z]{1,40}){0,8}")
_LINE = re.compile(
    r"^[ \t]*(?:-[ \t]+){0,3}[\"']?(?P<key>[A-Za-z_][\w.-]{0,100})[\"']?[ \t]*:[ \t]+"
    r"(?:\"(?P<double>(?:[^\"\\\n]|\\[^\n])*+)\"|'(?P<single>[^'\n]*+)'|(?P<bare>[^\s#|>&*!{\[][^\n]*))",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class _Scalar:
    key: str
    node: yaml.ScalarNode
    parent: str = ""


def compose_values(text: str) -> Iterator[Value]:
    """Every scalar of a compose file, with the key that it is given to.

    Raises:
        yaml.YAMLError: it is not YAML.
    """
    for root in _documents(text):
        for scalar in _scalars(root):
            yield from _values(scalar)


def ci_values(text: str) -> Iterator[Value]:
    """Variables and commands of a CI file.

    Raises:
        yaml.YAMLError: it is not YAML.
    """
    yield from compose_values(text)


def manifest_values(text: str) -> Iterator[Value]:
    """Kubernetes manifests and Helm values; what is a template of one is read by its lines.

    The ``data`` of a Secret is decoded: base64 hides nothing.
    """
    if len(text) > MAX_YAML:
        yield from line_values(text)
        return
    try:
        for root in _documents(text):
            if _of(root, "kind") in _REFERRING or _has(root, "sops"):
                continue
            secret = _of(root, "kind") == "Secret"
            for scalar in _scalars(root):
                if secret and scalar.parent in ("data", "stringData"):
                    yield _of_secret(scalar)
                else:
                    yield from _values(scalar)
    except (yaml.YAMLError, RecursionError):
        yield from line_values(text)


def line_values(text: str) -> Iterator[Value]:
    """``key: value`` on lines of their own: for YAML that is a template, and for what is too long to parse."""
    line, seen = 1, 0
    for found in _LINE.finditer(text):
        line += text.count("\n", seen, found.start("key"))
        seen = found.start("key")
        group = next(name for name in ("double", "single", "bare") if found[name] is not None)
        value = found[group] if group != "bare" else found[group].split(" #")[0].strip()
        start = found.start(group) - text.rfind("\n", 0, found.start(group))
        yield Value(line, found["key"], value, group != "single" or "{{" in value, start, code=True)


def _documents(text: str) -> Iterator[yaml.Node]:
    try:
        for root in yaml.compose_all(text, Loader=_LOADER):
            if root is not None:
                yield root
    except (ValueError, OverflowError) as error:  # PyYAML's own: numbers of versions and of characters without end
        raise yaml.YAMLError(str(error)) from None


def _of(root: yaml.Node, key: str) -> str:
    pairs = root.value if isinstance(root, yaml.MappingNode) else []
    return next((str(v.value) for k, v in pairs if k.value == key and isinstance(v, yaml.ScalarNode)), "")


def _has(root: yaml.Node, key: str) -> bool:
    return isinstance(root, yaml.MappingNode) and any(k.value == key and v.value for k, v in root.value)


def _values(scalar: _Scalar) -> Iterator[Value]:
    node = scalar.node
    if node.tag in _NOT_VALUES:
        return
    line, column = node.start_mark.line + 1, node.start_mark.column + 1
    block = node.style in ("|", ">")
    if not block:
        yield Value(line, scalar.key, node.value, True, column, within="" if scalar.key else scalar.parent)
    elif scalar.key not in _SCRIPTS or "-----BEGIN" in node.value:
        yield Value(line + 1, scalar.key, node.value.strip(), True)
    if block or scalar.key in _SCRIPTS or (scalar.parent in _SCRIPTS and not ASSIGNMENT.fullmatch(node.value)):
        for one in shell_values(node.value):
            # a folded text says its first line for all
            at = line + block + (one.line - 1 if node.style == "|" else 0)
            yield replace(one, line=at, column=one.column + column - 1 if not block and one.line == 1 else 0)


def _of_secret(scalar: _Scalar) -> Value:
    node, text = scalar.node, scalar.node.value.strip()
    if scalar.parent == "data":
        with contextlib.suppress(ValueError):
            text = base64.b64decode("".join(text.split()), validate=True).decode("utf-8", "replace").strip()
    # all that a Secret holds is one, unless its name is one of a setting
    key = (
        scalar.key
        if re.search(r"host|port|user|url|name|cert|\.crt|ca\b", scalar.key, re.IGNORECASE)
        else f"{scalar.key}_secret"
    )
    return Value(node.start_mark.line + 1, key, text, True, node.start_mark.column + 1)


def _scalars(root: yaml.Node) -> Iterator[_Scalar]:
    """Every scalar with each key that it is given to. An alias is the same node again: its inside is visited once."""
    visited: set[tuple[int, str]] = set()
    stack: list[tuple[str, str, yaml.Node]] = [("", "", root)]
    while stack:
        key, parent, node = stack.pop()
        visit = (id(node), key if isinstance(node, yaml.ScalarNode) else "")
        if visit in visited:
            continue
        visited.add(visit)
        if isinstance(node, yaml.MappingNode):
            names = any(isinstance(k.value, str) and k.value in _BESIDE_NAMES for k, _ in node.value)
            stack += [
                (_key(k, v, node, key), key, v)
                for k, v in reversed(node.value)
                if not (
                    ((names and str(k.value).endswith("Key")) or _KEY_OF_A_SECRET.search(str(k.value)))
                    and _WORDS.fullmatch(str(v.value))
                )
            ]
        elif isinstance(node, yaml.SequenceNode):
            # what stands in a list of commands is one
            stack += [("", key or parent, entry) for entry in reversed(node.value)]
        elif isinstance(node, yaml.ScalarNode):
            yield _scalar(key, parent, node)


def _scalar(key: str, parent: str, node: yaml.ScalarNode) -> _Scalar:
    if not key and (match := ASSIGNMENT.fullmatch(node.value)):
        value = match[2].strip()
        inner = yaml.ScalarNode(node.tag, value, node.start_mark, node.end_mark, style=node.style)
        return _Scalar(match[1], inner, parent)
    return _Scalar(key, node, parent)


def _key(key: yaml.Node, value: yaml.Node, node: yaml.MappingNode, above: str) -> str:
    """The name that a value is given to: the key, or what ``name`` says beside ``value``."""
    name = str(key.value) if isinstance(key, yaml.ScalarNode) else ""
    if name in _VALUE_KEYS and isinstance(value, yaml.ScalarNode):
        beside = (v.value for k, v in node.value if k.value in _NAME_KEYS and isinstance(v, yaml.ScalarNode))
        return str(next(beside, above or name))
    return name
