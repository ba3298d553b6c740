"""Whole audits of the lab, run once and looked at by many tests."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from auditor.lab import Stack
from tests import warm
from tests.lab.conftest import hardened, insecure

__all__ = ["hardened", "insecure"]


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items):
    """All of these share the lab's stacks, so they run in one process."""
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.lab)
            item.add_marker(pytest.mark.xdist_group("lab"))


PLANTED = {
    "STRIPE_SECRET_KEY": "planted-stripe-value-1",
    "AWS_SECRET_ACCESS_KEY": "planted+aws/value=2",
    "SESSION_TOKEN": "planted token with spaces 3",
    "OTHER_DATABASE_URL": "postgresql://u:planted-url-password-4@h/d",
}
"""Secrets of the process environment that no output may repeat."""


@dataclass(frozen=True)
class Run:
    """One run of the command."""

    code: int
    out: str
    err: str
    folder: Path

    @property
    def report(self) -> dict:
        return json.loads((self.folder / "report.json").read_text(encoding="utf-8"))

    def outcomes(self) -> dict[str, str]:
        return {check["id"]: check["outcome"] for check in self.report["checks"]}

    def messages(self, check_id: str) -> dict[str, str]:
        (check,) = [check for check in self.report["checks"] if check["id"] == check_id]
        return {finding["subject"]: finding["message"] for finding in check["findings"]}


def _outside_ci() -> dict[str, str]:
    """The environment without the variables that would show in a report."""
    return {name: value for name, value in os.environ.items() if name not in ("CI", "GITHUB_ACTIONS", "GITLAB_CI")}


def audit(*arguments, environ=None) -> subprocess.CompletedProcess:
    """The command in a process that is forked for it, with the planted secrets around it."""
    return warm.audit(*arguments, environ={**_outside_ci(), **PLANTED, **(environ or {})})


def cold(*arguments) -> subprocess.CompletedProcess:
    """The same in a process that starts from nothing, as for a user."""
    return subprocess.run(
        [sys.executable, "-m", "auditor", *map(str, arguments)],
        capture_output=True,
        text=True,
        env={**_outside_ci(), **PLANTED},
        timeout=120,
        check=False,
    )


_sources = iter(range(2, 250))


def variant(stack: Stack, folder: Path, **changes: str) -> Path:
    """A copy of a stack's checklist with other values, and a source address that no limiter has met.

    Args:
        stack: whose checklist.
        folder: where the copy goes.
        changes: key to the line that replaces it; an empty line removes the key.
    """
    lines = {"source_address": f'source_address = "127.0.1.{next(_sources)}"', **changes}
    text = stack.checklist.read_text(encoding="utf-8")
    for key, line in lines.items():
        text, count = re.subn(rf"(?m)^{key} = .*$", lambda _, line=line: line, text)
        assert count == 1, f"{key} is not in the checklist once"
    for relative in ("repo", "certs/root.pem", "backups/*.dump", "lab.env", "logs/services.log", "logs/postgres.log"):
        text = text.replace(f'"{relative}"', f'"{stack.directory}/{relative}"')
    path = folder / "checklist.toml"
    path.write_text(text, encoding="utf-8")
    return path


def run_with(stack: Stack, folder: Path, *arguments, command=audit, **changes: str) -> Run:
    """Audit a stack with a variant of its checklist and all outputs."""
    checklist = variant(stack, folder, **changes)
    done = command(
        *("run", "--config", checklist, "--env", "lab", "-v"),
        *("--report", f"json={folder}/report.json", "--report", f"markdown={folder}/report.md", "--report", "console"),
        *("--save-facts", folder / "facts.json", *arguments),
    )
    return Run(done.returncode, done.stdout, done.stderr, folder)


@pytest.fixture(scope="session")
def insecure_run(insecure, tmp_path_factory) -> Run:
    return run_with(insecure, tmp_path_factory.mktemp("insecure-run"), command=cold)


@pytest.fixture(scope="session")
def hardened_run(hardened, tmp_path_factory) -> Run:
    return run_with(hardened, tmp_path_factory.mktemp("hardened-run"), command=cold)


@pytest.fixture(params=["insecure", "hardened"])
def either(request):
    """The stack and its run, each of the two in turn."""
    return request.getfixturevalue(request.param), request.getfixturevalue(f"{request.param}_run")
