"""Localhost is not let in."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.cors import CorsAnswers
from auditor.facts.cors_causes import Cause
from auditor.facts.cors_verdicts import verdicts
from auditor.model import Finding, Level, Severity
from auditor.registry import check

MESSAGES = {
    Cause.LOCAL: "lets {origin} in",
}


@check(
    "CORS011",
    level=Level.MANDATORY,
    severity=Severity.MEDIUM,
    references=(
        "CWE-942",
        "CWE-489",
        "https://fetch.spec.whatwg.org/#http-cors-protocol",
    ),
)
def localhost_origin_refused(cors: CorsAnswers) -> Iterator[Finding]:
    """Localhost is not let in.

    ## Why it matters
    Whatever runs on a user's own machine, such as a developer's tool or another user's program on a shared one, may
    read the API as that user.

    ## How to fix it
    Take `http://localhost:3000` out of production's list; let development have a list of its own:

        ALLOWED_ORIGINS=https://app.example.com
    """
    yield from verdicts(cors, MESSAGES, "does not let localhost in")
