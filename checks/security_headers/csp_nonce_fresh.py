"""Nonces are used once."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.headers.policies import enforced, nonces, reported
from auditor.facts.headers.verdicts import by_origin
from auditor.facts.responses import Kind, Responses, WebResponse
from auditor.model import Confidence, Finding, Level, Severity, failed, not_applicable, passed, unproven
from auditor.registry import check


@check("HDR004", level=Level.RECOMMENDED, severity=Severity.HIGH, references=("CWE-323", "CWE-330", "ASVS-5.0-3.4.3"))
def csp_nonce_fresh(responses: Responses) -> Iterator[Finding]:
    """The nonce of the Content-Security-Policy is a new one in every answer.

    ## Why it matters
    A nonce that comes again is a password that is printed on the page: whoever writes a script into it puts the nonce
    on, and it runs. It happens when the nonce is made once at start-up or build, or when a cache keeps the page.

    ## How to fix it
    Make it for each request, from a source of randomness, and keep caches from the page:

        const nonce = Buffer.from(crypto.randomUUID()).toString('base64')   // middleware.ts or proxy.ts of Next.js
        nonce = secrets.token_urlsafe(16)                                   # FastAPI, in a middleware

    nginx's `$request_id` with `sub_filter` is new for each request; a literal in `add_header` never is. A page that
    must be cached takes hashes instead of a nonce.
    """
    pages = by_origin(responses.responses, Kind.PAGE)
    for origin, answers in pages.items():
        yield _judge(origin, answers)
    if responses.responses and not pages:
        yield not_applicable("no page came")


def _judge(origin: str, pages: list[WebResponse]) -> Finding:
    seen = {id(page): _nonces(page) for page in pages}
    with_nonce = [page for page in pages if seen[id(page)]]
    if not with_nonce:
        return not_applicable("no policy has a nonce", origin)
    for position, page in enumerate(with_nonce):
        for other in with_nonce[:position]:
            if again := seen[id(page)] & seen[id(other)]:
                return failed(
                    origin,
                    "two answers have the same nonce",
                    confidence=Confidence.PROVEN,
                    reproduce=f"for i in 1 2; do curl -s -o /dev/null -D - {page.url} | grep -i nonce-; done",
                    nonce_characters=sorted(len(nonce) for nonce in again),
                    urls=[other.url, page.url],
                )
    if len(with_nonce) < 2:
        return unproven(origin, "only one answer has a nonce: there is none to compare it with", "run the audit again")
    message = f"{len(with_nonce)} answers, no nonce twice"
    return passed(origin, message, confidence=Confidence.PROVEN, urls=sorted({page.url for page in with_nonce}))


def _nonces(page: WebResponse) -> frozenset[str]:
    return frozenset(nonces((*enforced(page), *reported(page))))
