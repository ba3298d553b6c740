"""Where the application gets its secrets from, as far as the repository shows."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from auditor.model import Gap


class Scope(StrEnum):
    """Whom a reference serves."""

    RUNTIME = "runtime"
    """The application as it runs in production."""
    DEPLOY = "deploy"
    """A job that deploys: it hands secrets on by name."""
    CI = "CI"
    """A job that tests or builds: nothing of it reaches production."""
    DEVELOPMENT = "development"


class Reach(StrEnum):
    """Which variables a reference answers for."""

    NAMED = "named"
    """Those that it names."""
    ALL = "all"
    """All of the process that it starts: ``doppler run -- uvicorn``."""
    FRONTEND = "frontend"
    """Those of the application that the platform hosts."""
    PRESENT = "present"
    """It shows that the manager is used, and not for what."""


@dataclass(frozen=True, slots=True)
class ManagerReference:
    """A place where something is taken from a secrets manager."""

    manager: str
    """Such as ``Docker secrets``, ``Vault``, ``Doppler``, ``SOPS``."""
    path: str
    line: int
    """Counted from 1."""
    shown_by: str
    """What stands there, in a few words, without values."""
    scope: Scope = Scope.RUNTIME
    reach: Reach = Reach.NAMED
    variables: tuple[str, ...] = ()


class Naming(StrEnum):
    """How a place deals with a variable of a secret's name."""

    READ = "read"
    """Code that reads it: ``process.env.X``, a field of Settings."""
    EXAMPLE = "example"
    """A line of ``.env.example``."""
    PASSED = "passed by reference"
    """A deploy descriptor hands it on: ``X: ${X}``."""
    WRITTEN = "written out"
    """A deploy descriptor gives it a value."""


@dataclass(frozen=True, slots=True)
class NamedSecret:
    """A place that names a variable of a secret's name."""

    name: str
    path: str
    line: int
    naming: Naming
    frontend: bool = False


@dataclass(frozen=True, slots=True)
class PlainFile:
    """A file of variables that production reads as it is: ``env_file`` of compose, ``EnvironmentFile`` of systemd."""

    path: str
    line: int
    file: str
    service: str


@dataclass(frozen=True, slots=True)
class TrackedSecretFile:
    """A file of a Docker secret that git tracks in plain text."""

    path: str
    line: int
    file: str


@dataclass(frozen=True, slots=True)
class SecretsManagement:
    """References to secrets managers, and the variables that need one."""

    NEEDS: ClassVar[tuple[str, ...]] = ("`repository` of the environment", "a git checkout, and git")

    files: int
    """How many were read."""
    references: tuple[ManagerReference, ...] = ()
    secrets: tuple[NamedSecret, ...] = ()
    plain_files: tuple[PlainFile, ...] = ()
    tracked_secrets: tuple[TrackedSecretFile, ...] = ()
    gaps: tuple[Gap, ...] = ()


def used(reference: ManagerReference) -> bool:
    """Whether a reference serves production."""
    return reference.scope in (Scope.RUNTIME, Scope.DEPLOY)
