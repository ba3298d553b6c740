"""Which files of a repository name public variables, and how each kind is read."""

from __future__ import annotations

import fnmatch
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from auditor.facts.names import LONGEST, NEEDLES, public_prefix
from auditor.probes.config_objects import Entry, entries_of, json_entries, objects
from auditor.probes.env_reads import OWN, env_reads
from auditor.probes.javascript import Kind
from auditor.probes.repository import env_values

WHOLE = "process.env"
"""Stands for the name where the whole environment is made public."""


@dataclass(frozen=True, slots=True)
class Found:
    """A name, where it stands, and what it is given. Short-lived: no fact holds it."""

    name: str
    line: int
    value: str = ""

    def __repr__(self) -> str:
        return f"Found({self.name!r}, {self.line})"


Read = Callable[[str, Sequence[str]], Iterable[Found]]
"""From the text of a file and the public prefixes of the project."""


@dataclass(frozen=True, slots=True)
class Reader:
    """How a kind of file is read."""

    source: str
    """What reports call it."""
    read: Read
    code: bool = False
    """It is source code, where only names count."""
    example: bool = False
    """Its values are made up."""


def reader_of(path: str) -> Reader | None:
    """How a file is read, by its name; None when it names no public variables.

    Args:
        path: below the repository.
    """
    name = PurePosixPath(path).name.lower()
    for reader, patterns in _READERS:
        if any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns):
            return reader
    if fnmatch.fnmatchcase(path.lower(), "*.github/workflows/*.y*ml") or "/.circleci/" in f"/{path.lower()}":
        return _CI
    return None


def project_prefixes(path: str, text: str) -> Iterator[str]:
    """The public prefixes that a project sets up for itself: ``envPrefix`` of Vite, ``publicPrefix`` of SvelteKit.

    Args:
        path: of the file.
        text: of it.
    """
    name = PurePosixPath(path).name.lower()
    if not any(fnmatch.fnmatchcase(name, pattern) for pattern in (*_BUNDLER, "svelte.config.*", "astro.config.*")):
        return
    for match in _PREFIX.finditer(text):
        yield from (word for word in re.findall(r"[\"'`]([A-Za-z][A-Za-z0-9_]{0,60}_)[\"'`]", match[1]))


def _dotenv(text: str, prefixes: Sequence[str]) -> Iterator[Found]:
    for one in env_values(text):
        if public_prefix(one.key, prefixes):
            yield Found(one.key, one.line, "" if one.refers and "$" in one.text else one.text)


def _code(text: str, prefixes: Sequence[str]) -> Iterator[Found]:
    """Names with a public prefix that source code reads."""
    lines = _Lines(text)
    for read in env_reads(text):
        if public_prefix(read.name, prefixes):
            yield Found(read.name, lines.of(read.start))


def _lines(text: str, prefixes: Sequence[str]) -> Iterator[Found]:
    """Names with a public prefix in YAML, TOML, JSON, Dockerfiles and scripts of shells, with what follows each."""
    waiting: Found | None = None
    for number, line in enumerate(text.splitlines(), 1):
        if waiting is not None:
            # ``- name: X`` and ``value: y`` stand in two lines
            given = _VALUE_LINE.match(line)
            yield Found(waiting.name, waiting.line, _plain(given[1])) if given else waiting
            waiting = None
        if line.lstrip().startswith(("#", "//", ";")) or not any(w in line for w in (*NEEDLES, *prefixes)):
            continue
        for match in _WORD.finditer(line[:_LONGEST_LINE]):
            if not public_prefix(match[0], prefixes) or _PART_OF.search(
                line[max(0, match.start() - 20) : match.start()]
            ):
                continue
            given = _GIVEN.match(line, match.end(), _LONGEST_LINE)
            if given:
                yield Found(match[0], number, _plain(given[1] or ""))
            elif _KEY_LINE.match(line[: match.start()]) and not line[match.end() :].strip("\"' ,"):
                waiting = Found(match[0], number)
            else:
                yield Found(match[0], number)
    if waiting is not None:
        yield waiting


def _plain(value: str) -> str:
    """A value without quotes and comments; nothing when it comes from elsewhere."""
    value = value.strip()
    if value[:1] in ("'", '"') and (end := value.find(value[0], 1)) > 0:
        value = value[1:end]
    else:
        value = value.split(" #")[0].strip().rstrip(",").rstrip("\\").strip()
        value = (value.split() or [""])[0].strip("'\"")
    return "" if "$" in value or "{{" in value or "secrets." in value else value


