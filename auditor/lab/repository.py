"""Writes the small git repository that the stack is said to be deployed from."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from auditor.errors import LabError
from auditor.lab.blueprint import Blueprint
from auditor.lab.supervisor import environment
from auditor.lab.templates import DATA, fill

_DOTTED = {"env": ".env", "env.example": ".env.example", "gitignore": ".gitignore", "dockerignore": ".dockerignore"}
"""Kept without their dot among our own files, where git and packagers would take them at their word."""


def write(blueprint: Blueprint, root: Path) -> None:
    """Writes the files of the profile and has git track them, where there is a git."""
    keys = blueprint.credentials
    values = {
        "supabase": blueprint.origin("supabase"),
        "anon_key": keys.anon_key,
        "service_key": keys.service_key,
    }
    for source in ("common", blueprint.profile.value):
        folder = DATA / "repo" / source
        for file in sorted(path for path in folder.rglob("*") if path.is_file()):
            name = file.relative_to(folder)
            target = root / name.with_name(_DOTTED.get(name.name, name.name))
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(fill(file.read_text(encoding="utf-8"), **values, password=keys.app))
    git = shutil.which("git")
    if git:
        _track(git, root)


def _track(git: str, root: Path) -> None:
    # nobody's own configuration, hooks or templates
    env = environment(GIT_CONFIG_GLOBAL=os.devnull, GIT_CONFIG_NOSYSTEM="1")
    for arguments in (["init", "--quiet", "--template=", "--initial-branch=main"], ["add", "--all"]):
        done = subprocess.run([git, *arguments], cwd=root, env=env, capture_output=True, check=False)
        if done.returncode:
            reason = done.stderr.decode(errors="replace").strip().splitlines()[-1:]
            raise LabError(f"git {arguments[0]} failed in {root}: {''.join(reason)}")
