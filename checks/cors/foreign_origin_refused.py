"""No foreign origin may read answers of the API with the user's credentials."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.cors import CorsAnswers
from auditor.facts.cors_causes import Cause
from auditor.facts.cors_verdicts import verdicts
from auditor.model import Finding, Level, Severity
from auditor.registry import check

MESSAGES = {
    Cause.REFLECTS: "reflects any origin, such as {origin}, with credentials",
    Cause.REFLECTS_COOKIE: "reflects any origin, such as {origin}, with credentials, once a cookie is sent",
}


@check(
    "CORS001",
    level=Level.MANDATORY,
    severity=Severity.CRITICAL,
    references=(
        "CWE-942",
        "ASVS-5.0-3.4.2",
        "https://fetch.spec.whatwg.org/#http-cors-protocol",
    ),
)
def foreign_origin_refused(cors: CorsAnswers) -> Iterator[Finding]:
    """No foreign origin may read answers of the API with the user's credentials.

    ## Why it matters
    An API that reflects any Origin and allows credentials hands the data of each signed-in user to every web page
    that the user opens. Some reflect only once a cookie is sent: Starlette before 0.39 answers `*` to everybody
    else.

    ## How to fix it
    List the origins of your own frontend, and nothing computed from the request. `allow_origins=["*"]` with
    `allow_credentials=True` is a reflection too:

        app.add_middleware(
            CORSMiddleware,
            allow_origins=["https://app.example.com"],
            allow_credentials=True,
        )
    """
    yield from verdicts(cors, MESSAGES, "reflects no foreign origin with credentials")
