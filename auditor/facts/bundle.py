"""What the frontend serves to every browser."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from auditor.model import Gap


@dataclass(frozen=True, slots=True)
class Leak:
    """A secret in a served file. Never its value."""

    url: str
    line: int
    column: int
    kind: str
    """Such as ``Supabase service_role key``."""
    length: int
    prefix: str = ""
    """The public part of a token, such as ``sb_secret_``."""
    exact: bool = False
    """It is the very value of a secret that the checklist names."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """Every page and script that could be found, and the secrets in them."""

    NEEDS: ClassVar[tuple[str, ...]] = (
        "`frontend` of the environment",
        "`supabase.service_key`, optional: to recognise the very key; it is sent nowhere",
    )

    frontend: str
    files: tuple[str, ...]
    size_bytes: int
    leaks: tuple[Leak, ...]
    gaps: tuple[Gap, ...] = ()
