"""Reads the routes of an application off the files of its repository.

Next.js: ``app/**/page.*`` and ``pages/**`` (nextjs.org/docs/app/getting-started/project-structure); SvelteKit:
``src/routes/**/+page.*``; Nuxt: ``app/pages`` and ``pages``; Astro: ``src/pages``. Routes with parameters are left out:
what stands for them, only links tell.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

_CONFIGS = re.compile(r"(next|nuxt|svelte|astro)\.config\.(?:[mc]?[jt]s)")
_SCRIPTS = frozenset({".tsx", ".ts", ".jsx", ".js", ".mdx", ".md"})
_SKIPPED = frozenset({"node_modules", "dist", "build", "out", "coverage", "vendor", "target", "__pycache__"})
_BASE_PATH = re.compile(r"\bbasePath\s{0,5}:\s{0,5}[\"'`](/[\w./-]{1,200})[\"'`]")
_HIDDEN = ("_app", "_document", "_error")
MOST_ENTRIES = 50_000
MOST_ROUTES = 1_000
_DEEPEST = 16


def repository_routes(root: Path) -> tuple[str, ...]:
    """The paths of the pages that an application's own files make, sorted.

    Args:
        root: of the repository, or of one application in it. What cannot be read is left out.
    """
    left = [MOST_ENTRIES]
    found: set[str] = set()
    for folder, kind in _applications(root, left):
        for route in _READERS[kind](folder, left):
            found.add(_base_path(folder, kind) + route if route != "/" else _base_path(folder, kind) or "/")
            if len(found) >= MOST_ROUTES:
                return tuple(sorted(found))
    return tuple(sorted(found))


def _applications(root: Path, left: list[int]) -> Iterator[tuple[Path, str]]:
    """Folders with the configuration of a framework, and the root, which may have none."""
    configured = False
    for folder, files in _walk(root, left, deepest=4):
        kinds = {found[1] for name in files if (found := _CONFIGS.fullmatch(name))}
        configured = configured or bool(kinds)
        for kind in sorted(kinds):
            yield folder, kind
    if not configured:
        yield root, "next"


def _walk(root: Path, left: list[int], *, deepest: int = _DEEPEST) -> Iterator[tuple[Path, list[str]]]:
    """Folders and the names of their files. Links are not followed."""
    queue = [(root, 0)]
    while queue:
        folder, depth = queue.pop()
        files: list[str] = []
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    left[0] -= 1
                    if left[0] < 0:
                        return
                    if entry.is_file(follow_symlinks=False):
                        files.append(entry.name)
                    elif entry.is_dir(follow_symlinks=False) and depth < deepest and _is_entered(entry.name):
                        queue.append((Path(entry.path), depth + 1))
        except OSError:
            continue
        yield folder, files


def _is_entered(name: str) -> bool:
    return name not in _SKIPPED and not name.startswith(".")


def _base_path(folder: Path, kind: str) -> str:
    if kind != "next":
        return ""
    for suffix in ("js", "mjs", "ts", "cjs"):
        try:
            with (folder / f"next.config.{suffix}").open("rb") as stream:
                found = _BASE_PATH.search(stream.read(100_000).decode("utf-8", "replace"))
        except OSError:
            continue
        return found[1].rstrip("/") if found else ""
    return ""


def _next(folder: Path, left: list[int]) -> Iterator[str]:
    for start in ("", "src"):
        yield from _folders(folder / start / "app", "page", left)
        yield from _named(folder / start / "pages", left, _SCRIPTS)


def _svelte(folder: Path, left: list[int]) -> Iterator[str]:
    yield from _folders(folder / "src" / "routes", "+page", left)


def _nuxt(folder: Path, left: list[int]) -> Iterator[str]:
    for start in ("app", "", "src"):
        yield from _named(folder / start / "pages", left, frozenset({".vue"}))


def _astro(folder: Path, left: list[int]) -> Iterator[str]:
    yield from _named(folder / "src" / "pages", left, frozenset({".astro", ".md", ".mdx", ".html"}))


_READERS = {"next": _next, "svelte": _svelte, "nuxt": _nuxt, "astro": _astro}


def _folders(root: Path, page: str, left: list[int]) -> Iterator[str]:
    """Routes that are folders with a page in them; groups, slots and private folders leave no trace in the address."""
    for folder, files in _walk(root, left):
        if not any(name.split(".")[0] == page and "." in name for name in files):
            continue
        parts = folder.relative_to(root).parts
        if any(part.startswith(("_", "(.")) or "[" in part for part in parts):
            continue
        yield "/" + "/".join(part for part in parts if not part.startswith(("(", "@")))


def _named(root: Path, left: list[int], suffixes: frozenset[str]) -> Iterator[str]:
    """Routes that are files."""
    for folder, files in _walk(root, left):
        parts = folder.relative_to(root).parts
        if "api" in parts[:1] or any("[" in part or part.startswith("(") for part in parts):
            continue
        for name in files:
            stem, suffix = Path(name).stem, Path(name).suffix
            if suffix in suffixes and "[" not in stem and stem not in _HIDDEN and not stem.endswith(".d"):
                yield "/" + "/".join((*parts, *([] if stem == "index" else [stem])))
