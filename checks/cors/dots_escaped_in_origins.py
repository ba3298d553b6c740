"""A dot in an origin is a dot."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.cors import CorsAnswers
from auditor.facts.cors_causes import Cause
from auditor.facts.cors_verdicts import verdicts
from auditor.model import Finding, Level, Severity
from auditor.registry import check

MESSAGES = {
    Cause.DOT: "takes any letter for a dot: lets {origin} in",
}


@check(
    "CORS006",
    level=Level.MANDATORY,
    severity=Severity.HIGH,
    references=(
        "CWE-942",
        "CWE-185",
        "https://fetch.spec.whatwg.org/#http-cors-protocol",
    ),
)
def dots_escaped_in_origins(cors: CorsAnswers) -> Iterator[Finding]:
    """A dot in an origin is a dot.

    ## Why it matters
    In a pattern, a dot that is not escaped stands for any letter: `https://app.example.com` then lets
    `https://appxexample.com` in, which anybody may register.

    ## How to fix it
    A list of whole origins needs no pattern. Where there must be one, write down its beginning, its end, and each
    dot as what it is; express, nginx and flask-cors search, or match the beginning only, where Starlette takes the
    whole:

        ^https://app[.]example[.]com$
    """
    yield from verdicts(cors, MESSAGES, "takes no letter for a dot")
