"""Columns that need care, and indexes that are missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from auditor.model import Gap


@dataclass(frozen=True, slots=True)
class DelicateColumn:
    """A column of an exposed table whose name says that it is secret, or that it decides about rights."""

    table: str
    column: str
    kind: str
    """``sensitive`` or ``privilege``."""
    readable_by: tuple[str, ...]
    """API roles that may select it."""
    updatable_by: tuple[str, ...]
    """API roles that may update it."""
    insertable_by: tuple[str, ...] = ()
    """API roles that may set it in a new row."""


@dataclass(frozen=True, slots=True)
class MissingIndex:
    """Columns that are searched for without an index that begins with them."""

    table: str
    columns: tuple[str, ...]
    reason: str
    """``policy`` or ``foreign key``."""
    name: str = ""
    """The foreign key's name."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Delicate columns and missing indexes of the exposed tables."""

    NEEDS: ClassVar[tuple[str, ...]] = ("`auditor_database`, or `database`", "a role that may connect")

    delicate: tuple[DelicateColumn, ...]
    unindexed: tuple[MissingIndex, ...]


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket of Supabase Storage."""

    name: str
    public: bool


@dataclass(frozen=True, slots=True)
class Buckets:
    """Every bucket."""

    NEEDS: ClassVar[tuple[str, ...]] = (
        "`auditor_database`, or `database`",
        "`grant usage on schema storage` and `grant select on storage.buckets to` the audit's role",
    )

    there: bool
    """The database has Supabase Storage."""
    buckets: tuple[Bucket, ...] = ()
    gaps: tuple[Gap, ...] = ()
