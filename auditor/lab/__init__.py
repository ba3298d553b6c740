"""The local stack that ``audit demo`` and the tests audit: real parts on loopback, in two profiles.

Importing this package is cheap: the libraries of the extra ``lab`` are imported when a stack starts.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path


class Profile(StrEnum):
    """How the stack is set up."""

    INSECURE = "insecure"
    """With a planted defect for every item of the checklist."""
    HARDENED = "hardened"
    """With everything that the checklist asks for."""


@dataclass(frozen=True, slots=True)
class Stack:
    """A stack that runs."""

    profile: Profile
    directory: Path
    """The folder that was given: checklist, certificates, backups, repository and logs."""
    checklist: Path
    env_file: Path
    """The variables that the checklist refers to; only its owner may read it."""
    ca_file: Path
    log_dir: Path
    private: Path
    """The temporary folder: database files, socket, frontend. Gone when the stack has stopped."""
    https_port: int
    http_port: int
    database_port: int
    frontend: str
    """Origin, such as ``https://app.stack.test:40443``."""
    api: str
    supabase: str
    prometheus: str
    processes: tuple[int, ...]
    superuser_dsn: str = field(repr=False)
    """For tests: over the unix socket, past every rule."""
    app_dsn: str = field(repr=False)
    auditor_dsn: str = field(repr=False)
    anon_key: str = field(repr=False)
    service_key: str = field(repr=False)


@contextmanager
def running(profile: Profile, directory: Path) -> Iterator[Stack]:
    """Starts a stack, and stops it and removes what it wrote at the end.

    Args:
        profile: how it is set up.
        directory: where its checklist and other files go. Made when missing.

    Raises:
        LabError: the folder holds files of those names already, or a part did not start.
    """
    from auditor.lab.stack import start

    with start(Profile(profile), directory) as (stack, _):
        yield stack


def serve_forever(profile: Profile, directory: Path) -> None:
    """Runs a stack until SIGINT or SIGTERM. The first line on stdout is the path of its checklist.

    Raises:
        LabError: it did not start, or a part of it ended.
    """
    from auditor.lab.stack import serve

    serve(Profile(profile), directory)
