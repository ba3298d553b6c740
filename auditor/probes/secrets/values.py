"""Says what a single value is: the scanner's word on it, without what stands around it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from auditor.facts.sightings import Nature
from auditor.probes.secrets.scanner import Scanner

_PLACEHOLDER = re.compile(
    r"<.*>|\*+|[xX]{3,}|\.{3,}|-+|todo|(?:your|my|replace|insert|enter|put)[-_ ].*|.*[-_ ]here"
    r"|(?:change[-_ ]?(?:me|it)|example|dummy|placeholder|undefined|null|none|true|false).*|\$\{.*\}|\{\{.*\}\}|%\w+%",
    re.IGNORECASE | re.DOTALL,
)
LONGEST = 20_000
"""Characters of a value that are looked at."""


@dataclass(frozen=True, slots=True)
class ValueKind:
    """What a value is."""

    kind: str
    """Such as ``Supabase service_role key``; empty when nothing recognises it."""
    nature: Nature


UNKNOWN = ValueKind("", Nature.UNCLEAR)


def value_kind(value: str) -> ValueKind:
    """What a value is by itself.

    Args:
        value: of a variable. It goes nowhere.
    """
    sightings = Scanner().scan(value[:LONGEST].encode("utf-8", "replace"), "")
    for nature in (Nature.SECRET, Nature.PUBLIC):
        for sighting in sightings:
            if sighting.nature is nature:
                return ValueKind(sighting.kind, nature)
    return ValueKind(sightings[0].kind, Nature.UNCLEAR) if sightings else UNKNOWN


def is_placeholder(value: str) -> bool:
    """Whether a value stands for one that is yet to be put there, or is none at all."""
    return not value.strip() or (len(value) <= 200 and _PLACEHOLDER.fullmatch(value.strip()) is not None)
