"""Reads tracked environment and compose files."""

from __future__ import annotations

import asyncio
import codecs
import fnmatch
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from auditor.checklist.model import Environment
from auditor.errors import Unavailable
from auditor.facts.repository import SecretLiteral, SecretLiterals
from auditor.model import Gap
from auditor.probes import surfaces
from auditor.probes.net.threads import in_daemon_thread
from auditor.probes.secrets.jwt import jwt_role, jwts
from auditor.redact import secret_shape
from auditor.registry import probe

ENV_FILES = (".env", ".env.*", "*.env")
COMPOSE_FILES = ("docker-compose*.yml", "docker-compose*.yaml", "compose*.yml", "compose*.yaml")
_EXAMPLES = ("*.example", "*.sample", "*.template", "*.dist", "*example*", "*sample*")
MAX_BYTES = 1_000_000
MAX_YAML = 200_000
"""Bytes of a compose file. PyYAML takes up to 35 s for a megabyte: the other files would be lost with it."""
_SHORTEST = 4

_SECRET_NAME = re.compile(
    r"PASSW|PWD$|SECRET|TOKEN|PRIVATE|CREDENTIAL|SERVICE_?(?:ROLE_?)?KEY|API_?KEY|ACCESS_?KEY|SIGNING_?KEY|ENCRYPTION_?KEY"
    r"|_DSN$|DATABASE_URL|DB_URL|POSTGRES_URL|REDIS_URL|MONGO",
    re.IGNORECASE,
)
_PUBLIC_NAME = re.compile(r"ANON|PUBLISHABLE|PUBLIC_KEY|SITE_KEY|_FILE$|EXPIRE|_TTL$|LENGTH|SENTRY_DSN", re.IGNORECASE)
_PLACEHOLDER = re.compile(
    r"^(?:<.*>|\*+|x{3,}|\.{3}|todo|(?:your|my|replace)[-_ ].*|(?:change[-_ ]?me|example|dummy|placeholder).*)$",
    re.IGNORECASE,
)
_REFERENCE = re.compile(
    r"(?P<dollar>\$\$)|\$\{[A-Za-z_]\w*(?:(?P<how>:?[-?+])(?P<word>(?:[^{}]|\{[^{}]*\})*))?\}|(?<![\w$])\$[A-Za-z_]\w*"
)
"""``${NAME}``, with or without a default, and ``$NAME`` where a word may start; ``$$`` is a dollar sign."""
LONGEST = 20_000
"""Characters of a value in which references are looked for."""
_ASSIGNMENT = re.compile(r"\s*(?:export\s+)?([A-Za-z_][\w.]*)\s*=(.*)", re.DOTALL)
_QUOTED = re.compile(r"\"((?:[^\"\\]++|\\.)*+)\"|'([^']*)'")
_PATH = re.compile(r"\.{0,2}(?:/[\w.@-]+)+/?")


@dataclass(frozen=True, slots=True)
class Value:
    """Something that a file gives to a name."""

    line: int
    key: str
    text: str
    refers: bool = True
    """Whether ``${NAME}`` in it is a reference."""


@probe(deadline=20.0)
async def secret_literals(environment: Environment) -> SecretLiterals:
    """Secret literals in the tracked .env and compose files of the repository."""
    root = surfaces.repository(environment)
    tracked = await tracked_files(root)
    return await in_daemon_thread(_read, root, tracked)


