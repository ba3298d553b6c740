"""Finds where the application gets its secrets from: references to managers, and the variables that need one."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Callable
from pathlib import Path, PurePosixPath

from auditor.checklist.model import Environment
from auditor.facts.secrets_manager import (
    Naming,
    Reach,
    Scope,
    SecretsManagement,
    TrackedSecretFile,
)
from auditor.model import Gap
from auditor.probes import git, surfaces
from auditor.probes.encrypted import encrypted
from auditor.probes.env_names import DEVELOPMENT, EnvFile, aside, env_file
from auditor.probes.managers import code, descriptors
from auditor.probes.managers.charts import of_chart
from auditor.probes.managers.commands import of_commands
from auditor.probes.managers.found import Found
from auditor.probes.managers.terraform import of_terraform
from auditor.probes.net.threads import in_daemon_thread
from auditor.probes.repository import MAX_BYTES, content, env_values, text_of, tracked_files
from auditor.probes.yaml_nodes import Unreadable
from auditor.registry import probe

_COMPOSE = re.compile(r"(?:docker-)?compose.*\.ya?ml|stack\.ya?ml", re.IGNORECASE)
_DOCKERFILE = re.compile(r"(?:docker|container)file(?:[._-].+)?|.+\.(?:docker|container)file", re.IGNORECASE)
_GITLAB = re.compile(r"(?:^|/)\.gitlab-ci[^/]*\.ya?ml$|\.gitlab-ci\.ya?ml$|(?:^|/)\.gitlab/.*\.ya?ml$", re.IGNORECASE)
"""Pipelines, and what they `include` by the names that are usual."""
_OTHERS = frozenset(
    {"procfile", "makefile", "justfile", "config.toml", "netlify.toml", ".envrc", "entrypoint", "taskfile"}
)
_SCRIPTS = (".js", ".mjs", ".cjs", ".ts", ".tsx", ".jsx", ".mts", ".vue", ".svelte")
_BINDINGS = {"doppler.yaml": "Doppler", "doppler.yml": "Doppler", ".infisical.json": "Infisical"}
MOST_FILES = 20_000
MAX_CODE = 500_000


@probe(deadline=60.0)
async def secrets_management(environment: Environment) -> SecretsManagement:
    """References to secrets managers in the repository, and the variables of secrets that it names."""
    root = surfaces.repository(environment)
    tracked = await tracked_files(root)
    return await in_daemon_thread(look, root, tracked)


def look(root: Path, tracked: tuple[str, ...]) -> SecretsManagement:
    """The fact, of a checkout and what git tracks in it."""
    founds: list[Found] = []
    gaps: list[Gap] = []
    own = frozenset(tracked)
    for name in tracked:
        if not _wanted(name):
            continue
        found = Found(git.shown(name), _is_frontend(name, own))
        if len(founds) >= MOST_FILES:
            gaps.append(Gap("*", f"only the first {MOST_FILES} files were read"))
            break
        founds.append(found)
        try:
            data = content(root, name)
            if data:
                _read(found, name, data[:MAX_BYTES])
        except OSError as error:
            gaps.append(Gap(found.path, f"{found.path} cannot be read: {error.strerror}"))
        except Unreadable as unreadable:
            # other YAML, of charts and templates, need not be readable
            if _COMPOSE.fullmatch(PurePosixPath(name).name):
                gaps.append(Gap(found.path, f"{found.path} {unreadable}", "check it with `docker compose config`"))
    return _together(root, tracked, founds, tuple(gaps))


def _together(root: Path, tracked: tuple[str, ...], founds: list[Found], gaps: tuple[Gap, ...]) -> SecretsManagement:
    own = set(tracked)
    plain: list[TrackedSecretFile] = []
    for found in founds:
        for line, file in found.secret_files:
            name = posixpath.normpath(posixpath.join(posixpath.dirname(found.path), file))
            if name in own and not encrypted(_content(root, name)):
                plain.append(TrackedSecretFile(found.path, line, git.shown(name)))
    return SecretsManagement(
        len(founds),
        tuple(dict.fromkeys(one for found in founds for one in found.references)),
        tuple(dict.fromkeys(one for found in founds for one in found.secrets)),
        tuple(dict.fromkeys(one for found in founds for one in found.plain_files)),
        tuple(dict.fromkeys(plain)),
        gaps,
    )


def _content(root: Path, name: str) -> bytes:
    try:
        return content(root, name) or b""
    except OSError:
        return b""


def _is_frontend(name: str, own: frozenset[str]) -> bool:
    """Whether a file belongs to an application of JavaScript: that of the nearest package.json, no Python beside it."""
    folder = posixpath.dirname(name)
    while True:
        here = {posixpath.join(folder, mark) for mark in ("pyproject.toml", "requirements.txt")}
        if here & own:
            return False
        if posixpath.join(folder, "package.json") in own:
            return True
        if not folder:
            return False
        folder = posixpath.dirname(folder)


def _wanted(name: str) -> bool:
    base = PurePosixPath(name).name.lower()
    if env_file(name) is not None:
        return not name.startswith(("node_modules/", "vendor/"))
    if aside(name) and not name.startswith((".github/", "supabase/")):
        return False
    if base.endswith((".py", *_SCRIPTS)):
        return not re.search(r"(?:^|[._-])(?:test|tests|spec|stories|conftest)(?:$|[._-])", base)
    return bool(
        base.endswith((".yml", ".yaml", ".json", ".sh", ".service", ".sql", ".conf", ".hcl", ".tf", ".bash"))
        or _DOCKERFILE.fullmatch(base)
        or base
        in ("procfile", "makefile", "justfile", "config.toml", "netlify.toml", ".envrc", "entrypoint", "taskfile")
    ) and not base.endswith(("-lock.json", "-lock.yaml", ".lock", "tsconfig.json"))


def _read(found: Found, name: str, data: bytes) -> None:
    base = PurePosixPath(name).name.lower()
    scope = Scope.DEVELOPMENT if DEVELOPMENT.search(name.lower()) else Scope.RUNTIME
    by = encrypted(data)
    text = text_of(data)
    if env_file(name) is not None and base != ".envrc":
        _of_env_file(found, name, text, by, scope)
    elif by:
        found.refer(by, 1, "an encrypted file", *_keys(text), scope=scope)
    elif base in _BINDINGS:
        found.refer(_BINDINGS[base], 1, base, reach=Reach.PRESENT)
    elif base.endswith((".yml", ".yaml")):
        _of_yaml(found, name, base, text, scope)
    elif base == "package.json":
        _of_package(found, text)
    elif base == "config.toml":
        code.of_supabase_config(found, text) if "supabase" in name.split("/") else None
    elif base.endswith((".tf", ".hcl", ".tf.json")):
        of_terraform(found, text[:MAX_CODE], scope)
    elif base in _PLATFORMS:
        _of_platform(found, base, text)
    elif reader := next((read for ends, read in _READERS if base.endswith(ends)), None):
        reader(found, text[:MAX_CODE])
    else:
        of_commands(found, text, scope)


_PLATFORMS = {"vercel.json": "Vercel", "netlify.toml": "Netlify"}


def _of_platform(found: Found, base: str, text: str) -> None:
    """A host of frontends: what it starts has no other environment than the one that it keeps."""
    if base.endswith(".json"):
        descriptors.of_json(found, text)
    manager = _PLATFORMS[base]
    found.refer(manager, 1, f"{base}: {manager} keeps the variables of what it hosts", reach=Reach.FRONTEND)


_READERS: tuple[tuple[tuple[str, ...], Callable[[Found, str], None]], ...] = (
    ((".py",), code.of_python),
    (_SCRIPTS, code.of_script),
    ((".sql",), code.of_sql),
    ((".service",), descriptors.of_unit),
    ((".json",), descriptors.of_json),
)


def _of_env_file(found: Found, name: str, text: str, by: str, scope: Scope) -> None:
    example = env_file(name) is EnvFile.EXAMPLE
    if env_file(name) is EnvFile.STAGE:
        return
    if by:
        found.refer(by, 1, "an encrypted .env file", *_keys(text), scope=scope)
        return
    for value in env_values(text):
        if manager := descriptors.by_value(value.text):
            found.refer(manager, value.line, f"a reference in {value.key}", value.key, scope=scope)
        else:
            found.name(value.key, value.line, Naming.EXAMPLE if example else Naming.READ)


def _keys(text: str) -> list[str]:
    """Names of variables in an encrypted file: SOPS and dotenvx leave them readable."""
    names = re.findall(r"(?m)^[ \t]*[\"']?([A-Za-z_]\w{1,80})[\"']?[ \t]*[:=][ \t]*[\"']?(?:ENC\[|encrypted:)", text)
    return [name for name in names if not name.lower().startswith("sops")]


def _of_yaml(found: Found, name: str, base: str, text: str, scope: Scope) -> None:
    if re.fullmatch(r"\.(?:github|gitea|forgejo)/workflows/[^/]+", name):
        descriptors.of_workflow(found, text)
    elif _GITLAB.search(name):
        descriptors.of_gitlab(found, text)
    elif base in ("render.yaml", "render.yml"):
        descriptors.of_render(found, text)
    elif _COMPOSE.fullmatch(base):
        descriptors.of_compose(found, text, scope)
    elif "{{" in text or base.startswith("values"):
        of_chart(found, text[:MAX_CODE], scope)
    elif not name.startswith(".github/"):
        descriptors.of_manifests(found, text, scope)


def _of_package(found: Found, text: str) -> None:
    try:
        scripts = json.loads(text).get("scripts")
    except (ValueError, RecursionError, AttributeError):
        return
    for key, command in scripts.items() if isinstance(scripts, dict) else ():
        if isinstance(command, str):
            scope = Scope.RUNTIME if re.match(r"start|serve|prod|deploy|build", key) else Scope.DEVELOPMENT
            at = text.count("\n", 0, max(0, text.find(f'"{key}"'))) + 1
            of_commands(found, command.replace("\n", " "), scope, at)
