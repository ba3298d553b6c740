"""Everyone is not let in with credentials."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.cors import CorsAnswers
from auditor.facts.cors_causes import Cause
from auditor.facts.cors_verdicts import verdicts
from auditor.model import Finding, Level, Severity
from auditor.registry import check

MESSAGES = {
    Cause.EVERYONE_CREDENTIALS: "answers * together with credentials, which browsers refuse",
}


@check(
    "CORS015",
    level=Level.RECOMMENDED,
    severity=Severity.MEDIUM,
    references=(
        "CWE-942",
        "https://fetch.spec.whatwg.org/#cors-protocol-and-credentials",
    ),
)
def everyone_without_credentials(cors: CorsAnswers) -> Iterator[Finding]:
    """Everyone is not let in with credentials.

    ## Why it matters
    Browsers refuse `*` with credentials, so that the frontend does not work as somebody meant it to, and the next
    change that makes it work is a reflection of every origin.

    ## How to fix it
    List origins where there are cookies, or leave Access-Control-Allow-Credentials out.
    """
    yield from verdicts(cors, MESSAGES, "does not let everyone in with credentials")
