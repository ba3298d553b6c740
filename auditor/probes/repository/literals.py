"""Reads the tracked files of the repository, and searches all of them by shape."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import yaml

from auditor.checklist.model import Environment
from auditor.facts.repository import (
    DEFAULT_VALUE,
    ReadFile,
    SecretLiteral,
    SecretLiterals,
    Source,
    Sweep,
    UnreadFile,
)
from auditor.facts.sightings import Nature, Sighting
from auditor.facts.weak_values import Weakness
from auditor.model import Severity
from auditor.probes import env_names, git, surfaces, weak_words
from auditor.probes.net.threads import in_daemon_thread
from auditor.probes.repository.javascript import script_values
from auditor.probes.repository.judge import (
    NAMED,
    Judged,
    is_default,
    is_demo_key,
    is_local,
    is_placeholder,
    judge,
)
from auditor.probes.repository.keyfiles import ENCRYPTED, key_file
from auditor.probes.repository.kinds import LOCK_FILES, VENDORED, Kind, is_example, kind_of
from auditor.probes.repository.names import shown_key
from auditor.probes.repository.python import python_values
from auditor.probes.repository.shapes import Shapes, scanner
from auditor.probes.repository.tracked import MAX_BYTES, Lying, content, lying, tracked_files
from auditor.probes.repository.values import Value, text_of, written_out
from auditor.probes.repository.worth import worth_parsing
from auditor.probes.repository.yamls import MAX_YAML
from auditor.probes.secrets.known import known_values
from auditor.registry import probe

MAX_FILE = 16_000_000
"""Bytes of a file that are searched by shape."""
MAX_SWEEP = 500_000_000
"""Bytes of all files together."""
MAX_SECONDS = 60.0
_MOST = 200
"""Literals of one file: more of them say nothing more."""
_HEAD = 8_000
_LFS, _LFS_MOST = b"version https://git-lfs.github.com/spec/v1\n", 1024
"""How a pointer begins, and its most bytes: https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md"""
_DESCRIPTIONS = re.compile(rb"^kind: CustomResourceDefinition\b", re.MULTILINE)
"""Megabytes of what fields of manifests mean."""
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_OF_NAMES = ("name", "named-secret", "named-key")
"""Rules by names: where a reader knows what names there are, it knows better."""
_OF_FIXTURES = re.compile(r"variable called|JWT|role key|password|private key|supabase_admin", re.IGNORECASE)
"""Kinds that tests make up for themselves; a token of a provider is one wherever it stands."""


@probe(deadline=75.0)
async def secret_literals(environment: Environment) -> SecretLiterals:
    """Secret literals in the tracked files of the repository."""
    root = surfaces.repository(environment)
    tracked = await tracked_files(root)
    return await in_daemon_thread(lambda: read_files(root, tracked, scanner(known_values(environment))))


@dataclass(slots=True)
class _Gathering:
    """What was found so far."""

    files: list[ReadFile] = field(default_factory=list)
    literals: list[SecretLiteral] = field(default_factory=list)
    unread: list[UnreadFile] = field(default_factory=list)
    searched: int = 0
    size: int = 0
    binary: int = 0
    vendored: int = 0
    gone: int = 0
    left: dict[tuple[str, Source], list[str]] = field(default_factory=dict)
    """Files that were not searched, by why and what they are."""


def read_files(
    root: Path,
    tracked: tuple[str, ...],
    shapes: Shapes | None = None,
    *,
    max_bytes: int = MAX_SWEEP,
    max_seconds: float = MAX_SECONDS,
) -> SecretLiterals:
    """Every secret literal of the files.

    Args:
        root: the repository.
        tracked: files below it, relative to it.
        shapes: recognises tokens in bytes; by default by the table of rules.
        max_bytes: of all files together.
        max_seconds: after which no further file is begun; those that matter most come first.
    """
    shapes = shapes or scanner()
    gathering, end = _Gathering(), time.monotonic() + max_seconds
    for name in sorted(tracked, key=lambda name: (_rank(name), name)):
        if gathering.size >= max_bytes or time.monotonic() >= end:
            _leave(gathering, name, _BOUND)
        elif VENDORED.search(name) or LOCK_FILES.search(name):
            gathering.vendored += 1
        else:
            _file(gathering, root, name, shapes)
    gathering.unread += _untold(gathering, f"{max_bytes} bytes or {max_seconds:g} seconds were reached")
    sweep = Sweep(
        *(gathering.searched, gathering.size, gathering.binary, gathering.vendored, gathering.gone),
        *(MAX_FILE, max_bytes, max_seconds),
    )
    return SecretLiterals(
        tuple(sorted(gathering.files, key=lambda file: file.path)),
        tuple(sorted(gathering.literals, key=lambda one: (one.path, one.line, one.column, one.key))),
        tuple(gathering.unread),
        len(tracked),
        sweep,
    )


def _rank(name: str) -> int:
    source = kind_of(name).source
    return 2 if source is Source.OTHER else 1 if source is Source.CODE else 0


_BOUND = ""
_GONE = "not in this checkout"
_SUBMODULE = "repositories of their own, as submodules"
_POINTER = "in Git LFS, and only pointers to them are here"
_HINTS = {
    _BOUND: "point `repository` at the part that is deployed",
    _GONE: "check all of it out: `git sparse-checkout disable`, `git restore .`",
    _SUBMODULE: "audit each with a checklist of its own, and waive this with that as the reason",
    _POINTER: "fetch what they stand for: `git lfs pull`",
}
_NAMED = 5
"""Files that are named, of those that were left out for one reason."""


def _leave(gathering: _Gathering, name: str, why: str) -> None:
    source = Source.KEY_FILE if env_names.key_file(name) else kind_of(name).source
    gathering.left.setdefault((why, source), []).append(git.shown(name))


def _untold(gathering: _Gathering, bound: str) -> Iterator[UnreadFile]:
    """What was left out, one for each reason and kind of file."""
    for (why, source), names in gathering.left.items():
        named = ", ".join(names[:_NAMED]) + (", …" if len(names) > _NAMED else "")
        about = f"they are {why}" if why else bound
        reason = f"{len(names)} tracked files were not searched ({named}): {about}"
        yield UnreadFile(names[0] if len(names) == 1 else "*", source, reason, _HINTS[why])


def _read(gathering: _Gathering, root: Path, name: str, kind: Kind) -> bytes | None:
    """What a file holds; None when that cannot be searched, which is told where it may matter."""
    try:
        data = content(root, name, MAX_FILE)
    except OSError as error:
        source = Source.KEY_FILE if env_names.key_file(name) else kind.source
        path = git.shown(name)
        gathering.unread.append(UnreadFile(path, source, f"{path} cannot be read: {error.strerror}"))
        return None
    if data is None:
        gathering.gone += 1
        if (place := lying(root, name)) in (Lying.GONE, Lying.FOLDER):
            _leave(gathering, name, _GONE if place is Lying.GONE else _SUBMODULE)
        return None
    if data.startswith(_LFS) and len(data) < _LFS_MOST:
        gathering.binary += 1
        if kind.reader is not None or env_names.key_file(name):
            _leave(gathering, name, _POINTER)
        return None
    return data


def _file(gathering: _Gathering, root: Path, name: str, shapes: Shapes) -> None:
    path, kind = git.shown(name), kind_of(name)
    data = _read(gathering, root, name, kind)
    if data is None:
        return
    if name.endswith((".yml", ".yaml")):
        kind = kind_of(name, data[:_HEAD])
        if _DESCRIPTIONS.search(data[:_HEAD]):
            kind = Kind(Source.OTHER, None, kind.development)
    if keys := key_file(name, data[:_HEAD]):
        severity = Severity.HIGH if keys.encrypted else Severity.CRITICAL
        what = f"{keys.kind}, encrypted" if keys.encrypted else keys.kind
        literal = SecretLiteral(path, 1, "", what, len(data), 1, Source.KEY_FILE, severity, kind.development)
        gathering.literals.append(literal)
        return
    if data.startswith(ENCRYPTED) or (b"\0" in data[:_HEAD] and not data.startswith(_UTF_16)):
        gathering.binary += 1
        return
    if len(data) > MAX_FILE:
        reason = f"{path} is longer than {MAX_FILE} bytes: the rest was not searched"
        gathering.unread.append(UnreadFile(path, Source.OTHER, reason))
    text = text_of(data[:MAX_FILE])
    values = list(_values(gathering, path, kind, text))
    gathering.searched += 1
    gathering.size += len(data)
    before = len(shapes.gaps)
    found = _told(path, kind, values, shapes.scan(text.encode("utf-8", "replace"), path), text)
    gathering.unread += [
        UnreadFile(path, kind.source, f"{path}: {gap.reason}", gap.hint) for gap in shapes.gaps[before:]
    ]
    gathering.literals += found[:_MOST]
    if len(found) > _MOST:
        gathering.unread.append(
            UnreadFile(path, kind.source, f"{path} holds more than {_MOST} literals: the rest is not told")
        )


def _values(gathering: _Gathering, path: str, kind: Kind, text: str) -> Iterator[Value]:
    if kind.reader is None:
        return
    yaml_ = kind.source in (Source.COMPOSE, Source.CI) and path.lower().endswith((".yml", ".yaml"))
    most = MAX_YAML if yaml_ else MAX_FILE if kind.source is Source.NOTEBOOK else MAX_BYTES
    if len(text) > most:
        if kind.source is Source.CODE:
            return  # data, or generated: searched by shape as all files are
        reason = f"{path} is longer than {most} bytes: " + ("it was not read" if yaml_ else "the rest was not read")
        gathering.unread.append(UnreadFile(path, kind.source, reason))
        if yaml_:
            return
    try:
        # most programs name no secret at all
        if kind.reader not in (script_values, python_values) or worth_parsing(text):
            yield from list(kind.reader(text[:most]))
    except (yaml.YAMLError, ValueError, RecursionError):
        form = "JSON" if kind.source is Source.NOTEBOOK else "YAML"
        hint = "check it with `docker compose config`" if kind.source is Source.COMPOSE else ""
        gathering.unread.append(UnreadFile(path, kind.source, f"{path} is not {form} that can be read", hint))
    else:
        gathering.files.append(ReadFile(path, kind.source))


def _told(path: str, kind: Kind, values: list[Value], sightings: list[Sighting], text: str) -> list[SecretLiteral]:
    """What the names tell and what the shapes tell, each literal once."""
    rows = text.split("\n")
    if kind.source is not Source.OTHER or is_example(path):
        sightings = [one for one in sightings if one.rule not in _OF_NAMES]
    by_line: dict[int, list[Sighting]] = {}
    for sighting in sightings:
        by_line.setdefault(sighting.line, []).append(sighting)
    found: dict[tuple[int, int, int | str], SecretLiteral] = {}
    taken: set[int] = set()
    for value in values:
        judged = judge(value)
        covered = [
            one
            for line in range(value.line, value.line + value.text.count("\n") + 2)
            for one in by_line.get(line, ())
            if _inside(one, value)
        ]
        taken |= {id(one) for one in covered if judged is not None}
        judged = _weak_or_not(kind, value, judged)
        if judged is None or (covered and all(one.nature is not Nature.SECRET for one in covered)):
            continue
        told = next((one for one in covered if one.nature is Nature.SECRET), None)
        shape = told if told is not None and judged.kind != DEFAULT_VALUE else None
        literal = SecretLiteral(
            *(
                path,
                value.line,
                shown_key(value.key),
                shape.kind if shape else judged.kind,
                judged.length,
                value.column,
                kind.source,
            ),
            severity=shape.severity if shape and not judged.local else judged.severity,
            development=judged.local or ((kind.development or _for_a_job(kind, value)) and not _is_provider(shape)),
            prefix=shape.prefix if shape else "",
            rotate=shape.rotate if shape else "",
        )
        # one literal may be read by two ways: as a value, and as a part of a command
        found.setdefault((value.line, value.column, value.key if not value.column else judged.length), literal)
    for sighting in sightings:
        if id(sighting) not in taken and (literal_ := _seen(path, kind, sighting, rows)):
            found.setdefault((sighting.line, sighting.column, sighting.length), literal_)
    return list(found.values())


def _weak_or_not(kind: Kind, value: Value, judged: Judged | None) -> Judged | None:
    """A password that everybody guesses is told by the check of weak values, which reads these files too."""
    if judged is None or judged.kind != NAMED or kind.development:
        return judged
    text = written_out(value.text)[0] if value.refers else value.text
    if kind.source in (Source.ENV_FILE, Source.COMPOSE) and weak_words.judge(value.key, text)[0]:
        return Judged(DEFAULT_VALUE, judged.length, Severity.LOW)
    return judged


_ONE_WORD = r"(?:[A-Za-z]{1,30}\d{0,2}|e2e|\d{1,6})"
_OF_WORDS = re.compile(rf"{_ONE_WORD}(?:[-_. ]{_ONE_WORD}){{0,8}}[!.]?")


def _for_a_job(kind: Kind, value: Value) -> bool:
    """Whether a value of a CI file is made of words: those of databases that live for a minute are, and no token is."""
    return kind.source is Source.CI and _OF_WORDS.fullmatch(value.text[:300].strip()) is not None


def _inside(sighting: Sighting, value: Value) -> bool:
    if sighting.line != value.line or not value.column or "\n" in value.text:
        return sighting.line != value.line + 1 or "\n" in value.text
    slack = 3  # quotes and escapes
    return value.column - slack <= sighting.column <= value.column + len(value.text) + slack


def _is_provider(sighting: Sighting | None) -> bool:
    return sighting is not None and _OF_FIXTURES.search(sighting.kind) is None


def _seen(path: str, kind: Kind, sighting: Sighting, rows: list[str]) -> SecretLiteral | None:
    """A token that no name was read for: in a comment, in a text, in a file that is searched by shape only."""
    if sighting.nature is not Nature.SECRET:
        return None
    row = rows[sighting.line - 1] if 0 < sighting.line <= len(rows) else ""
    raw = row[sighting.column - 1 : sighting.column - 1 + sighting.length]
    after = row[sighting.column - 1 + sighting.length :][:200]
    if raw and is_placeholder(raw):
        return None
    default = is_default(raw) or weak_words.judge("", raw)[0] is Weakness.DEFAULT
    source = kind.source if kind.reader else Source.OTHER
    literal = SecretLiteral(
        *(
            path,
            sighting.line,
            sighting.name,
            DEFAULT_VALUE if default else sighting.kind,
            sighting.length,
            sighting.column,
            source,
        ),
        severity=Severity.LOW if default else sighting.severity,
        development=is_local(after.removeprefix("@")) or (kind.development and not _is_provider(sighting)),
        prefix=sighting.prefix,
        rotate=sighting.rotate,
    )
    return replace(literal, kind=DEFAULT_VALUE, severity=Severity.LOW) if is_demo_key(raw) else literal
