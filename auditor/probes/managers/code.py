"""Code: which variables of secrets it reads, and which managers it asks itself."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator

from auditor.facts.secrets_manager import Naming, Reach
from auditor.probes.managers.found import Found
from auditor.probes.managers.lines import lines_of

_PYTHON_CLIENTS = {
    "hvac": "Vault",
    "google.cloud.secretmanager": "Google Secret Manager",
    "google.cloud.secretmanager_v1": "Google Secret Manager",
    "azure.keyvault.secrets": "Azure Key Vault",
    "infisical_sdk": "Infisical",
    "infisical_client": "Infisical",
    "onepassword": "1Password",
    "aws_secretsmanager_caching": "AWS Secrets Manager",
}
_PYTHON_CALLS = {"get_secret_value": "AWS Secrets Manager", "batch_get_secret_value": "AWS Secrets Manager"}
_SCRIPT_CLIENTS = tuple(
    (manager, re.compile(rf"(?:from\s*|require\(\s*|import\(\s*)[\"'](?:{packages})[\"']"))
    for manager, packages in (
        ("AWS Secrets Manager", r"@aws-sdk/client-secrets-manager|@aws-lambda-powertools/parameters/secrets"),
        ("AWS Parameter Store", r"@aws-sdk/client-ssm"),
        ("Google Secret Manager", r"@google-cloud/secret-manager"),
        ("Azure Key Vault", r"@azure/keyvault-secrets"),
        ("Vault", r"node-vault|hashi-vault-js"),
        ("Infisical", r"@infisical/sdk|infisical-node"),
        ("1Password", r"@1password/sdk|@1password/connect"),
        ("Doppler", r"@dopplerhq/node-sdk"),
    )
)
_SCRIPT_READS = re.compile(
    r"(?:process\.env|import\.meta\.env|Bun\.env)(?:\.|\[\s*[\"'`])([A-Za-z_]\w{1,99})|Deno\.env\.get\(\s*[\"'`](\w{1,100})[\"'`]"
    r"|\$env/(?:static|dynamic)/private"
)
_OF_SCRIPTS = (".env", "$env", "secret", "client-ssm", "vault", "infisical", "1password", "doppler")
_OF_PYTHON = (
    *("environ", "getenv", "env(", "env.", "settings", "config(", "get_secret", "secretmanager", "get_parameter"),
    *("hvac", "keyvault", "infisical", "onepassword", "secretsmanager", "secrets_dir"),
)
"""A word of what is looked for: most programs hold none, and need not be parsed."""
_COMMENT = re.compile(r"(?<![:\w\"'`/*])(?:(?P<line>//[^\n]*)|(?P<block>/\*))")


def _holds(text: str, words: tuple[str, ...]) -> bool:
    lower = text.lower()
    return any(word in lower for word in words)


def of_script(found: Found, text: str) -> None:
    """JavaScript and TypeScript."""
    if not _holds(text, _OF_SCRIPTS):
        return
    bare = _without_comments(text)
    line = lines_of(bare)
    for match in _SCRIPT_READS.finditer(bare):
        if name := match[1] or match[2]:
            found.name(name, line(match.start()), Naming.READ)
    for manager, shape in _SCRIPT_CLIENTS:
        if client := shape.search(bare):
            found.refer(manager, line(client.start()), "its client is imported", reach=Reach.PRESENT)


def _without_comments(text: str) -> str:
    """The text with comments blanked, its lines kept. Takes time in proportion to it."""
    parts: list[str] = []
    at, last = 0, text.rfind("*/")
    while match := _COMMENT.search(text, at):
        start, end = match.start(), match.end()
        if match["block"]:
            if last < end:  # it never ends: no comment
                parts.append(text[at:end])
                at = end
                continue
            end = text.index("*/", end) + 2
        parts += [text[at:start], "\n" * text.count("\n", start, end), " "]
        at = end
    return "".join([*parts, text[at:]])


def of_python(found: Found, text: str) -> None:
    """Python: the standard library, pydantic's settings, python-decouple, environs, starlette's Config."""
    if not _holds(text, _OF_PYTHON):
        return
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            _settings(found, node)
        elif isinstance(node, ast.Call):
            _call(found, node)
        elif isinstance(node, ast.Subscript) and _dotted(node.value).endswith("environ"):
            if isinstance(node.slice, ast.Constant):
                found.name(str(node.slice.value), node.lineno, Naming.READ)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            _import(found, node)


def _import(found: Found, node: ast.Import | ast.ImportFrom) -> None:
    if isinstance(node, ast.ImportFrom):
        names = [node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)]
    else:
        names = [alias.name for alias in node.names]
    for manager in dict.fromkeys(_PYTHON_CLIENTS[name] for name in names if name in _PYTHON_CLIENTS):
        found.refer(manager, node.lineno, "its client is imported", reach=Reach.PRESENT)


def _call(found: Found, node: ast.Call) -> None:
    name = _dotted(node.func)
    last = name.rpartition(".")[2]
    first = node.args[0] if node.args else None
    reads = (
        last in ("getenv", "config")
        or name.endswith("environ.get")
        or (name.startswith("env") and "." in name)
        or name == "env"
    )
    if reads and isinstance(first, ast.Constant) and isinstance(first.value, str):
        found.name(first.value, node.lineno, Naming.READ)
    if manager := _PYTHON_CALLS.get(last):
        found.refer(manager, node.lineno, f"{last}()", reach=Reach.PRESENT)
    words = {word.arg: getattr(word.value, "value", None) for word in node.keywords}
    if last in ("get_parameter", "get_parameters", "get_parameters_by_path") and words.get("WithDecryption") is True:
        found.refer("AWS Parameter Store", node.lineno, f"{last}(WithDecryption=True)", reach=Reach.PRESENT)
    if isinstance(words.get("secrets_dir"), str):
        found.refer("secret files", node.lineno, "secrets_dir of the settings", reach=Reach.ALL)


_BASES = ("BaseSettings", "Settings", "BaseAppSettings", "EnvSettings")


def _settings(found: Found, node: ast.ClassDef) -> None:
    """Fields of pydantic's settings: each is a variable of that name, behind the prefix."""
    if not any(_dotted(base).rpartition(".")[2] in _BASES for base in node.bases):
        return
    prefix = ""
    for word in ast.walk(node):
        if isinstance(word, ast.keyword) and word.arg == "env_prefix" and isinstance(word.value, ast.Constant):
            prefix = str(word.value.value)
    for field in node.body:
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
            for name in _aliases(field.value) or [prefix + field.target.id]:
                found.name(name.upper(), field.lineno, Naming.READ)


