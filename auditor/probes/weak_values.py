"""Judges the credentials that the audit holds, and those that the repository writes out, by their values."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

import yaml

from auditor.checklist.model import Environment
from auditor.errors import Unavailable
from auditor.facts.weak_values import JudgedValue, Weakness, WeakValues
from auditor.model import Gap
from auditor.probes import git, surfaces
from auditor.probes.env_names import DEVELOPMENT, EnvFile, aside, env_file
from auditor.probes.managers.lines import lines_of
from auditor.probes.net.threads import in_daemon_thread
from auditor.probes.repository import (
    MAX_BYTES,
    content,
    env_values,
    is_within,
    text_of,
    tracked_files,
    written_out,
)
from auditor.probes.repository.judge import stands_for_nothing
from auditor.probes.repository.names import is_secret_variable
from auditor.probes.weak_words import judge, jwt
from auditor.probes.yaml_nodes import Unreadable, documents, entries, get, line, pairs, scalar
from auditor.redact import Secret
from auditor.registry import probe

_COMPOSE = re.compile(r"(?:docker-)?compose.*\.ya?ml", re.IGNORECASE)
_PRODUCTION = re.compile(r"(?:^|[._-])prod(?:uction)?(?:$|[._-])", re.IGNORECASE)
_FALLBACK = re.compile(
    r"(?:process\.env|import\.meta\.env)(?:\.(\w{1,100})|\[[\"'](\w{1,100})[\"']\])\s{0,20}(?:\|\||\?\?)\s{0,20}"
    r"([\"'`])([^\"'`\n\\]{1,300})\3"
)
_SETTINGS = re.compile(r"(?:^|[/_.-])(?:settings|config|conf|secrets)(?:[/_.-]|$)", re.IGNORECASE)
"""Python whose names in capitals are settings; elsewhere `PASSWORD = "password"` is a word like others."""
_PATH = re.compile(r"\.{0,2}(?:/[\w.@-]+)+/?")
MOST_FILES = 20_000


@probe(deadline=40.0)
async def weak_values(environment: Environment) -> WeakValues:
    """The credentials of the checklist and of the repository, judged by their values."""
    held = tuple(_held(environment))
    try:
        root = surfaces.repository(environment)
        tracked = await tracked_files(root)
    except Unavailable as unavailable:
        if not held:
            raise
        absent = "repository" in environment.absent
        return WeakValues(held, gaps=(Gap("repository", unavailable.reason, unavailable.hint, absent),))
    found = await in_daemon_thread(look, root, tracked)
    return WeakValues((*held, *found.values), found.files, found.gaps)


def _held(environment: Environment) -> Iterator[JudgedValue]:
    supabase = environment.supabase
    named: list[tuple[str, Secret | None]] = [
        ("database", environment.database),
        ("auditor_database", environment.auditor_database),
        ("policy.cors.token", environment.cors_token),
    ]
    if supabase:
        named += [("supabase.service_key", supabase.service_key), ("supabase.anon_key", supabase.anon_key)]
    for place, secret in named:
        if secret:
            yield from judged(place, place.rpartition(".")[2].upper(), secret.reveal(), live=True)


def look(root: Path, tracked: tuple[str, ...]) -> WeakValues:
    """What the files of a checkout write out."""
    values: list[JudgedValue] = []
    gaps: list[Gap] = []
    files = 0
    for name, live in _files(root, tracked):
        shown = git.shown(name)
        if files >= MOST_FILES:
            gaps.append(Gap("*", f"only the first {MOST_FILES} files were read"))
            break
        try:
            data = content(root, name)
            if data is None:
                continue
            files += 1
            found = _of_file(name, text_of(data[:MAX_BYTES]))
            values += [one for line, key, text in found for one in judged(shown, key, text, line, live=live)]
            if _COMPOSE.fullmatch(PurePosixPath(name).name):
                values += _left_to_images(shown, text_of(data))
        except OSError as error:
            gaps.append(Gap(shown, f"{shown} cannot be read: {error.strerror}"))
        except Unreadable as unreadable:
            gaps.append(Gap(shown, f"{shown} {unreadable}"))
    return WeakValues(tuple(dict.fromkeys(values)), files, tuple(gaps))


def _files(root: Path, tracked: tuple[str, ...]) -> Iterator[tuple[str, bool]]:
    """Files that say how production runs, and whether they are production's by their name."""
    for name in tracked:
        base = PurePosixPath(name).name
        role = env_file(name)
        of_variables = role in (EnvFile.LIVE, EnvFile.LOCAL)
        of_compose = _COMPOSE.fullmatch(base) and not DEVELOPMENT.search(name)
        of_code = (
            base.lower().endswith((".py", ".js", ".mjs", ".cjs", ".ts", ".tsx", ".jsx")) and "test" not in base.lower()
        )
        if (of_variables or of_compose or of_code) and not aside(name):
            yield name, bool(_PRODUCTION.search(base))
    own = set(tracked)
    for folder in sorted({str(PurePosixPath(name).parent) for name in tracked} | {"."})[:500]:
        for path in sorted(_environment_files(root / folder)) if is_within(root, folder) else ():
            name = path.relative_to(root).as_posix()
            if name not in own and env_file(name) in (EnvFile.LIVE, EnvFile.LOCAL) and _PRODUCTION.search(path.name):
                yield name, True


