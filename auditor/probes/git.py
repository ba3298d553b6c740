"""Asks git about a repository of somebody else: nothing of it is run, nothing is fetched, nothing is changed."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from auditor.errors import Unavailable

_QUIET = (
    *("-c", "core.fsmonitor=false", "-c", f"core.hooksPath={os.devnull}", "-c", "core.pager=cat"),
    *("-c", "core.excludesFile=", "-c", f"core.attributesFile={os.devnull}", "-c", "core.alternateRefsCommand="),
    *("-c", "log.showSignature=false", "-c", "diff.external=", "-c", "core.quotePath=false"),
    *("-c", "protocol.allow=never", "-c", "core.sshCommand=false", "-c", "credential.helper=", "-c", "core.askPass="),
    *("-c", "core.commitGraph=false", "-c", "submodule.recurse=false", "-c", "safe.bareRepository=explicit"),
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
_OWN = (
    "GIT_CONFIG_GLOBAL",
    "GIT_CONFIG_SYSTEM",
    "GIT_CONFIG_NOSYSTEM",
    "GIT_CONFIG_COUNT",
    "GIT_CONFIG_KEY_",
    "GIT_CONFIG_VALUE_",
    "GIT_CEILING_DIRECTORIES",
    "GIT_DISCOVERY_ACROSS_FILESYSTEM",
    "GIT_EXEC_PATH",
)
"""Variables of git that stay: where its programs are, and the settings of whoever runs the audit (``safe.directory``).

All others could lead it to another repository, as hooks of git do with ``GIT_DIR``, or make it run something."""
SECONDS = 15.0


def environment(given: Mapping[str, str] | None = None) -> dict[str, str]:
    """The variables that git gets: this process's, without those that lead it elsewhere, and with none to ask for."""
    given = os.environ if given is None else given
    found = {name: value for name, value in given.items() if not name.startswith("GIT_") or name.startswith(_OWN)}
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
        raise refusal(f"git {arguments[0]} failed in {root}", root, done.stderr)
    return done.stdout


def refusal(what: str, root: Path, said: bytes) -> Unavailable:
    """The error for an answer of git that is one.

    Args:
        what: failed.
        root: the folder that git was asked about.
        said: what git wrote to its standard error.
    """
    lines = said.decode("utf-8", "replace").strip().splitlines()
    # after "dubious ownership" git says for lines how to allow it
    first = next((line for line in lines if line.startswith("fatal:")), (lines or ["no reason given"])[-1])
    hint = "point `repository` at a checkout of the project"
    if "dubious ownership" in first:
        hint = f"git reads no repository of another user: `git config --global --add safe.directory {root.resolve()}`"
    return Unavailable(f"{what}: {first}", hint)


def shown(name: str) -> str:
    """A file name as a report can hold it: names are bytes to git."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
