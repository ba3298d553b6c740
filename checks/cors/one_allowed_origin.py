"""An answer names one allowed origin."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.cors import CorsAnswers
from auditor.facts.cors_causes import Cause
from auditor.facts.cors_verdicts import verdicts
from auditor.model import Finding, Level, Severity
from auditor.registry import check

MESSAGES = {
    Cause.BROKEN: "answers with several values of Access-Control-Allow-Origin: browsers refuse them all",
}


@check(
    "CORS020",
    level=Level.RECOMMENDED,
    severity=Severity.LOW,
    references=(
        "CWE-436",
        "https://fetch.spec.whatwg.org/#cors-check",
    ),
)
def one_allowed_origin(cors: CorsAnswers) -> Iterator[Finding]:
    """An answer names one allowed origin.

    ## Why it matters
    Browsers refuse an answer with two values of Access-Control-Allow-Origin, or with a list in it: nobody is let
    in, until somebody takes away the wrong one of two places.

    ## How to fix it
    Let the application or the proxy in front of it set the headers, and not both:

        proxy_hide_header Access-Control-Allow-Origin;
    """
    yield from verdicts(cors, MESSAGES, "names one allowed origin at most")