def _environment_files(folder: Path) -> Iterator[Path]:
    try:
        yield from (path for path in folder.iterdir() if "env" in path.name.lower())
    except OSError:
        return


def _of_file(name: str, text: str) -> Iterator[tuple[int, str, str]]:
    base = PurePosixPath(name).name.lower()
    if base.endswith(".py"):
        yield from _python(text, settings=bool(_SETTINGS.search(name)))
    elif base.endswith(("js", "ts", "tsx", "jsx")):
        line_of = lines_of(text)
        for found in _FALLBACK.finditer(text):
            yield line_of(found.start()), found[1] or found[2], found[4]
    elif _COMPOSE.fullmatch(base):
        yield from _compose(text)
    else:
        for value in env_values(text):
            yield value.line, value.key, written_out(value.text)[0] if value.refers else value.text


def _python(text: str, *, settings: bool) -> Iterator[tuple[int, str, str]]:
    """Names of settings that get a text: ``SECRET_KEY: str = "…"``, ``Field("…")``, ``os.getenv("SECRET_KEY", "…")``."""  # noqa: E501
    if not settings and not re.search(r"Settings|env\w*\s*\(|environ", text, re.IGNORECASE):
        return  # most programs: parsing takes a while
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return  # a template, or of another Python: nothing runs it as it stands
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and any("Settings" in ast.unparse(base) for base in node.bases):
            yield from _assigned(node.body)
        elif isinstance(node, ast.Call) and len(node.args) == 2 and "env" in ast.unparse(node.func).lower():
            name, default = (getattr(argument, "value", None) for argument in node.args)
            if isinstance(name, str) and isinstance(default, str):
                yield node.lineno, name, default
    if settings:
        yield from _assigned(tree.body)


def _assigned(body: list[ast.stmt]) -> Iterator[tuple[int, str, str]]:
    for node in body:
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names = [target.id for target in targets if isinstance(target, ast.Name)]
            yield from ((node.lineno, name, value) for name in names for value in _texts(node.value))


