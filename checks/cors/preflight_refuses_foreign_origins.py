"""Preflights refuse foreign origins, as answers do."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.cors import CorsAnswers
from auditor.facts.cors_causes import Cause
from auditor.facts.cors_verdicts import verdicts
from auditor.model import Finding, Level, Severity
from auditor.registry import check

MESSAGES = {
    Cause.PREFLIGHT: "lets any origin in by its preflights, such as {origin}, as its answers do not",
}


@check(
    "CORS016",
    level=Level.MANDATORY,
    severity=Severity.MEDIUM,
    references=(
        "CWE-942",
        "CWE-352",
        "https://fetch.spec.whatwg.org/#cors-preflight-fetch",
    ),
)
def preflight_refuses_foreign_origins(cors: CorsAnswers) -> Iterator[Finding]:
    """Preflights refuse foreign origins, as answers do.

    ## Why it matters
    The preflight decides whether the request is sent. Where it lets every origin in, every web page may send writes
    with the user's cookies, though it cannot read what came of them.

    ## How to fix it
    Let one piece of software answer both. A handler for OPTIONS of its own, beside the middleware, is how they come
    to differ.
    """
    yield from verdicts(cors, MESSAGES, "lets no origin in by preflights that its answers refuse")