async def tracked_files(root: Path) -> tuple[str, ...]:
    """The files that git tracks below a folder, relative to it.

    Raises:
        Unavailable: no git here, or no repository.
    """
    try:
        process = await asyncio.create_subprocess_exec(
            *("git", "-c", "core.fsmonitor=false", "-C", str(root), "ls-files", "-z"),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
    except OSError as error:
        raise Unavailable(f"git cannot be started: {error.strerror}", "install git where the audit runs") from None
    try:
        out, said = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        reason = said.decode("utf-8", "replace").strip().splitlines()[-1:] or ["no reason given"]
        raise Unavailable(
            f"git cannot list the files of {root}: {reason[0]}", "point `repository` at a checkout of the project"
        )
    return tuple(sorted(name for name in out.decode("utf-8", "surrogateescape").split("\0") if name))


def _read(root: Path, tracked: tuple[str, ...]) -> SecretLiterals:
    files: list[str] = []
    literals: list[SecretLiteral] = []
    gaps: list[Gap] = []
    for name in tracked:
        finder = _finder(Path(name).name)
        if finder is None:
            continue
        # names are bytes to git, and no report can hold all of them
        shown = name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        try:
            data = content(root / name)
            if data is None:
                continue
            if finder is compose_literals and len(data) > MAX_YAML:
                gaps.append(Gap(shown, f"{shown} is longer than {MAX_YAML} bytes: it was not read"))
                continue
            literals += finder(shown, text_of(data[:MAX_BYTES]))
            files.append(shown)
            if len(data) > MAX_BYTES:
                gaps.append(Gap(shown, f"{shown} is longer than {MAX_BYTES} bytes: the rest was not read"))
        except OSError as error:
            gaps.append(Gap(shown, f"{shown} cannot be read: {error.strerror}"))
        except (yaml.YAMLError, RecursionError):
            gaps.append(Gap(shown, f"{shown} is not YAML that can be read", "check it with `docker compose config`"))
    return SecretLiterals(tuple(files), tuple(literals), tuple(gaps))


def content(path: Path) -> bytes | None:
    """What a tracked file holds; None when it is deleted in this checkout, or only points elsewhere."""
    if path.is_symlink() or not path.is_file():
        return None
    with path.open("rb") as stream:
        return stream.read(MAX_BYTES + 1)


def text_of(data: bytes) -> str:
    """The text of a file, as editors and shells write it."""
    # what PowerShell writes with ">"
    encoding = "utf-16" if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"
    return data.decode(encoding, "replace")


def _finder(name: str) -> Callable[[str, str], list[SecretLiteral]] | None:
    lower = name.lower()
    if any(fnmatch.fnmatch(lower, pattern) for pattern in _EXAMPLES):
        return None
    if any(fnmatch.fnmatch(lower, pattern) for pattern in ENV_FILES):
        return env_literals
    if any(fnmatch.fnmatch(lower, pattern) for pattern in COMPOSE_FILES):
        return compose_literals
    return None


def env_literals(path: str, text: str) -> list[SecretLiteral]:
    """Secret literals of a .env file."""
    return [literal for one in env_values(text) for literal in _literal(path, one.line, one.key, one.text, one.refers)]


def env_values(text: str) -> Iterator[Value]:
    """What the lines of a .env file assign."""
    for number, line in enumerate(text.splitlines(), 1):
        if match := _ASSIGNMENT.fullmatch(line):
            value = match[2].strip()
            quoted = _QUOTED.match(value)
            value = quoted[1] or quoted[2] or "" if quoted else value.split(" #")[0].strip()
            # in single quotes everything means itself
            yield Value(number, match[1], value, refers=not quoted or quoted[2] is None)


def compose_literals(path: str, text: str) -> list[SecretLiteral]:
    """Secret literals of a compose file, in maps and in ``KEY=value`` lists.

    Raises:
        yaml.YAMLError: it is not YAML.
    """
    return [literal for one in compose_values(text) for literal in _literal(path, one.line, one.key, one.text)]


def compose_values(text: str) -> Iterator[Value]:
    """Every scalar of a compose file, with the key that it is given to.

    Raises:
        yaml.YAMLError: it is not YAML.
    """
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except (ValueError, OverflowError) as error:  # PyYAML's own: numbers of versions and of characters without end
        raise yaml.YAMLError(str(error)) from None
    for key, node in _scalars(root):
        yield Value(node.start_mark.line + 1, key, node.value)


def _scalars(root: yaml.Node | None) -> Iterator[tuple[str, yaml.ScalarNode]]:
    """Every scalar with each key that it is given to. An alias is the same node again: its inside is visited once."""
    visited: set[tuple[int, str]] = set()
    stack: list[tuple[str, yaml.Node]] = [("", root)] if root is not None else []
    while stack:
        key, node = stack.pop()
        visit = (id(node), key if isinstance(node, yaml.ScalarNode) else "")
        if visit in visited:
            continue
        visited.add(visit)
        if isinstance(node, yaml.MappingNode):
            stack += [(str(k.value) if isinstance(k, yaml.ScalarNode) else "", v) for k, v in node.value]
        elif isinstance(node, yaml.SequenceNode):
            stack += [("", entry) for entry in node.value]
        elif isinstance(node, yaml.ScalarNode):
            if not key and (match := _ASSIGNMENT.fullmatch(node.value)):
                key = match[1]
                node = yaml.ScalarNode(node.tag, match[2].strip(), node.start_mark, node.end_mark)
            yield key, node


def _literal(path: str, line: int, key: str, value: str, refers: bool = True) -> Iterator[SecretLiteral]:
    if refers and len(value) <= LONGEST:
        value, open_ = written_out(value)
        if open_ and not secret_shape(value):
            return  # part of it comes from elsewhere
    if len(value) < _SHORTEST or _PLACEHOLDER.match(value) or value.lower() in ("true", "false", "none", "null"):
        return
    kind = _kind(key, value)
    if kind:
        yield SecretLiteral(path, line, key, kind, len(value))


def written_out(value: str) -> tuple[str, bool]:
    """What a value is when no variable is set, and whether it then lacks something."""
    open_ = False

    def put(found: re.Match[str]) -> str:
        nonlocal open_
        if found["dollar"]:
            return "$"
        if found["how"] and "?" not in found["how"]:
            word, inner = written_out(found["word"])
            open_ = open_ or inner
            return word
        open_ = True
        return ""

    return _REFERENCE.sub(put, value), open_


def _kind(key: str, value: str) -> str:
    shape = secret_shape(value)
    if shape == "JWT" and {jwt_role(payload) for _, _, payload in jwts(value)} == {"anon"}:
        return ""  # the anon key is public by design
    if shape:
        return shape
    if not _SECRET_NAME.search(key) or _PUBLIC_NAME.search(key):
        return ""
    if "://" in value or _PATH.fullmatch(value):
        return ""  # a URL without a password, or the path of a secret's file
    return "value of a secret variable"
