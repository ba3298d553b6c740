"""The rules: how each provider's tokens look, as a table that everybody can read."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from auditor.facts.sightings import Nature
from auditor.model import Severity

TABLE = Path(__file__).with_name("rules.toml")


@dataclass(frozen=True, slots=True)
class Rule:
    """One row: a shape of token."""

    id: str
    kind: str
    """What reports call it: ``GitHub personal access token``."""
    provider: str
    literals: tuple[bytes, ...]
    """One of them stands in every match: what the one pass over all bytes looks for. Three characters at least."""
    shape: str
    """A regular expression over ASCII bytes, by Python's ``re``; a group ``value``, if any, is the secret itself.

    It says what the token is made of, and not what stands around it: the scanner sees to both edges.
    """
    severity: Severity
    nature: Nature
    prefix: str = ""
    """The public part, that reports may show."""
    rotate: str = ""
    """The provider's page where it is revoked."""
    check: str = ""
    """A structural check by name, such as ``github-checksum``."""
    near: tuple[str, ...] = ()
    """Words in small letters, one of which stands near: for shapes that say little themselves."""
    entropy: float = 0.0
    """The least Shannon entropy of the value, in bits per character."""
    example: str = ""
    """How to make one: ``ghp_{36:w}``; see docs/secrets.md. Not a token, or the table would be full of them."""
    counterexamples: tuple[str, ...] = ()
    """Texts, in the same form, that look like one and are none."""


@cache
def rules() -> tuple[Rule, ...]:
    """Every row of the table, in its order."""
    rows = tomllib.loads(TABLE.read_text(encoding="utf-8"))["rule"]
    return tuple(map(_rule, rows))


def _rule(row: dict[str, object]) -> Rule:
    given = {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}
    given["literals"] = tuple(str(word).encode("ascii") for word in row["literals"])  # type: ignore[attr-defined]
    given["severity"] = Severity(str(row["severity"]))
    given["nature"] = Nature(str(row.get("nature", "secret")))
    return Rule(**given)  # type: ignore[arg-type]
