"""Real packages of the front end, minified as their authors publish them. Kept in a cache outside the repository."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

PACKAGES = (
    "three@0.170.0", "plotly.js-dist-min@2.35.3", "echarts@5.6.0", "mermaid@11.4.1", "firebase@11.1.0",
    "maplibre-gl@5.0.0", "pdfjs-dist@4.10.38", "posthog-js@1.200.0", "@sentry/browser@8.47.0",
    "@supabase/supabase-js@2.47.0", "next@16.0.0", "react@19.2.0", "react-dom@19.2.0",
)  # fmt: skip
_LONG_LINES = 300
"""Bytes in a line, on the average: what is written by hand has fewer."""


def cache() -> Path:
    """Where packages are kept: ``STACK_AUDIT_CACHE``, or the user's cache folder."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(os.environ.get("STACK_AUDIT_CACHE") or Path(home) / "stack-audit") / "bench" / "npm"


def installed() -> Path | None:
    """The folder of the packages, installed when they are not there; None where that cannot be done."""
    folder = cache() / "node_modules"
    if not folder.is_dir():
        if not shutil.which("npm"):
            return None
        cache().mkdir(parents=True, exist_ok=True)
        (cache() / "package.json").write_text('{"private": true}')
        command = ["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--silent", *PACKAGES]
        if subprocess.run(command, cwd=cache(), check=False).returncode:
            return None
    return folder


def minified(folder: Path, megabytes: float) -> Iterator[tuple[str, bytes]]:
    """Scripts that are minified, and source maps beside them, until there are enough of both.

    Args:
        folder: ``node_modules``.
        megabytes: of 1,000,000 bytes.
    """
    left = {".js": megabytes * 0.4e6, ".map": megabytes * 0.6e6}
    for path in sorted(folder.rglob("*")):
        kind = {".mjs": ".js", ".cjs": ".js"}.get(path.suffix, path.suffix)
        if kind not in left or left[kind] <= 0 or not path.is_file():
            continue
        if kind == ".map" and not path.name.endswith((".js.map", ".mjs.map")):
            continue
        data = path.read_bytes()
        if len(data) > 20_000 and (kind == ".map" or len(data) / (data.count(b"\n") + 1) > _LONG_LINES):
            left[kind] -= len(data)
            yield str(path.relative_to(folder)), data


def bodies(clean: list[tuple[str, bytes]]) -> list[str]:
    """Pieces of scripts, of 15 to 70 KB, to plant something in."""
    pieces = []
    for place, data in clean:
        if not place.endswith(".map"):
            text = data.decode("utf-8", "replace")
            pieces += [
                text[at : at + 15_000 + at % 55_000] for at in range(0, min(len(text) - 70_000, 400_000), 80_000)
            ]
    return pieces
