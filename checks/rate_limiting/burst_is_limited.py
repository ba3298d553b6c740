"""A burst of requests meets a limit."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.policy import Rate, RateLimitPolicy
from auditor.facts.rate_limit import Burst, Bursts
from auditor.model import Confidence, Evidence, Finding, Level, Severity, failed, passed, unproven
from auditor.registry import check

_REFUSALS = (429, 503, 403, 423, 0)
"""What limiters say: nginx 503 unless told otherwise, firewalls 403, account locks 423; 0 for closed connections."""


@check(
    "RATE001",
    level=Level.MANDATORY,
    severity=Severity.MEDIUM,
    references=("CWE-770", "ASVS-5.0-2.4.1", "RFC 6585 section 4"),
)
def burst_is_limited(bursts: Bursts, policy: RateLimitPolicy) -> Iterator[Finding]:
    """A bounded burst against each declared endpoint is refused before it ends.

    ## Why it matters
    Without a limit one client can guess passwords, scrape the data and run up the bill until the database falls over.

    ## How to fix it
    Limit {subject} per client, and make sure that the middleware is really mounted:

        limiter = Limiter(key_func=get_remote_address, default_limits=["100/minute"])
        app.state.limiter = limiter
        app.add_middleware(SlowAPIMiddleware)
        app.add_exception_handler(RateLimitExceeded, _rate_limit_exceeded_handler)
    """
    for burst in bursts.bursts:
        yield _judge(burst, policy)


def _judge(burst: Burst, policy: RateLimitPolicy) -> Finding:
    evidence: Evidence = {
        "sent_requests": burst.sent,
        "accepted_requests": burst.accepted,
        "burst_s": round(burst.seconds, 2),
        "refused_status": burst.refused_status,
    }
    sent = f"{burst.accepted} accepted in {burst.seconds:.1f} s"
    if burst.refused_status is not None:
        return _refused(burst, burst.refused_status, sent, evidence)
    if policy.limit and _in_one_window(burst, policy.limit) <= policy.limit.count:
        return unproven(
            burst.endpoint,
            f"no limit met: {sent}, no more than the promised {policy.limit}",
            f"raise [policy.rate_limiting] max_requests above {2 * policy.limit.count}, or run nearer to the server",
            **evidence,
        )
    return failed(burst.endpoint, f"no limit met from one address: {sent}", confidence=Confidence.PROVEN, **evidence)


def _in_one_window(burst: Burst, limit: Rate) -> float:
    """How many of the accepted requests fell into one period of the limit."""
    return burst.accepted if burst.seconds <= limit.seconds else burst.accepted * limit.seconds / burst.seconds


def _refused(burst: Burst, status: int, sent: str, evidence: Evidence) -> Finding:
    shown = status or "closed connections"
    if not burst.confirmed:
        return unproven(
            burst.endpoint,
            f"{shown} appeared once in the burst and was not confirmed: it may be an unsteady server",
            "run the audit again when the server is quiet",
            **evidence,
        )
    if status not in _REFUSALS:
        return unproven(
            burst.endpoint,
            f"answers {shown} after {sent}: that is no refusal, the server may have broken down",
            "look at its log; a limit answers 429 (RFC 6585)",
            **evidence,
        )
    return passed(burst.endpoint, f"refused with {shown} after {sent}", confidence=Confidence.PROVEN, **evidence)
