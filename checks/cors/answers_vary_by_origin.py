"""Answers that depend on the origin say so."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.cors import CorsAnswers
from auditor.facts.cors_causes import Cause
from auditor.facts.cors_verdicts import verdicts
from auditor.model import Finding, Level, Severity
from auditor.registry import check

MESSAGES = {
    Cause.VARY: "answers origins differently, and does not say so with Vary: Origin",
}


@check(
    "CORS018",
    level=Level.RECOMMENDED,
    severity=Severity.LOW,
    references=(
        "CWE-525",
        "https://fetch.spec.whatwg.org/#cors-protocol-and-http-caches",
    ),
)
def answers_vary_by_origin(cors: CorsAnswers) -> Iterator[Finding]:
    """Answers that depend on the origin say so.

    ## Why it matters
    A browser's own cache, or a shared one, gives one origin the answer that was for another: the frontend breaks
    now and then.

    ## How to fix it
    Send `Vary: Origin` with every answer of the route, those without CORS headers too:

        add_header Vary Origin always;
    """
    yield from verdicts(cors, MESSAGES, "says that it depends on the origin where it does")
