"""Browsers are told to use HTTPS only."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from auditor.facts.headers import HeaderError
from auditor.facts.headers.hsts import parse_hsts
from auditor.facts.headers.verdicts import Verdict, bad, by_origin, findings, good, is_address
from auditor.facts.policy import TlsPolicy
from auditor.facts.responses import Kind, Responses, WebResponse
from auditor.model import Finding, Level, Severity, not_applicable, unproven
from auditor.registry import check

_DAY = 86_400


@check(
    "HTTPS001",
    level=Level.MANDATORY,
    severity=Severity.HIGH,
    references=("CWE-319", "ASVS-5.0-3.4.1", "RFC 6797"),
)
def hsts_enabled(responses: Responses, policy: TlsPolicy) -> Iterator[Finding]:
    """Pages and data tell browsers to come back over HTTPS only (HSTS).

    ## Why it matters
    A redirect from http:// protects the second request, not the first: on a hostile network it is answered by somebody
    else. A browser that knows Strict-Transport-Security never sends it in the clear, and offers no way around a bad
    certificate. A header that is not written as RFC 6797 demands is ignored without a word.

    ## How to fix it
    nginx, in every `server` block, and again in each `location` that has an `add_header` of its own:

        add_header Strict-Transport-Security "max-age=63072000; includeSubDomains" always;

    Next.js without a proxy, in `next.config.js`:

        async headers() {
          return [{ source: '/:path*', headers: [
            { key: 'Strict-Transport-Security', value: 'max-age=63072000; includeSubDomains' } ] }]
        }

    FastAPI without a proxy, as a middleware:

        @app.middleware("http")
        async def hsts(request, call_next):
            response = await call_next(request)
            response.headers["Strict-Transport-Security"] = "max-age=63072000; includeSubDomains"
            return response

    Begin with a short max-age when a subdomain may still need plain HTTP. The least that counts is
    `[policy.tls] hsts_min_age`.
    """
    for origin, answers in by_origin(responses.responses).items():
        if not answers[0].encrypted:
            yield not_applicable("HSTS counts over https only; that it is not, TLS001 says", origin)
            continue
        if is_address(origin):
            yield not_applicable("browsers keep HSTS for names, not for addresses (RFC 6797 section 8.1.1)", origin)
            continue
        ordinary = [answer for answer in answers if answer.kind in (Kind.PAGE, Kind.DATA)]
        if not ordinary and answers[0].surface == "supabase":  # closed to strangers: its refusals are what it says
            ordinary = [answer for answer in answers if answer.kind is Kind.ERROR]
        if not ordinary and not responses.gaps:
            yield unproven(origin, "no page and no data came: nobody can tell what their headers are")
        least = int(policy.hsts_min_age.total_seconds())
        yield from findings(ordinary, partial(_judge, least))


def _judge(least: int, answer: WebResponse) -> Iterator[Verdict]:
    values = answer.values("strict-transport-security")
    if not values:
        yield bad("there is no Strict-Transport-Security header", "missing")
        return
    try:
        hsts = parse_hsts(values[0])
    except HeaderError as error:
        yield bad(f"browsers ignore the Strict-Transport-Security header: {error}", "invalid", header=values[0])
        return
    days = round(hsts.max_age / _DAY, 1)
    seen: dict[str, Any] = {"header": values[0], "max_age_days": days, "least_days": round(least / _DAY, 1)}
    if not hsts.max_age:
        yield bad("max-age=0 makes browsers forget that the host wants HTTPS", "forgets", **seen)
    elif hsts.max_age < least:
        # in seconds, as the header says it: rounded to days, it may look like enough
        yield bad(f"browsers remember HTTPS for {hsts.max_age} s; the least is {least} s", "short", **seen)
    else:
        yield good(f"browsers remember HTTPS for {days:g} days", **seen)
