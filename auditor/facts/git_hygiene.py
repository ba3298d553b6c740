"""Files of secrets in a checkout: what git tracks of them, what it would ignore, and who may read them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from auditor.model import Gap


class Holds(StrEnum):
    """What a tracked file of variables holds."""

    SECRETS = "secrets"
    """A variable of a secret's name with a value, or a value of a secret's shape."""
    PUBLIC = "public settings"
    """Only variables that a framework puts into what browsers download."""
    SETTINGS = "settings"
    """Variables, none of which looks secret."""
    ENCRYPTED = "encrypted values"
    NOTHING = "no variables"
    LINK = "a link"
    UNKNOWN = "unknown"
    """It is deleted in this checkout."""


@dataclass(frozen=True, slots=True)
class TrackedEnvFile:
    """A file of variables that git tracks, and that is no example."""

    path: str
    role: str
    """``live``, ``local`` or ``stage``: by its name."""
    holds: Holds
    variables: int = 0
    secrets: tuple[str, ...] = ()
    """Names of variables whose values look secret."""
    line: int = 1
    """The first of them, counted from 1."""


@dataclass(frozen=True, slots=True)
class IgnoredName:
    """What git would do with a file of that name."""

    path: str
    ignored: bool
    source: str = ""
    """The file that decides; empty when none does."""
    line: int = 0
    pattern: str = ""


@dataclass(frozen=True, slots=True)
class GitHygiene:
    """What git tracks and would ignore."""

    NEEDS: ClassVar[tuple[str, ...]] = ("`repository` of the environment", "a git checkout, and git")

    tracked: int
    """How many files git tracks."""
    env_files: tuple[TrackedEnvFile, ...] = ()
    examples: tuple[str, ...] = ()
    ignored: tuple[IgnoredName, ...] = ()
    """Names that secrets are kept under, at the root and wherever an application lives."""
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True)
class SecretFile:
    """A file of secrets that lies in the checkout and is not tracked."""

    path: str
    mode: int
    """Permission bits."""
    uid: int
    gid: int
    kind: str
    """``environment file`` or ``key file``."""


@dataclass(frozen=True, slots=True)
class SecretFiles:
    """Files of secrets in the checkout, by their modes."""

    NEEDS: ClassVar[tuple[str, ...]] = ("`repository` of the environment, as it lies on the server",)

    posix: bool
    """Whether modes mean anything here."""
    files: tuple[SecretFile, ...] = ()
    folders: int = 0
    """How many were looked into."""
    gaps: tuple[Gap, ...] = ()
