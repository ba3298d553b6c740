"""Real repositories in a folder."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "HOME": "/nonexistent",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_AUTHOR_NAME": "A",
    "GIT_AUTHOR_EMAIL": "a@example.com",
    "GIT_COMMITTER_NAME": "A",
    "GIT_COMMITTER_EMAIL": "a@example.com",
}


def git(root: Path, *arguments: str, **variables: str) -> str:
    """Runs git as nobody in particular."""
    done = subprocess.run(
        ["git", "-C", str(root), *arguments],
        env={**ENVIRONMENT, **variables},
        capture_output=True,
        check=True,
        text=True,
    )
    return done.stdout


def put(root: Path, files: dict[str, str | bytes]) -> None:
    """Writes files."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())


def checkout(root: Path, files: dict[str, str | bytes], *, commit: bool = False) -> tuple[str, ...]:
    """A repository that tracks these files; what it tracks."""
    root.mkdir(parents=True, exist_ok=True)
    git(root, "init", "--quiet", "--template=", "--initial-branch=main")
    put(root, files)
    git(root, "add", "--force", "--all")
    if commit:
        git(root, "commit", "--quiet", "--message", "x")
    return tuple(sorted(name for name in git(root, "ls-files", "-z").split("\0") if name))
