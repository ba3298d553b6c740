"""Origins are compared, and not searched for a part."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.cors import CorsAnswers
from auditor.facts.cors_causes import Cause
from auditor.facts.cors_verdicts import verdicts
from auditor.model import Finding, Level, Severity
from auditor.registry import check

MESSAGES = {
    Cause.SUBSTRING: "looks for its domain anywhere in an origin: lets {origin} in",
}


@check(
    "CORS007",
    level=Level.MANDATORY,
    severity=Severity.HIGH,
    references=(
        "CWE-942",
        "CWE-625",
        "https://fetch.spec.whatwg.org/#http-cors-protocol",
    ),
)
def origin_not_searched_in(cors: CorsAnswers) -> Iterator[Finding]:
    """Origins are compared, and not searched for a part.

    ## Why it matters
    What only has to hold the frontend's domain somewhere is anybody's: `https://example.com.attacker.net`.
    `includes`, `in`, and patterns without `^` and `$` in JavaScript and nginx search.

    ## How to fix it
    A list of whole origins needs no pattern. Where there must be one, write down its beginning, its end, and each
    dot as what it is; express, nginx and flask-cors search, or match the beginning only, where Starlette takes the
    whole:

        ^https://app[.]example[.]com$
    """
    yield from verdicts(cors, MESSAGES, "searches no origin for a part")
