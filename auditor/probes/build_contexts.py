"""Finds builds of container images, what they copy as a whole, and what their ignore file leaves out of it."""

from __future__ import annotations

import fnmatch
import json
import os
import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from auditor.checklist.model import Environment
from auditor.facts.build_contexts import BuildContext, BuildContexts, Copied
from auditor.model import Gap
from auditor.probes import git, surfaces
from auditor.probes.dockerignore import Ignore, Unusable
from auditor.probes.env_names import EnvFile, app_folders, aside, env_file, key_file
from auditor.probes.net.threads import in_daemon_thread
from auditor.probes.repository import content, is_within, text_of, tracked_files
from auditor.probes.yaml_nodes import Unreadable, documents, get, line, pairs, scalar, walk
from auditor.registry import probe

_DOCKERFILE = re.compile(r"(?:docker|container)file(?:[._-].+)?|.+\.(?:docker|container)file", re.IGNORECASE)
_COMPOSE = re.compile(r"(?:docker-)?compose.*\.ya?ml", re.IGNORECASE)
_WORKFLOW = re.compile(r"\.(?:github|gitea|forgejo)/workflows/[^/]+\.ya?ml", re.IGNORECASE)
_REMOTE = re.compile(
    r"(?:https?|git|ssh|docker-image|oci-layout|target|service)(?:://|:)|git@|github\.com/", re.IGNORECASE
)
_DEFAULT = re.compile(r"\$\{\w+:?-([^${}]*)\}")
_NAMES = (".env", ".env.local", ".env.production")
MAX_COPIED = 60
MOST_CONTEXTS = 100


@dataclass(frozen=True, slots=True)
class _Build:
    dockerfile: str
    context: str
    named_by: str
    inline: str = ""


@probe(deadline=40.0)
async def build_contexts(environment: Environment) -> BuildContexts:
    """Builds of container images, and what they would copy of a checkout with secrets in it."""
    root = surfaces.repository(environment)
    tracked = await tracked_files(root)
    return await in_daemon_thread(look, root, tracked)


def look(root: Path, tracked: tuple[str, ...]) -> BuildContexts:
    """The fact, of a checkout and what git tracks in it."""
    gaps: list[Gap] = []
    builds: dict[tuple[str, str, str], _Build] = {}
    for build in _named_builds(root, tracked, gaps):  # services often share one
        builds.setdefault((build.dockerfile, build.context, build.inline), build)
    named = {build.dockerfile for build in builds.values()}
    dockerfiles = [n for n in tracked if _DOCKERFILE.fullmatch(Path(n).name) and not n.endswith(".dockerignore")]
    for name in dockerfiles:
        if name not in named and not aside(name):
            build = _Build(name, _likely(root, name), "the folder of the Dockerfile")
            builds[build.dockerfile, build.context, ""] = build
    if len(builds) > MOST_CONTEXTS:
        gaps.append(Gap("*", f"only the first {MOST_CONTEXTS} of {len(builds)} builds were looked at"))
    found = [_described(root, tracked, build, gaps) for build in list(builds.values())[:MOST_CONTEXTS]]
    return BuildContexts(tuple(one for one in found if one), tuple(gaps))


def _named_builds(root: Path, tracked: tuple[str, ...], gaps: list[Gap]) -> Iterator[_Build]:
    """Builds of compose files and of workflows."""
    for name in tracked:
        compose = bool(_COMPOSE.fullmatch(Path(name).name)) and not aside(name)
        if not compose and not _WORKFLOW.fullmatch(name):
            continue
        try:
            data = content(root, name)
            nodes = documents(text_of(data)) if data else []
        except OSError as error:
            gaps.append(Gap(git.shown(name), f"{git.shown(name)} cannot be read: {error.strerror}"))
            continue
        except Unreadable as unreadable:
            gaps.append(Gap(git.shown(name), f"{git.shown(name)} {unreadable}"))
            continue
        for node in nodes:
            found = _of_compose(node) if compose else _of_workflow(node)
            for context, dockerfile, inline, at in found:
                if build := _placed(root, name, context, dockerfile, inline, at, gaps, relative_to_file=compose):
                    yield build


