"""No origin of plain http is let in."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.cors import CorsAnswers
from auditor.facts.cors_causes import Cause
from auditor.facts.cors_verdicts import verdicts
from auditor.model import Finding, Level, Severity
from auditor.registry import check

MESSAGES = {
    Cause.DOWNGRADE: "lets {origin} in, which anybody on the way may answer for",
}


@check(
    "CORS010",
    level=Level.MANDATORY,
    severity=Severity.MEDIUM,
    references=(
        "CWE-942",
        "CWE-319",
        "https://fetch.spec.whatwg.org/#http-cors-protocol",
    ),
)
def plain_http_origin_refused(cors: CorsAnswers) -> Iterator[Finding]:
    """No origin of plain http is let in.

    ## Why it matters
    Who sits in the same network answers for `http://app.example.com`, and reads the API through the user's browser,
    however well the API itself is encrypted.

    ## How to fix it
    Write `https://` in the list, and no `https?` in a pattern.
    """
    yield from verdicts(cors, MESSAGES, "lets no origin of plain http in")
