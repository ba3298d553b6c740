"""Another port of the frontend's host is not let in."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.cors import CorsAnswers
from auditor.facts.cors_causes import Cause
from auditor.facts.cors_verdicts import verdicts
from auditor.model import Finding, Level, Severity
from auditor.registry import check

MESSAGES = {
    Cause.PORT: "lets {origin} in",
}


@check(
    "CORS017",
    level=Level.RECOMMENDED,
    severity=Severity.LOW,
    references=(
        "CWE-942",
        "https://fetch.spec.whatwg.org/#http-cors-protocol",
    ),
)
def other_port_refused(cors: CorsAnswers) -> Iterator[Finding]:
    """Another port of the frontend's host is not let in.

    ## Why it matters
    Another port is another origin: what else runs on the host, such as an administrator's tool, may then read the
    API as the user.

    ## How to fix it
    Leave ports out of the pattern: `https://app.example.com` has none.
    """
    yield from verdicts(cors, MESSAGES, "lets no other port of the frontend's host in")
