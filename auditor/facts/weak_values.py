"""Credentials that everybody can guess, and how many were looked at. Never their values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from auditor.model import Gap


class Weakness(StrEnum):
    """Why a value protects nothing."""

    NONE = ""
    DEFAULT = "a published default"
    """It stands in documentation, a template or an image."""
    COMMON = "a word that everybody tries"
    SAMPLE = "the sample text that asks to be replaced"
    FORGEABLE = "signed with a secret that everybody knows"
    """A token; with the secret everybody can sign others."""
    USER = "the same as the user's name"
    SHORT = "too short"
    REPEATED = "one pattern, repeated"
    MISSING = "no value at all"
    """A service that then takes its own default, or asks nobody for a password."""


@dataclass(frozen=True, slots=True)
class JudgedValue:
    """A credential that was looked at."""

    place: str
    """A file of the repository, or ``database`` and other keys of the checklist."""
    name: str
    """The variable, or what the value is."""
    length: int
    """In characters."""
    weakness: Weakness = Weakness.NONE
    why: str = ""
    """More about the weakness: whose default it is, or how long it should be."""
    line: int = 0
    """Counted from 1; 0 outside of files."""
    live: bool = False
    """The audit itself uses it, or the file is that of production."""


@dataclass(frozen=True, slots=True)
class WeakValues:
    """The credentials that the audit has in its hands, judged by their values."""

    NEEDS: ClassVar[tuple[str, ...]] = (
        "`repository` of the environment, `database`, `supabase.service_key`: as many as there are",
    )

    values: tuple[JudgedValue, ...]
    files: int = 0
    """How many files of the repository were read."""
    gaps: tuple[Gap, ...] = ()
