"""Reads whom tracked files let in: variables, arguments of middleware, and headers in configuration."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from auditor.facts.cors_settings import EVERYONE, REFLECTED, CorsSetting
from auditor.probes.env_names import aside
from auditor.probes.named_urls import in_production
from auditor.probes.repository import COMPOSE_FILES, ENV_FILES, Value, compose_values, env_values, written_out
from auditor.probes.repository.values import Lines

_PYTHON = ("*.py",)
_SCRIPTS = ("*.js", "*.mjs", "*.cjs", "*.ts", "*.mts", "*.cts")
_NGINX = ("nginx*.conf*", "*.nginx", "*.conf", "*.conf.template")
_FRONTEND = re.compile(r"next\.config\.|vercel\.json|netlify\.toml|nuxt\.config\.|vite\.config\.")
_NAME = re.compile(r"\w*(?:CORS\w*|ALLOW(?:ED)?_?ORIGINS?|(?:CLIENT|FRONTEND|WEB|APP)_ORIGINS?)", re.IGNORECASE)
_OTHER = re.compile(r"CSRF|REGEX|PATTERN|METHOD|HEADER|CREDENTIAL|MAX_?AGE|EXPOSE|ENABLE", re.IGNORECASE)
_ORIGIN = re.compile(r"https?://(?:\[[0-9a-f:.]{2,45}\]|[a-z0-9._-]{1,253})(?::\d{1,5})?/?", re.IGNORECASE)
_STRINGS = re.compile(r"\"([^\"\n]{0,300})\"|'([^'\n]{0,300})'|`([^`\n]{0,300})`")
_LIST = r"(?P<value>\[[^\]]{0,5000}\]|\"[^\"\n]{0,500}\"|'[^'\n]{0,500}')"
_ARGUMENT = re.compile(
    r"(?<![\w.])(?P<key>\w{0,60})(?:\s{0,5}:\s{0,5}[\w\[\], |]{1,60})?\s{0,5}=\s{0,5}" + _LIST, re.IGNORECASE
)
_PROPERTY = re.compile(r"(?<![\w.$])(?P<key>origins?)[\"']?\s{0,5}:\s{0,5}" + _LIST)
_HEADER = re.compile(
    r"(?P<key>Access-Control-Allow-Origin)[\"']?\s{0,9}(?:[,:=]\s{0,99})?(?:[\"']?value[\"']?\s{0,9}:\s{0,9})?"
    r"[\"'](?P<value>[^\"'\n]{1,300})[\"']",
    re.IGNORECASE,
)
_ADD_HEADER = re.compile(
    r"(?m)^(?!\s{0,200}#).{0,200}?add_header\s{1,20}[\"']?(?P<key>Access-Control-Allow-Origin)[\"']?\s{1,20}"
    r"(?P<value>[^\s;]{1,300})",
    re.IGNORECASE,
)
_SERVER = re.compile(
    r"[\"'](?:express|fastify|@fastify/cors|koa|@koa/cors|hono|@nestjs/core|@hapi/hapi)[\"']|enableCors"
)
_CHOOSES = re.compile(r"if\s{0,9}\(\s{0,9}\$http_origin|map\s{1,9}[\"']?\$http_origin")
MOST = 300
"""Settings that are kept."""


@dataclass(frozen=True, slots=True)
class Reader:
    """How a file is read."""

    read: Callable[[str], Iterator[tuple[int, str, tuple[str, ...]]]]
    """Line, key and origins."""


def reader_of(name: str) -> Reader | None:
    """The reader of a tracked file; None: it says nothing of the API's CORS.

    What a frontend's own configuration says is about the frontend's files.
    """
    lower = PurePosixPath(name).name.lower()
    if _FRONTEND.search(lower):
        return None
    if any(fnmatch.fnmatch(lower, pattern) for pattern in ENV_FILES):
        return Reader(lambda text: _of_values(env_values(text)))
    if any(fnmatch.fnmatch(lower, pattern) for pattern in COMPOSE_FILES):
        return Reader(lambda text: _of_values(compose_values(text)))
    if aside(name):
        return None
    for patterns, read in ((_PYTHON, _of_python), (_SCRIPTS, _of_scripts), (_NGINX, _of_nginx)):
        if any(fnmatch.fnmatch(lower, pattern) for pattern in patterns):
            return Reader(read)
    return None


def read_settings(name: str, text: str) -> tuple[CorsSetting, ...]:
    """The settings of one file.

    Args:
        name: its path.
        text: what it holds.

    Raises:
        YAMLError: a compose file that is no YAML.
    """
    reader = reader_of(name)
    if reader is None:
        return ()
    found = [
        CorsSetting(name, line, key, origins, in_production(name))
        for line, key, origins in reader.read(text)
        if origins
    ]
    return tuple(dict.fromkeys(found))[:MOST]


def _of_values(values: Iterator[Value]) -> Iterator[tuple[int, str, tuple[str, ...]]]:
    for value in values:
        key = value.key or value.within
        if _is_setting(key):
            yield value.line, key, origins_of(written_out(value.text[:5000], "…")[0])


def _of_python(text: str) -> Iterator[tuple[int, str, tuple[str, ...]]]:
    if "cors" not in text.lower():
        return
    lines = Lines(text)
    for found in _ARGUMENT.finditer(text):
        if _is_setting(found["key"]) or found["key"].lower() == "origins":
            yield lines.place(found.start("key"))[0], found["key"], _strings(found["value"])


def _of_scripts(text: str) -> Iterator[tuple[int, str, tuple[str, ...]]]:
    if not _SERVER.search(text):
        return  # of the frontend's own routes, or of functions elsewhere: the API's answers are none of theirs
    lines = Lines(text)
    if re.search(r"\bcors\b", text, re.IGNORECASE):
        for found in _PROPERTY.finditer(text):
            yield lines.place(found.start("key"))[0], found["key"], _strings(found["value"])
    for found in _HEADER.finditer(text):
        yield lines.place(found.start("key"))[0], found["key"], origins_of(found["value"])


def _of_nginx(text: str) -> Iterator[tuple[int, str, tuple[str, ...]]]:
    lines = Lines(text)
    for found in _ADD_HEADER.finditer(text):
        value = found["value"].strip("\"'")
        if value == REFLECTED and _CHOOSES.search(text):
            continue  # a condition decides
        origins = (REFLECTED,) if value == REFLECTED else origins_of(value)
        yield lines.place(found.start("key"))[0], found["key"], origins


def _is_setting(key: str) -> bool:
    return bool(_NAME.fullmatch(key)) and not _OTHER.search(key)


def _strings(text: str) -> tuple[str, ...]:
    parts = [next(filter(None, found.groups()), "") for found in _STRINGS.finditer(text)]
    return tuple(dict.fromkeys(origin for part in parts for origin in origins_of(part)))


def origins_of(text: str) -> tuple[str, ...]:
    """The origins of a value: one, several with commas or blanks between, or a list in JSON."""
    found: dict[str, None] = {}
    for part in re.split(r"[\s,;\[\]\"'()]+", text):
        if part in (EVERYONE, "null"):
            found[part] = None
        elif _ORIGIN.fullmatch(part):
            scheme, _, rest = part.rstrip("/").partition("://")
            default = {"https": ":443", "http": ":80"}[scheme.lower()]
            found[f"{scheme}://{rest.removesuffix(default)}".lower()] = None
    return tuple(found)