def _config(keys: Sequence[str], *, deep: bool = False) -> Read:
    """Everything that a configuration gives some keys, whatever it is called."""

    def read(text: str, prefixes: Sequence[str]) -> Iterator[Found]:
        yield from _code(text, prefixes)
        lines = _Lines(text)
        for key in keys:
            for part in objects(text, key):
                yield from (one for one in _entries(entries_of(part, deep=deep), lines) if not OWN.fullmatch(one.name))
            if key == "env" and (whole := _ALL_OF_IT.search(text)):
                yield Found(WHOLE, lines.of(whole.start()))

    return read


def _entries(entries: Iterable[Entry], lines: _Lines) -> Iterator[Found]:
    for entry in entries:
        if entry.name.endswith("..."):
            if _is_environment(entry):
                yield Found(WHOLE, lines.of(entry.start))
        elif entry.given[:1] and entry.given[0].kind is Kind.MARK and entry.given[0].text == "{":
            continue  # settings by environment, and not a variable
        else:
            yield Found(entry.name, lines.of(entry.start), entry.value or _quoted(entry))


def _is_environment(entry: Entry) -> bool:
    words = [token.text for token in entry.given]
    return words[:3] == ["process", ".", "env"] and (len(words) == 3 or words[3] not in (".", "[", "?."))


def _quoted(entry: Entry) -> str:
    """The string of ``JSON.stringify("…")``."""
    words = entry.given
    if (
        len(words) == 6
        and [w.text for w in words[:4]] == ["JSON", ".", "stringify", "("]
        and words[4].kind is Kind.STRING
    ):
        return words[4].text
    return ""


def _bundler(text: str, prefixes: Sequence[str]) -> Iterator[Found]:
    """What ``define`` and webpack's DefinePlugin write into scripts."""
    lines = _Lines(text)
    yield from _code(text, prefixes)
    for key in ("define", "DefinePlugin", "EnvironmentPlugin"):
        for part in objects(text, key):
            for found in _entries(entries_of(part), lines):
                name = _DEFINED.sub("", found.name).strip("_")
                if found.name in ("process.env", "import.meta.env", WHOLE):
                    yield Found(WHOLE, found.line)
                elif name and not OWN.fullmatch(name) and not name.startswith("typeof "):
                    yield Found(name, found.line, found.value.strip("\"'"))
    for match in _ENVIRONMENT_PLUGIN.finditer(text):
        for word in re.finditer(r"[\"']([A-Za-z_]\w{0,100})[\"']", match[1]):
            if not OWN.fullmatch(word[1]):
                yield Found(word[1], lines.of(match.start(1) + word.start()))


def _next(text: str, prefixes: Sequence[str]) -> Iterator[Found]:
    yield from _config(("env", "publicRuntimeConfig"), deep=False)(text, prefixes)
    yield from (found for found in _bundler(text, prefixes) if not public_prefix(found.name, prefixes))


def _nuxt(text: str, prefixes: Sequence[str]) -> Iterator[Found]:
    yield from _config(("runtimeConfig.public", "publicRuntimeConfig"), deep=True)(text, prefixes)
    yield from _config(("env",))(text, ())
    yield from _bundler(text, ())


def _astro(text: str, prefixes: Sequence[str]) -> Iterator[Found]:
    """What the schema of Astro declares for clients."""
    yield from _bundler(text, prefixes)
    lines = _Lines(text)
    for part in objects(text, "schema"):
        for entry in entries_of(part):
            words = [token.text for token in entry.given]
            if "envField" in words[:1] and any(
                one == "context" and after == "client" for one, after in zip(words, words[2:], strict=False)
            ):
                default = next((words[i + 2] for i, word in enumerate(words[:-2]) if word == "default"), "")
                yield Found(entry.name, lines.of(entry.start), default)


def _expo(text: str, prefixes: Sequence[str]) -> Iterator[Found]:
    """``extra`` is in every copy of the app."""
    if text.lstrip()[:1] == "{":
        lines = _Lines(text)
        for entry in json_entries(text):
            _, inside, name = entry.name.partition("extra.")
            if inside and not name.startswith(("eas.", "router.")):
                yield Found(name, lines.of(entry.start), entry.value or "")
        return
    yield from _config(("extra",), deep=True)(text, prefixes)


