"""Finds files of variables that git tracks, names that it would not ignore, and files that others may read."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path

from auditor.checklist.model import Environment
from auditor.errors import Unavailable
from auditor.facts.git_hygiene import GitHygiene, Holds, IgnoredName, SecretFile, SecretFiles, TrackedEnvFile
from auditor.model import Gap
from auditor.probes import git, surfaces
from auditor.probes.encrypted import encrypted
from auditor.probes.env_names import EnvFile, app_folders, env_file, key_file
from auditor.probes.net.threads import in_daemon_thread
from auditor.probes.repository import content, env_values, named_secrets, text_of, tracked_files
from auditor.probes.repository.judge import stands_for_nothing
from auditor.probes.repository.names import is_secret_variable
from auditor.registry import probe

NAMES = (".env", ".env.local", ".env.production", ".env.production.local")
"""What chapter and frameworks call files of secrets."""
MAX_FOLDERS = 200
MAX_ENTRIES = 50_000
_SKIPPED = frozenset({".git", "node_modules", ".venv", "venv", "__pycache__", ".next", ".nuxt", ".tox", ".mypy_cache"})
_PUBLIC = re.compile(
    r"(?:NEXT_PUBLIC|VITE|REACT_APP|NUXT_PUBLIC|PUBLIC|EXPO_PUBLIC|GATSBY|VUE_APP|NG_APP|STORYBOOK)_", re.IGNORECASE
)
_PRIVATE_KEY = re.compile(rb"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY")


@probe(deadline=30.0)
async def git_hygiene(environment: Environment) -> GitHygiene:
    """What git tracks of files of variables, and which names of such files it would ignore."""
    root = surfaces.repository(environment)
    tracked = await tracked_files(root)
    return await in_daemon_thread(look, root, tracked)


def look(root: Path, tracked: tuple[str, ...]) -> GitHygiene:
    """The fact, of a checkout and what git tracks in it."""
    gaps: list[Gap] = []
    found: list[TrackedEnvFile] = []
    examples: list[str] = []
    for name in tracked:
        role = env_file(name)
        if role is EnvFile.EXAMPLE:
            examples.append(git.shown(name))
        elif role is not None:
            try:
                found.append(_described(root, name, role))
            except OSError as error:
                gaps.append(Gap(git.shown(name), f"{git.shown(name)} cannot be read: {error.strerror}"))
    folders = app_folders(tracked)
    if len(folders) > MAX_FOLDERS:
        gaps.append(
            Gap("*", f"only the first {MAX_FOLDERS} of {len(folders)} folders of applications were asked about")
        )
    try:
        ignored = check_ignore(root, [f"{f}/{n}" if f else n for f in folders[:MAX_FOLDERS] for n in NAMES])
    except Unavailable as unavailable:
        ignored = ()
        gaps.append(Gap("*", unavailable.reason, unavailable.hint))
    return GitHygiene(len(tracked), tuple(found), tuple(examples), ignored, tuple(gaps))


def check_ignore(root: Path, names: list[str]) -> tuple[IgnoredName, ...]:
    """What git would do with files of these names, whether they are there or not.

    The excludes of this machine's user do not count: nobody else has them.

    Raises:
        Unavailable: git says no.
    """
    out = git.ask(
        root,
        *("check-ignore", "--verbose", "--non-matching", "--no-index", "-z", "--stdin"),
        given="\0".join([*names, ""]).encode("utf-8", "surrogateescape"),
        accept=(0, 1),
    )
    fields = out.decode("utf-8", "surrogateescape").split("\0")[:-1]
    return tuple(_ignored(*fields[at : at + 4]) for at in range(0, len(fields) - 3, 4))


def _ignored(source: str, line: str, pattern: str, path: str) -> IgnoredName:
    decided = bool(pattern) and not pattern.startswith("!")
    number = int(line) if line.isdigit() else 0
    return IgnoredName(git.shown(path), decided, git.shown(source), number, git.shown(pattern))


def _described(root: Path, name: str, role: EnvFile) -> TrackedEnvFile:
    path, seen = root / name, git.shown(name)
    if path.is_symlink():
        return TrackedEnvFile(seen, role.value, Holds.LINK)
    data = content(root, name)
    if data is None:
        return TrackedEnvFile(seen, role.value, Holds.UNKNOWN)
    if encrypted(data):
        return TrackedEnvFile(seen, role.value, Holds.ENCRYPTED)
    text = text_of(data)
    values = list(env_values(text))
    secrets = dict(_secrets(text))
    if secrets:
        names = tuple(sorted(secrets))
        return TrackedEnvFile(seen, role.value, Holds.SECRETS, len(values), names, min(secrets.values()))
    if not values:
        return TrackedEnvFile(seen, role.value, Holds.NOTHING)
    public = all(_PUBLIC.match(value.key) for value in values)
    return TrackedEnvFile(seen, role.value, Holds.PUBLIC if public else Holds.SETTINGS, len(values))


def _secrets(text: str) -> Iterator[tuple[str, int]]:
    """Variables whose values look secret, and their lines."""
    yield from ((value.key, value.line) for value, _ in named_secrets(env_values(text)))
    for value in env_values(text):
        if is_secret_variable(value.key) and not stands_for_nothing(value.text):
            yield value.key, value.line


@probe(deadline=30.0)
async def secret_files(environment: Environment) -> SecretFiles:
    """Files of secrets that lie in the checkout without being tracked, and who may read them."""
    root = surfaces.repository(environment)
    try:
        tracked = frozenset(await tracked_files(root))
    except Unavailable:  # a folder on a server, without git: all of it counts
        tracked = frozenset()
    return await in_daemon_thread(modes, root, tracked)


def modes(root: Path, tracked: frozenset[str]) -> SecretFiles:
    """The fact, of a folder. What git tracks has the mode that a checkout gives it, which says nothing."""
    if os.name != "posix":
        return SecretFiles(posix=False)
    files: list[SecretFile] = []
    gaps: list[Gap] = []
    folders = entries = 0
    for folder, below, names in os.walk(root, onerror=lambda error: gaps.append(_unread(root, error))):
        below[:] = sorted(name for name in below if name not in _SKIPPED)
        folders, entries = folders + 1, entries + len(names)
        if entries > MAX_ENTRIES:
            gaps.append(Gap("*", f"more than {MAX_ENTRIES} files: the rest was not looked at"))
            break
        for name in sorted(names):
            path = Path(folder) / name
            relative = path.relative_to(root).as_posix()
            if relative not in tracked and (found := _secret_file(root, path, relative)):
                files.append(found)
    return SecretFiles(True, tuple(files), folders, tuple(gaps))


def _unread(root: Path, error: OSError) -> Gap:
    name = git.shown(os.path.relpath(error.filename or root, root))
    return Gap(name, f"the folder {name} cannot be read: {error.strerror}")


def _secret_file(root: Path, path: Path, relative: str) -> SecretFile | None:
    kind = "environment file" if env_file(relative) not in (None, EnvFile.EXAMPLE) else ""
    kind = kind or ("key file" if key_file(relative) else "")
    if not kind:
        return None
    try:
        status = path.lstat()
        if not stat.S_ISREG(status.st_mode):
            return None
        if not _is_secret(root, relative, kind):
            return None
    except PermissionError:
        pass  # not even the audit may read it: its mode still tells who may
    except OSError:
        return None
    return SecretFile(git.shown(relative), stat.S_IMODE(status.st_mode), status.st_uid, status.st_gid, kind)


def _is_secret(root: Path, name: str, kind: str) -> bool:
    data = content(root, name) or b""
    if not data or encrypted(data):
        return False
    if kind == "key file" and name.lower().endswith((".pem", ".key")):
        return bool(_PRIVATE_KEY.search(data))  # certificates are for everybody
    return kind == "key file" or any(_secrets(text_of(data)))