def _of_compose(root: yaml.Node) -> Iterator[tuple[str, str, str, int]]:
    for _, service in pairs(get(root, "services")):
        if build := get(service, "build"):
            context = scalar(build) or scalar(get(build, "context")) or "."
            yield context, scalar(get(build, "dockerfile")), scalar(get(build, "dockerfile_inline")), line(build)


def _of_workflow(root: yaml.Node) -> Iterator[tuple[str, str, str, int]]:
    for keys, node in walk(root):
        if keys and keys[-1] == "uses" and "docker/build-push-action" in scalar(node):
            step = _step_of(root, node)
            # without `context` the action builds a fresh clone, in which no untracked file lies
            if context := scalar(get(step, "with", "context")):
                yield context, scalar(get(step, "with", "file")), "", line(node)


def _step_of(root: yaml.Node, uses: yaml.Node) -> yaml.Node | None:
    return next(
        (node for _, node in walk(root) if isinstance(node, yaml.MappingNode) and get(node, "uses") is uses), None
    )


def _placed(
    root: Path,
    name: str,
    context: str,
    dockerfile: str,
    inline: str,
    at: int,
    gaps: list[Gap],
    *,
    relative_to_file: bool,
) -> _Build | None:
    """A build with its paths relative to the repository; None when its context is elsewhere."""
    by = f"{git.shown(name)}:{at}"
    context = _DEFAULT.sub(lambda found: found[1], context)
    if _REMOTE.match(context):
        return None  # another repository's
    base = posixpath.dirname(name) if relative_to_file else ""
    place = posixpath.normpath(posixpath.join(base, context.replace("\\", "/")))
    if "$" in context or place.startswith(("..", "/")) or not is_within(root, place):
        why = "is known at run time only" if "$" in context else "lies outside of the repository"
        gaps.append(
            Gap(by, f"the build context {git.shown(context)} {why}", "point `repository` at the folder that holds both")
        )
        return None
    if inline:
        return _Build(f"{name} (inline)", place, by, inline)
    # in compose the Dockerfile is relative to the context, in the action to the repository
    file = posixpath.join(place if relative_to_file or not dockerfile else "", dockerfile or "Dockerfile")
    return _Build(posixpath.normpath(file), place, by)


def _likely(root: Path, dockerfile: str) -> str:
    """The folder, of those that hold a Dockerfile, that has most of what it copies."""
    folder = posixpath.dirname(dockerfile)
    data = _read(root, dockerfile)
    wanted = [source for _, sources in _copies(text_of(data)) for source in sources if not _whole(source)]
    folders = [folder or "."]
    while folder:
        folder = posixpath.dirname(folder)
        folders.append(folder or ".")
    return max(folders, key=lambda place: sum(_there(root / place, source) for source in wanted))


def _there(folder: Path, source: str) -> bool:
    if any(char in source for char in "*?[$\0"):
        return False
    return (folder / source.lstrip("/")).exists()


def _read(root: Path, name: str) -> bytes:
    try:
        return content(root, name) or b""
    except OSError:
        return b""


def _copies(text: str) -> Iterator[tuple[int, list[str]]]:
    """Where a Dockerfile copies from its context, and which sources; heredocs and other stages are none."""
    number, heredoc = 0, ""
    lines = text.splitlines()
    while number < len(lines):
        start, words = number + 1, lines[number].strip()
        number += 1
        if heredoc:
            heredoc = "" if words == heredoc else heredoc
            continue
        if words.startswith("#"):
            continue
        while words.endswith(("\\", "`")) and number < len(lines):
            following = lines[number].strip()
            words = f"{words[:-1]} {following}" if not following.startswith("#") else words
            number += 1
        if found := re.search(r"<<-?[\"']?(\w+)", words):
            heredoc = found[1]
        match = re.match(r"(?:ONBUILD\s+)?(?:COPY|ADD)\s+(.*)", words, re.IGNORECASE | re.DOTALL)
        if match and (sources := _sources(match[1])):
            yield start, sources


