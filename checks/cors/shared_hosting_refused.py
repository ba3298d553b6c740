"""Not everybody on a shared host may read answers with the user's credentials."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.cors import CorsAnswers
from auditor.facts.cors_causes import Cause
from auditor.facts.cors_verdicts import verdicts
from auditor.model import Finding, Level, Severity
from auditor.registry import check

MESSAGES = {
    Cause.SHARED: "lets anybody's origin on a shared host in, such as {origin}",
}


@check(
    "CORS013",
    level=Level.MANDATORY,
    severity=Severity.HIGH,
    references=(
        "CWE-942",
        "https://fetch.spec.whatwg.org/#http-cors-protocol",
    ),
)
def shared_hosting_refused(cors: CorsAnswers) -> Iterator[Finding]:
    """Not everybody on a shared host may read answers with the user's credentials.

    ## Why it matters
    Anybody has `https://anything.vercel.app` in a minute. A pattern for the previews of your own frontend lets all
    of them in.

    ## How to fix it
    List the frontend's own origin. Let previews call an API of their own, or go through a path of their own host
    (`rewrites` in next.config).
    """
    yield from verdicts(cors, MESSAGES, "lets nobody else's origin on shared hosts in with credentials")