_WORD = re.compile(rf"(?<![\w$-])[A-Za-z]\w{{1,{LONGEST}}}")
_LONGEST_LINE = 4_000
_GIVEN = re.compile(r"[\"']?\s{0,9}(?:\?|:|\+)?[:=](?!=)\s{0,9}(\S[^\n]*)?")
_KEY_LINE = re.compile(r"[\s-]{0,60}[\"']?(?:name|key|variable)[\"']?\s{0,9}[:=]\s{0,9}[\"']?\Z", re.IGNORECASE)
_VALUE_LINE = re.compile(r"\s{0,60}(?:-\s)?[\"']?value[\"']?\s{0,9}[:=]\s{0,9}(\S.*)", re.IGNORECASE)
_PART_OF = re.compile(r"(?:\$\{?|secrets\.|vars\.|env\.|\$\{\{\s{0,9})\Z")
_PREFIX = re.compile(
    r"(?:envPrefix|publicPrefix)[\"']?\s{0,9}[:=]\s{0,9}(\[[^\]]{0,400}\]|[\"'`][^\"'`\n]{0,60}[\"'`])"
)
_ALL_OF_IT = re.compile(r"(?<![\w$.])[\"']?env[\"']?\s{0,9}:\s{0,9}process\.env\s{0,9}[,}\n]")
_DEFINED = re.compile(r"^(?:process\.env\.|import\.meta\.env\.|globalThis\.|window\.|self\.)+")
_ENVIRONMENT_PLUGIN = re.compile(r"EnvironmentPlugin\(\s{0,9}\[([^\]]{0,4000})\]")

_BUNDLER = (
    "vite.config.*", "vitest.config.*", "webpack*.js", "webpack*.ts", "webpack*.mjs", "webpack*.cjs",
    "rollup.config.*", "rsbuild.config.*", "rspack.config.*", "esbuild*.js", "esbuild*.mjs", "tsup.config.*",
    "vue.config.*", "craco.config.*", "electron.vite.config.*", "farm.config.*", "config-overrides.js", "build.mjs",
    "build.js",
)  # fmt: skip
_CI = Reader("CI file", _lines)
_EXAMPLE = Reader(".env file", _dotenv, example=True)
_READERS: tuple[tuple[Reader, tuple[str, ...]], ...] = (
    (
        _EXAMPLE,
        (
            ".env*example*", ".env*sample*", ".env*template*", ".env*dist*", "*example*.env", "*sample*.env",
            "env.example*",
        ),
    ),
    (Reader(".env file", _dotenv), (".env", ".env.*", ".env-*", "*.env", ".envrc", ".dev.vars*", ".flaskenv")),
    (Reader("next.config", _next), ("next.config.*",)),
    (Reader("nuxt.config", _nuxt), ("nuxt.config.*",)),
    (Reader("astro.config", _astro), ("astro.config.*",)),
    (Reader("app.config", _expo), ("app.json", "app.config.js", "app.config.ts", "app.config.json")),
    (Reader("docusaurus.config", _config(("customFields",), deep=True)), ("docusaurus.config.*",)),
    (Reader("quasar.config", _config(("env",))), ("quasar.config.*", "quasar.conf.js")),
    (Reader("environment file", _config(("environment",), deep=True)), ("environment.ts", "environment.*.ts")),
    (Reader("bundler configuration", _bundler), _BUNDLER),
    (Reader("compose file", _lines), ("docker-compose*.y*ml", "compose*.y*ml")),
    (Reader("Dockerfile", _lines), ("dockerfile", "dockerfile.*", "*.dockerfile", "containerfile*", "dockerfile-*")),
    (
        _CI,
        (
            ".gitlab-ci*.yml", "*.gitlab-ci.yml", "bitbucket-pipelines.yml", "azure-pipelines*.y*ml", ".drone.yml",
            ".travis.yml", "cloudbuild*.y*ml", "buildspec*.y*ml", "amplify.y*ml", "jenkinsfile*", "appveyor.yml",
            "codemagic.yaml", "eas.json",
        ),
    ),
    (
        Reader("deployment file", _lines),
        (
            "vercel.json", "now.json", "netlify.toml", "wrangler.toml", "wrangler.json*", "fly.toml", "render.yaml",
            "app.yaml", "app.yml", "railway.*", "firebase.json", "apphosting*.yaml", "turbo.json", "nx.json",
            "project.json", "ecosystem.config.*", "*.tf", "*.tfvars", "serverless*.y*ml", "values*.y*ml",
            "deployment*.y*ml", "configmap*.y*ml", "*.sh", "makefile", "justfile", "package.json", "procfile",
        ),
    ),
    (
        Reader("source file", _code, code=True),
        ("*.js", "*.jsx", "*.mjs", "*.cjs", "*.ts", "*.tsx", "*.mts", "*.cts", "*.vue", "*.svelte", "*.astro"),
    ),
)  # fmt: skip


class _Lines:
    """Lines of a text, counted from 1."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *(found.end() for found in re.finditer("\n", text))]

    def of(self, at: int) -> int:
        return bisect_right(self._starts, at)
