"""Asks git about a repository of somebody else: nothing of it is run, nothing is fetched, nothing is changed."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from auditor.errors import Unavailable

_QUIET = (
    *("-c", "core.fsmonitor=false", "-c", f"core.hooksPath={os.devnull}", "-c", "core.pager=cat"),
    *("-c", "core.excludesFile=", "-c", f"core.attributesFile={os.devnull}"),
    *("-c", "log.showSignature=false", "-c", "diff.external=", "-c", "core.quotePath=false"),
    *("-c", "protocol.allow=never", "-c", "core.commitGraph=false"),
)
"""What a repository's own configuration could make git run, and what this machine's could make it ignore, is off."""
_ENVIRONMENT = {
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "none",  # for a git before 2.44, which does not know GIT_NO_LAZY_FETCH
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "LC_ALL": "C",
}
_MISLEADING = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_EXTERNAL_DIFF", "GIT_TRACE")
SECONDS = 15.0


def environment(given: Mapping[str, str] | None = None) -> dict[str, str]:
    """The variables that git gets: this process's, without those that lead it elsewhere, and with none to ask for."""
    found = {name: value for name, value in (given or os.environ).items() if not name.startswith(_MISLEADING)}
    return {**found, **_ENVIRONMENT}


def command(root: Path, *arguments: str) -> tuple[str, ...]:
    """A git command that reads ``root`` and nothing else."""
    return ("git", "--no-pager", *_QUIET, "-C", str(root), *arguments)


def ask(
    root: Path, *arguments: str, given: bytes = b"", accept: tuple[int, ...] = (0,), seconds: float = SECONDS
) -> bytes:
    """What git answers.

    Args:
        root: a folder of the repository.
        arguments: the command and its options.
        given: its standard input.
        accept: exit codes that are answers.
        seconds: after which it is ended.

    Raises:
        Unavailable: no git, no repository, no answer in time, or one that is an error.
    """
    try:
        done = subprocess.run(
            command(root, *arguments),
            input=given,
            capture_output=True,
            env=environment(),
            timeout=seconds,
            check=False,
        )
    except OSError as error:
        raise Unavailable(f"git cannot be started: {error.strerror}", "install git where the audit runs") from None
    except subprocess.TimeoutExpired:
        raise Unavailable(f"git {arguments[0]} did not answer within {seconds:g} s") from None
    if done.returncode not in accept:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()[-1:] or ["no reason given"]
        raise Unavailable(
            f"git {arguments[0]} failed in {root}: {said[0]}", "point `repository` at a checkout of the project"
        )
    return done.stdout


def shown(name: str) -> str:
    """A file name as a report can hold it: names are bytes to git."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
