"""Variables that a build writes into what every browser downloads, by name."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from auditor.facts.sightings import Nature
from auditor.model import Confidence, Gap


class NameClass(StrEnum):
    """What the name of a public variable says about its value."""

    SECRET = "secret"
    """``NEXT_PUBLIC_SUPABASE_SERVICE_ROLE_KEY``: whatever it holds should not be public."""
    REVIEW = "review"
    """``NEXT_PUBLIC_ACME_TOKEN``: its value decides."""
    FINE = "fine"


@dataclass(frozen=True, slots=True)
class PublicVariable:
    """One variable with a framework's public prefix, or from the ``env`` of next.config."""

    name: str
    class_: NameClass
    place: str
    """Path in the repository, or the URL of the source map or script that names it."""
    line: int
    source: str
    """``.env file``, ``next.config``, ``CI file``, ``compose file``, ``source map``, ``script``, ``settings``."""
    value_length: int = 0
    """In characters; 0 when no value was seen."""
    value_kind: str = ""
    """What the scanner calls its value; empty when it recognises nothing."""
    value_nature: Nature = Nature.UNCLEAR
    """Who may know the value, as far as the scanner tells."""
    served_at: str = ""
    """URL of the script that holds the value, when a source map paired the two."""
    served_line: int = 0
    served_column: int = 0
    confidence: Confidence = Confidence.INFERRED


@dataclass(frozen=True, slots=True)
class PublicVariables:
    """Names found in the repository: what the next build will make public."""

    NEEDS: ClassVar[tuple[str, ...]] = ("`repository` of the environment",)

    files: tuple[str, ...]
    """Files that were read, relative to the repository."""
    variables: tuple[PublicVariable, ...] = ()
    gaps: tuple[Gap, ...] = ()
