"""No origin is let in that nobody has declared."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.cors import CorsAnswers
from auditor.facts.cors_causes import Cause
from auditor.facts.cors_verdicts import verdicts
from auditor.model import Finding, Level, Severity
from auditor.registry import check

MESSAGES = {Cause.UNDECLARED: "lets {origin} in, which nobody has declared"}


@check(
    "CORS023",
    level=Level.RECOMMENDED,
    severity=Severity.LOW,
    references=("CWE-942", "https://fetch.spec.whatwg.org/#http-cors-protocol"),
)
def only_declared_origins(cors: CorsAnswers) -> Iterator[Finding]:
    """No origin is let in that nobody has declared.

    What resembles the frontend's origin and hands out data of users has checks of its own. Here is what remains:
    origins of the same domain that `[policy.cors] allowed_origins` does not name, and subdomains, shared hosts and
    `null` where they are let in without credentials.

    ## Why it matters
    What is let in and not on the list is what nobody looks after: it stays when its reason is gone.

    ## How to fix it
    Take the origin out of the API's list, or add it to `[policy.cors] allowed_origins` of the checklist.
    """
    yield from verdicts(cors, MESSAGES, "lets no undeclared origin in")
