"""The origin null may not read answers with the user's credentials."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.cors import CorsAnswers
from auditor.facts.cors_causes import Cause
from auditor.facts.cors_verdicts import verdicts
from auditor.model import Finding, Level, Severity
from auditor.registry import check

MESSAGES = {
    Cause.NULL: "lets the origin null in",
}


@check(
    "CORS003",
    level=Level.MANDATORY,
    severity=Severity.HIGH,
    references=(
        "CWE-942",
        "https://fetch.spec.whatwg.org/#http-cors-protocol",
    ),
)
def null_origin_refused(cors: CorsAnswers) -> Iterator[Finding]:
    """The origin null may not read answers with the user's credentials.

    ## Why it matters
    `null` is what a sandboxed frame sends, and every web page can open one: to let `null` in is to let everybody
    in.

    ## How to fix it
    Take `null` out of the list. Nothing that is deployed sends it; for local files during development, serve them.
    """
    yield from verdicts(cors, MESSAGES, "does not let the origin null in with credentials")