def _sources(rest: str) -> list[str]:
    while flag := re.match(r"--(\w+)(?:=(\S*))?\s+", rest):
        if flag[1].lower() == "from":
            return []
        rest = rest[flag.end() :]
    if rest.startswith("["):
        try:
            words = [str(word) for word in json.loads(rest)]
        except (ValueError, RecursionError):
            words = []
    else:
        words = [word.strip("\"'") for word in rest.split()]
    return [word for word in words[:-1] if not _REMOTE.match(word) and not word.startswith("<<")]


def _whole(source: str) -> bool:
    return posixpath.normpath("/" + source).strip("/") in ("", "*", "**")


def _described(root: Path, tracked: tuple[str, ...], build: _Build, gaps: list[Gap]) -> BuildContext | None:
    place = root / build.context
    text = build.inline or text_of(_read(root, build.dockerfile))
    shown = git.shown(build.dockerfile)
    if not text:
        gaps.append(Gap(shown, f"{shown}, that {build.named_by} builds, cannot be read", "check its path"))
        return None
    own = f"{build.dockerfile}.dockerignore"
    common = posixpath.normpath(posixpath.join(build.context, ".dockerignore"))
    ignore_file = next((name for name in (own, common) if (root / name).is_file()), "")
    base = BuildContext(shown, git.shown(build.context), build.named_by, git.shown(ignore_file))
    first = 0
    names: dict[str, None] = {}
    for at, sources in _copies(text):
        before = len(names)
        for source in sources:
            names |= dict.fromkeys(_covered(place, source, build.context, tracked))
        first = first or (at if len(names) > before else 0)
    if not names:
        return base
    try:
        ignore = Ignore(text_of(_read(root, ignore_file)) if ignore_file else "")
        copies = [_copied(place, name, ignore) for name in list(names)[:MAX_COPIED]]
    except Unusable as unusable:
        gaps.append(Gap(git.shown(ignore_file), f"{git.shown(ignore_file)} cannot be used: {unusable}"))
        return None
    return BuildContext(base.dockerfile, base.context, base.named_by, base.ignore_file, first, tuple(copies))


def _covered(place: Path, source: str, context: str, tracked: tuple[str, ...]) -> Iterator[str]:
    """Files of secrets that a source of COPY covers, there or not, relative to the context."""
    source = posixpath.normpath("/" + source).strip("/")
    whole = _whole(source)
    folder = "" if whole else source
    if not whole and not _is_folder(place, folder):
        if any(char in folder for char in "*?["):
            yield from (name for name in (*_NAMES, ".git/config") if fnmatch.fnmatch(name.split("/")[0], folder))
        elif env_file(folder) not in (None, EnvFile.EXAMPLE):
            yield folder
        return
    if whole and (context == "." or (place / ".git").exists()):
        yield ".git/config"
    prefix = "" if context == "." else f"{context}/"
    apps = [
        app[len(prefix) :] if app else "" for app in app_folders(tracked) if not prefix or f"{app}/".startswith(prefix)
    ]
    for app in dict.fromkeys(["", *apps] if whole else [app for app in apps if f"{app}/".startswith(f"{folder}/")]):
        yield from (f"{app}/{name}" if app else name for name in _NAMES)
    yield from _lying(place, folder)


def _is_folder(place: Path, folder: str) -> bool:
    return "\0" not in folder and (place / folder).is_dir()


def _lying(place: Path, folder: str) -> Iterator[str]:
    """Files of secrets that lie there now."""
    count = 0
    for where, below, names in os.walk(place / folder):
        below[:] = sorted(n for n in below if n not in (".git", "node_modules", ".venv", "venv", ".next"))
        count += len(names)
        if count > 20_000:
            return
        for name in sorted(names):
            if env_file(name) not in (None, EnvFile.EXAMPLE) or key_file(name):
                yield (Path(where) / name).relative_to(place).as_posix()


def _copied(place: Path, name: str, ignore: Ignore) -> Copied:
    kind = "history" if name.startswith(".git/") else ("key file" if key_file(name) else "environment file")
    decides = ignore.decides(name)
    excluded = decides is not None and not decides.takes_back
    exists = (place / name.split("/", maxsplit=1)[0] if kind == "history" else place / name).exists()
    return Copied(
        git.shown(name), excluded, kind, exists, decides.text if decides else "", decides.line if decides else 0
    )