def _texts(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("Field", "SecretStr"):
        for argument in [*node.args[:1], *(word.value for word in node.keywords if word.arg == "default")]:
            yield from _texts(argument)


def _compose(text: str) -> Iterator[tuple[int, str, str]]:
    for root in documents(text):
        for _, service in pairs(get(root, "services")):
            for name, node in _environment(service):
                yield line(node), name, written_out(scalar(node))[0]


def _environment(service: yaml.Node) -> Iterator[tuple[str, yaml.Node]]:
    given = get(service, "environment")
    yield from pairs(given)
    for entry in entries(given):
        name, _, value = scalar(entry).partition("=")
        yield name, yaml.ScalarNode("tag:yaml.org,2002:str", value, entry.start_mark, entry.end_mark)


_IMAGES = (
    # image, the variables one of which must be set, what happens otherwise, whether only when a port is open to others
    ("grafana", ("GF_SECURITY_ADMIN_PASSWORD", "GF_SECURITY_ADMIN_PASSWORD__FILE"), "admin's password is admin", False),
    ("minio", ("MINIO_ROOT_PASSWORD", "MINIO_ROOT_PASSWORD_FILE", "MINIO_SECRET_KEY"), "it is MinIO's default", True),
    ("rabbitmq", ("RABBITMQ_DEFAULT_PASS", "RABBITMQ_DEFAULT_PASS_FILE"), "guest's password is guest", True),
    ("mongo", ("MONGO_INITDB_ROOT_PASSWORD", "MONGO_INITDB_ROOT_PASSWORD_FILE"), "nobody is asked for one", True),
    ("redis", ("REDIS_PASSWORD", "REDIS_PASSWORD_FILE", "REDIS_ARGS"), "nobody is asked for one", True),
    ("valkey", ("VALKEY_PASSWORD", "VALKEY_PASSWORD_FILE", "VALKEY_EXTRA_FLAGS"), "nobody is asked for one", True),
)


def _left_to_images(place: str, text: str) -> Iterator[JudgedValue]:
    """Services of images that have a password of their own, or none, when they are given none."""
    for root in documents(text):
        for name, service in pairs(get(root, "services")):
            given = dict(_environment(service))
            image = scalar(get(service, "image")).split("@")[0].rpartition(":")[0] or scalar(get(service, "image"))
            product = image.rpartition("/")[2].lower()
            if "trust" in scalar(given.get("POSTGRES_HOST_AUTH_METHOD")).lower():
                why = "POSTGRES_HOST_AUTH_METHOD is trust: nobody is asked for one"
                yield JudgedValue(place, f"{name}: password", 0, Weakness.MISSING, why, line(service))
            for known, names, why, only_open in _IMAGES:
                told = any(one in given for one in names) or get(service, "env_file") or _asks_itself(service)
                if product.split("-")[0] == known and not told and (_is_open(service) or not only_open):
                    yield JudgedValue(place, f"{name}: {names[0]}", 0, Weakness.MISSING, why, line(service))


def _asks_itself(service: yaml.Node) -> bool:
    """Whether the command or a mounted file of settings may set a password."""
    words = " ".join(scalar(entry) for entry in entries(get(service, "command")))
    mounts = " ".join(scalar(entry) for entry in entries(get(service, "volumes")))
    return (
        any(word in words for word in ("requirepass", "aclfile", ".conf", "--auth"))
        or ".conf" in mounts
        or ".ini" in mounts
    )


def _is_open(service: yaml.Node) -> bool:
    """Whether a port is published on an address that others reach."""
    for entry in entries(get(service, "ports")):
        short = scalar(entry)
        address = (
            scalar(get(entry, "host_ip")) if not short else (short.rsplit(":", 2)[0] if short.count(":") > 1 else "")
        )
        if not address.strip("[]").startswith(("127.", "localhost", "::1")):
            return True
    return False


def judged(place: str, name: str, value: str, line: int = 0, *, live: bool = False) -> Iterator[JudgedValue]:
    """A value as far as it is a credential: a password in a URL, a token, or the value of a secret's name."""
    value = value.strip()
    if "://" in value:
        user, password = _of_url(value)
        if password and not (stands_for_nothing(password) and not live):
            yield _verdict(place, name, password, f"{name}_PASSWORD", user, line, live=live)
        return
    if not value or (not is_secret_variable(name) and not jwt(value)) or _PATH.fullmatch(value):
        return
    if stands_for_nothing(value) and not live and not value.lower().startswith(("your", "my")):
        return
    yield _verdict(place, name, value, name, "", line, live=live)


def _verdict(place: str, name: str, value: str, kind: str, user: str, line: int, *, live: bool) -> JudgedValue:
    weakness, why = judge(kind, value, user)
    return JudgedValue(place, name, len(value), weakness, why, line, live)


def _of_url(value: str) -> tuple[str, str]:
    try:
        parts = urlsplit(value)
        return unquote(parts.username or ""), unquote(parts.password or "")
    except ValueError:
        return "", ""
