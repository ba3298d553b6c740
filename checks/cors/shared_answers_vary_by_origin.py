"""Answers that shared caches keep say that they depend on the origin."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.cors import CorsAnswers
from auditor.facts.cors_causes import Cause
from auditor.facts.cors_verdicts import verdicts
from auditor.model import Finding, Level, Severity
from auditor.registry import check

MESSAGES = {
    Cause.VARY_PUBLIC: "lets shared caches keep answers that depend on the origin, without Vary: Origin",
}


@check(
    "CORS019",
    level=Level.RECOMMENDED,
    severity=Severity.MEDIUM,
    references=(
        "CWE-525",
        "CWE-349",
        "https://fetch.spec.whatwg.org/#cors-protocol-and-http-caches",
    ),
)
def shared_answers_vary_by_origin(cors: CorsAnswers) -> Iterator[Finding]:
    """Answers that shared caches keep say that they depend on the origin.

    ## Why it matters
    `Cache-Control: public` lets a CDN keep the answer for everybody. Without `Vary: Origin` the first origin that
    asks decides for all: the frontend is locked out, or a stranger let in, until the copy expires.

    ## How to fix it
    Send `Vary: Origin` with every answer of the route, or `Cache-Control: private`:

        add_header Vary Origin always;
    """
    yield from verdicts(cors, MESSAGES, "lets no shared cache keep an answer for the wrong origin")
