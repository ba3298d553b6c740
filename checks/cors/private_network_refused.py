"""Web pages are not let into a private network."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.cors import CorsAnswers
from auditor.facts.cors_causes import Cause
from auditor.facts.cors_verdicts import verdicts
from auditor.model import Finding, Level, Severity
from auditor.registry import check

MESSAGES = {
    Cause.NETWORK: "lets pages of the internet into a private network",
}


@check(
    "CORS022",
    level=Level.RECOMMENDED,
    severity=Severity.LOW,
    references=(
        "CWE-942",
        "https://wicg.github.io/private-network-access/",
    ),
)
def private_network_refused(cors: CorsAnswers) -> Iterator[Finding]:
    """Web pages are not let into a private network.

    ## Why it matters
    `Access-Control-Allow-Private-Network: true` tells browsers that pages of the internet may reach this API on a
    private network. An API on the internet has no use for it.

    ## How to fix it
    Leave `allow_private_network` and the header out.
    """
    yield from verdicts(cors, MESSAGES, "grants no access to a private network")
