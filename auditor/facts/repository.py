"""What the repository holds."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from auditor.model import Gap, Severity


class Source(StrEnum):
    """What a tracked file is to the application."""

    ENV_FILE = "environment file"
    COMPOSE = "compose file"
    DOCKERFILE = "Dockerfile"
    CI = "CI file"
    FRONTEND = "frontend configuration"
    CODE = "code or settings file"
    INFRASTRUCTURE = "infrastructure file"
    NOTEBOOK = "notebook"
    KEY_FILE = "key file"
    OTHER = "other file"


DEFAULT_VALUE = "default value"
"""The kind of a literal that everybody knows, such as ``changeme``."""


@dataclass(frozen=True, slots=True)
class SecretLiteral:
    """A secret written out in a tracked file. Never its value."""

    path: str
    line: int
    key: str
    """The variable that it is given to; empty when only its shape tells what it is."""
    kind: str
    length: int
    column: int = 0
    """Counted from 1, in characters; 0 when only the line is known."""
    source: Source = Source.ENV_FILE
    severity: Severity = Severity.CRITICAL
    """The harm when a stranger has it."""
    development: bool = False
    """It is for tests or for the developer's own machine, by the file's name or by the host it opens."""
    prefix: str = ""
    """The public part of a token, such as ``sb_secret_``."""
    rotate: str = ""
    """The provider's page where it is revoked; empty when there is none."""


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A tracked file whose names and values were read."""

    path: str
    source: Source


@dataclass(frozen=True, slots=True)
class UnreadFile:
    """A tracked file, or a part of it, that nobody could look at."""

    path: str
    source: Source
    reason: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Sweep:
    """The search by shape in every tracked text file: what it looked at, and its bounds."""

    files: int = 0
    size_bytes: int = 0
    binary: int = 0
    """Files that hold no text, and were not searched."""
    vendored: int = 0
    """Files of packages of others and lock files, that were not searched."""
    gone: int = 0
    """Files that git tracks and that this checkout has not, and links."""
    max_file_bytes: int = 0
    max_bytes: int = 0
    max_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class SecretLiterals:
    """Secrets in the tracked files of the repository."""

    NEEDS: ClassVar[tuple[str, ...]] = (
        "`repository` of the environment",
        "a git checkout, and git",
    )

    files: tuple[ReadFile, ...]
    literals: tuple[SecretLiteral, ...]
    unread: tuple[UnreadFile, ...] = ()
    tracked: int = 0
    """How many files git tracks."""
    sweep: Sweep = Sweep()
    gaps: tuple[Gap, ...] = ()
