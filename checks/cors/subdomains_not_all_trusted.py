"""Not every subdomain may read answers with the user's credentials."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.cors import CorsAnswers
from auditor.facts.cors_causes import Cause
from auditor.facts.cors_verdicts import verdicts
from auditor.model import Finding, Level, Severity
from auditor.registry import check

MESSAGES = {
    Cause.SUBDOMAIN: "lets every subdomain in, such as {origin}",
}


@check(
    "CORS009",
    level=Level.MANDATORY,
    severity=Severity.MEDIUM,
    references=(
        "CWE-942",
        "https://fetch.spec.whatwg.org/#http-cors-protocol",
    ),
)
def subdomains_not_all_trusted(cors: CorsAnswers) -> Iterator[Finding]:
    """Not every subdomain may read answers with the user's credentials.

    ## Why it matters
    Every subdomain is as good as the frontend then: one forgotten record that points to a service which somebody
    else may claim, or one cross-site scripting hole in a blog, and the API is open.

    ## How to fix it
    List the subdomains that call the API:

        allow_origins=["https://app.example.com", "https://admin.example.com"]
    """
    yield from verdicts(cors, MESSAGES, "does not let every subdomain in with credentials")
