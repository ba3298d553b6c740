"""No foreign origin is reflected without credentials."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.cors import CorsAnswers
from auditor.facts.cors_causes import Cause
from auditor.facts.cors_verdicts import verdicts
from auditor.model import Finding, Level, Severity
from auditor.registry import check

MESSAGES = {
    Cause.REFLECTS_OPENLY: "reflects any origin, such as {origin}, without credentials",
}


@check(
    "CORS002",
    level=Level.RECOMMENDED,
    severity=Severity.MEDIUM,
    references=(
        "CWE-942",
        "https://fetch.spec.whatwg.org/#http-cors-protocol",
    ),
)
def foreign_origin_not_reflected(cors: CorsAnswers) -> Iterator[Finding]:
    """No foreign origin is reflected without credentials.

    ## Why it matters
    Every web page may read what the API answers without cookies. For public data that is what `*` says, and `*`
    says it honestly and to caches too; for an API on an internal network it opens the network to every page that
    somebody in it looks at.

    ## How to fix it
    Say `*` where data is public, and list origins where it is not. flask-cors reflects by default:

        CORS(app, origins=["https://app.example.com"])
    """
    yield from verdicts(cors, MESSAGES, "reflects no foreign origin without credentials")
