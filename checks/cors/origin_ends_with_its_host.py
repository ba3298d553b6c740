"""No sign ends an origin before its host ends."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.cors import CorsAnswers
from auditor.facts.cors_causes import Cause
from auditor.facts.cors_verdicts import verdicts
from auditor.model import Finding, Level, Severity
from auditor.registry import check

MESSAGES = {
    Cause.SPECIAL: "takes a sign for the end of the host: lets {origin} in",
}


@check(
    "CORS008",
    level=Level.MANDATORY,
    severity=Severity.HIGH,
    references=(
        "CWE-942",
        "CWE-625",
        "https://fetch.spec.whatwg.org/#http-cors-protocol",
    ),
)
def origin_ends_with_its_host(cors: CorsAnswers) -> Iterator[Finding]:
    """No sign ends an origin before its host ends.

    ## Why it matters
    Browsers send origins with signs such as `_` in the host, and name servers know such hosts. A pattern that takes
    one for the end of the host lets `https://app.example.com_.attacker.net` in.

    ## How to fix it
    A list of whole origins needs no pattern. Where there must be one, write down its beginning, its end, and each
    dot as what it is; express, nginx and flask-cors search, or match the beginning only, where Starlette takes the
    whole:

        ^https://app[.]example[.]com$
    """
    yield from verdicts(cors, MESSAGES, "takes no sign for the end of a host")