def _aliases(value: ast.expr | None) -> list[str]:
    if not isinstance(value, ast.Call):
        return []
    return [
        str(word.value.value)
        for word in value.keywords
        if word.arg in ("alias", "validation_alias", "env") and isinstance(word.value, ast.Constant)
    ]


def _dotted(node: ast.expr) -> str:
    names: list[str] = []
    while isinstance(node, ast.Attribute) and len(names) < 20:
        names.append(node.attr)
        node = node.value
    if isinstance(node, ast.Name):
        names.append(node.id)
    return ".".join(reversed(names))


_SQL = re.compile(r"vault\s*\.\s*(?:decrypted_secrets|create_secret)\b", re.IGNORECASE)
_TOML_REFERENCE = re.compile(r"(?m)^[ \t]*(\w+)[ \t]*=[ \t]*\"env\((\w+)\)\"")


def of_sql(found: Found, text: str) -> None:
    """SQL that reads the Vault extension of Supabase."""
    bare = re.sub(r"--[^\n]*", lambda match: " " * len(match[0]), text)
    if match := _SQL.search(bare):
        found.refer(
            "Supabase Vault", bare.count("\n", 0, match.start()) + 1, "vault.decrypted_secrets", reach=Reach.PRESENT
        )


def of_supabase_config(found: Found, text: str) -> None:
    """``supabase/config.toml``: values that come from the environment."""
    for at, name in _lines(_TOML_REFERENCE, text):
        found.name(name, at, Naming.PASSED)


def _lines(shape: re.Pattern[str], text: str) -> Iterator[tuple[int, str]]:
    line = lines_of(text)
    for match in shape.finditer(text):
        yield line(match.start()), match[2]
