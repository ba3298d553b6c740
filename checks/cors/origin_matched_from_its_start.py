"""Origins are compared from their beginning."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.cors import CorsAnswers
from auditor.facts.cors_causes import Cause
from auditor.facts.cors_verdicts import verdicts
from auditor.model import Finding, Level, Severity
from auditor.registry import check

MESSAGES = {
    Cause.SUFFIX: "compares the end of origins only: lets {origin} in",
}


@check(
    "CORS005",
    level=Level.MANDATORY,
    severity=Severity.HIGH,
    references=(
        "CWE-942",
        "CWE-625",
        "https://fetch.spec.whatwg.org/#http-cors-protocol",
    ),
)
def origin_matched_from_its_start(cors: CorsAnswers) -> Iterator[Finding]:
    """Origins are compared from their beginning.

    ## Why it matters
    What only has to end like the frontend's domain is anybody's: `https://attackerexample.com` takes a minute to
    register.

    ## How to fix it
    A list of whole origins needs no pattern. Where there must be one, write down its beginning, its end, and each
    dot as what it is; express, nginx and flask-cors search, or match the beginning only, where Starlette takes the
    whole:

        ^https://app[.]example[.]com$
    """
    yield from verdicts(cors, MESSAGES, "compares origins from their beginning")
