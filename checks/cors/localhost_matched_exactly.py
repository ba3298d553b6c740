"""What begins like localhost is not let in."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.cors import CorsAnswers
from auditor.facts.cors_causes import Cause
from auditor.facts.cors_verdicts import verdicts
from auditor.model import Finding, Level, Severity
from auditor.registry import check

MESSAGES = {
    Cause.LOCAL_PREFIX: "lets what begins like localhost in, such as {origin}",
}


@check(
    "CORS012",
    level=Level.MANDATORY,
    severity=Severity.HIGH,
    references=(
        "CWE-942",
        "CWE-625",
        "https://fetch.spec.whatwg.org/#http-cors-protocol",
    ),
)
def localhost_matched_exactly(cors: CorsAnswers) -> Iterator[Finding]:
    """What begins like localhost is not let in.

    ## Why it matters
    `http://localhost.attacker.net` is on the internet: a pattern for any port of localhost that has no end lets it
    in.

    ## How to fix it
    Production needs no pattern for localhost. In development, write its end: `^http://localhost(:[0-9]+)?$`.
    """
    yield from verdicts(cors, MESSAGES, "lets nothing in that begins like localhost")
