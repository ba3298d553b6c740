"""What the operations of the API answer to somebody without credentials."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from auditor.model import Gap


@dataclass(frozen=True, slots=True)
class OpenOperation:
    """An operation that answered, and what its answer is made of: names and numbers, and no values."""

    operation: str
    """Such as ``GET /api/users``."""
    url: str
    status: int
    secured: bool
    """Whether the document says that it wants credentials."""
    declared: bool
    """Whether the checklist says that everyone may use it."""
    kind: str
    """``a list``, ``an object``, ``a page``, ``text`` …"""
    items: int | None = None
    """How many entries its list has; None: it is none, or was not read to its end."""
    keys: tuple[str, ...] = ()
    """Names of the keys in it, sorted, the first of many."""
    personal: tuple[str, ...] = ()
    """Those among them that stand for data of persons, or for credentials."""
    emails: int = 0
    """How many values look like addresses of mail."""
    tokens: int = 0
    """How many values look like tokens."""


@dataclass(frozen=True, slots=True)
class OpenOperations:
    """What was asked of the operations that the API's document names, and what they answered."""

    NEEDS: ClassVar[tuple[str, ...]] = (
        "`api` of the environment",
        "an OpenAPI document that the audit can read, or `[policy.cors] endpoints`",
        "at most 30 GET requests to operations without parameters, and as many to random paths beside them",
    )

    document: str
    """Where the API's document is; empty: none was found."""
    asked: int = 0
    """How many operations were asked."""
    closed: int = 0
    """How many of them refused."""
    answers: tuple[OpenOperation, ...] = ()
    left: tuple[str, ...] = ()
    """Operations that were not asked: their name says that they change something, or there were too many."""
    gaps: tuple[Gap, ...] = ()
