"""Where a run comes from: the commit and the CI job."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

from auditor.report.model import Ci, Git

_SECONDS = 5.0


def read_git(folder: Path) -> Git | None:
    """The commit checked out in a folder; None where there is no git, no repository or no commit."""
    commit = _git(folder, "rev-parse", "HEAD")
    if not commit:
        return None
    branch = _git(folder, "symbolic-ref", "--quiet", "--short", "HEAD")
    changed = _git(folder, "status", "--porcelain", "--untracked-files=no")
    return Git(commit=commit, branch=branch or None, dirty=bool(changed))


def _git(folder: Path, *arguments: str) -> str:
    command = ["git", "-c", "core.fsmonitor=false", "-C", str(folder), *arguments]
    try:
        done = subprocess.run(  # noqa: PLW1510  the exit code is looked at
            command, capture_output=True, stdin=subprocess.DEVNULL, timeout=_SECONDS
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.decode("utf-8", "replace").strip() if done.returncode == 0 else ""


def read_ci(environ: Mapping[str, str]) -> Ci | None:
    """The CI job that the process runs in, by the variables that each provider documents."""
    get = environ.get
    if get("GITHUB_ACTIONS") == "true":
        parts = (get("GITHUB_SERVER_URL"), get("GITHUB_REPOSITORY"), get("GITHUB_RUN_ID"))
        url = f"{parts[0]}/{parts[1]}/actions/runs/{parts[2]}" if all(parts) else None
        return Ci(provider="github", url=url)
    if get("GITLAB_CI"):
        return Ci(provider="gitlab", url=get("CI_JOB_URL"))
    if get("CIRCLECI"):
        return Ci(provider="circleci", url=get("CIRCLE_BUILD_URL"))
    if get("BUILDKITE"):
        return Ci(provider="buildkite", url=get("BUILDKITE_BUILD_URL"))
    if get("JENKINS_URL"):
        return Ci(provider="jenkins", url=get("BUILD_URL"))
    if get("TF_BUILD"):
        return Ci(provider="azure")
    return Ci(provider="unknown") if get("CI") in ("true", "1") else None
