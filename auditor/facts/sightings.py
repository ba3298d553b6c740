"""A secret, or what looks like one, and where it was seen. Never its value."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from auditor.model import Severity


class Nature(StrEnum):
    """Who may know a value."""

    SECRET = "secret"
    PUBLIC = "public"
    """Made to be seen by everybody, as the anon key of Supabase is."""
    UNCLEAR = "unclear"
    """Its shape does not tell, as with a Google key without its surroundings: told, and no failure."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """A value that was recognised in a text."""

    place: str
    """The URL that served it, or the path in the repository."""
    line: int
    """Counted from 1."""
    column: int
    """Counted from 1, in characters."""
    rule: str
    """What recognised it: the id of a row of the rules, ``jwt``, ``exact``, ``name``, ..."""
    kind: str
    """Such as ``Supabase service_role key``."""
    length: int
    """Of the value, in characters."""
    severity: Severity = Severity.CRITICAL
    """The harm when a stranger has it."""
    nature: Nature = Nature.SECRET
    prefix: str = ""
    """The public part of a token, such as ``sb_secret_``."""
    written: str = ""
    """How it stands there, when not as it is: ``escaped``, ``base64``, ``URL-encoded``, ..."""
    name: str = ""
    """The variable that it is given to, where that is known."""
    exact: bool = False
    """It is the very value of a secret that the audit was given."""
    why: str = ""
    """What tells that it is one, beyond its shape: ``signed with a secret that everybody knows``."""
    rotate: str = ""
    """The provider's page where it is revoked; empty when there is none."""
    same: int = 0
    """Equal for sightings of one value in one gathering, counted from 1; 0 when that was not looked at."""
    algorithm: str = ""
    """Of a JWT: what its header says signed it, as RFC 7518 writes that: ``HS256``, ``none``, ``unknown`` for others.

    Empty for everything else, and for the samples of documentation.
    """
