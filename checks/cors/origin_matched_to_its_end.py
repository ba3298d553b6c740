"""Origins are compared up to their end."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.cors import CorsAnswers
from auditor.facts.cors_causes import Cause
from auditor.facts.cors_verdicts import verdicts
from auditor.model import Finding, Level, Severity
from auditor.registry import check

MESSAGES = {
    Cause.PREFIX: "compares the beginning of origins only: lets {origin} in",
}


@check(
    "CORS004",
    level=Level.MANDATORY,
    severity=Severity.HIGH,
    references=(
        "CWE-942",
        "CWE-625",
        "https://fetch.spec.whatwg.org/#http-cors-protocol",
    ),
)
def origin_matched_to_its_end(cors: CorsAnswers) -> Iterator[Finding]:
    """Origins are compared up to their end.

    ## Why it matters
    What only has to begin like the frontend's origin is anybody's: `https://app.example.com.attacker.net` is a host
    that the attacker's own name server knows.

    ## How to fix it
    A list of whole origins needs no pattern. Where there must be one, write down its beginning, its end, and each
    dot as what it is; express, nginx and flask-cors search, or match the beginning only, where Starlette takes the
    whole:

        ^https://app[.]example[.]com$
    """
    yield from verdicts(cors, MESSAGES, "compares origins up to their end")
