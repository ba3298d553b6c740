"""The rules: how each provider's tokens look, as a table that everybody can read."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from auditor.facts.sightings import Nature
from auditor.model import Severity

TABLE = Path(__file__).with_name("rules.toml")

_SHORTHANDS = {
    # up to 30 characters of the rest of a name, and of the object that it is in: TWILIO_ACCOUNT_, twilio: { auth
    "between": r"[A-Za-z0-9_.:{\[\s\"'-]{0,30}?",
    # what stands between a name and its value, as programs, JSON in strings, HTML and URLs write it
    "is": (
        r"(?:[\s\"'`:=,>(\[\\]|\?\?|\|\||&(?:quot|apos|#34|#39|#x22|#x27|#61|#x3[Dd]);|u00(?:22|27|3[ADad])"
        r"|x(?:22|27|3[ADad])|%(?:2[0257]|3[ADad]|22)|(?:Secret)?[Ss]tr(?=[\s=])){1,24}"
    ),
}
"""What shapes of named values share, written ``<between>`` and ``<is>``."""
_SHORTHAND = re.compile(r"(?<!\?P)<([A-Za-z0-9_]+)>")


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

    It says what the token is made of, and not what stands around it: the scanner sees to both edges. In the table
    ``<is>`` and ``<between>`` stand for what is between a name and its value, and ``<Twilio>`` for the word in
    capitals or not; here they are written out. A shape that begins with ``(?i`` has literals in small letters.
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
    edge: bool = False
    """Only where a token begins: for literals that encoded data is full of, as source maps are of ``EAA``."""
    like: tuple[str, ...] = ()
    """Ids of rows of other providers whose tokens cannot be told from these by their shape."""


@cache
def rules() -> tuple[Rule, ...]:
    """Every row of the table, in its order."""
    rows = tomllib.loads(TABLE.read_text(encoding="utf-8"))["rule"]
    return tuple(map(_rule, rows))


def _rule(row: dict[str, object]) -> Rule:
    given = {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}
    given["literals"] = tuple(str(word).encode("ascii") for word in row["literals"])  # type: ignore[attr-defined]
    given["shape"] = _SHORTHAND.sub(_written_out, str(row["shape"]))
    given["severity"] = Severity(str(row["severity"]))
    given["nature"] = Nature(str(row.get("nature", "secret")))
    return Rule(**given)  # type: ignore[arg-type]


def _written_out(shorthand: re.Match[str]) -> str:
    word = shorthand[1]
    return _SHORTHANDS.get(word) or f"(?i:{word.lower()})"
