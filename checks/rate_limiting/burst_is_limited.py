"""A burst of requests meets a limit."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts import rate_limit_verdicts as words
from auditor.facts.policy import RateLimitPolicy
from auditor.facts.rate_limit import Burst, Bursts, Choice, End, Scope
from auditor.model import Confidence, Finding, Level, Severity, failed, passed, unproven
from auditor.registry import check

_MISUNDERSTOOD = (400, 415, 422)
_QUIET = "run the audit again when the server is quiet"


@check(
    "RATE001",
    level=Level.MANDATORY,
    severity=Severity.MEDIUM,
    references=("CWE-770", "ASVS-5.0-2.4.1", "RFC 6585 section 4"),
)
def burst_is_limited(bursts: Bursts, policy: RateLimitPolicy) -> Iterator[Finding]:
    """A bounded burst against each declared endpoint is refused before it ends.

    All requests come from one address: whether each client has a limit of its own, a burst cannot tell. Where no limit
    is met, that counts as a failure only if no limit as promised (`limit`) would have let so many requests through:
    with fixed windows that is twice the limit and one more. Without a promise, 60 accepted requests are the least.

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
    evidence = words.evidence(burst)
    match burst.end:
        case End.LIMITED:
            return passed(burst.endpoint, _limited(burst), confidence=Confidence.PROVEN, **evidence)
        case End.SHARED:
            message = (
                f"refused with {burst.signal} right after the burst to {burst.other_route}: one limiter counts for "
                "both, and it was not burst twice"
            )
            return passed(burst.endpoint, message, **evidence)
        case End.SLOWED:
            return passed(burst.endpoint, _slowed(burst), **evidence)
        case End.BROKEN:
            reason = f"{burst.reason}: that is no refusal, the server may have broken down, or a firewall cuts it off"
            return unproven(burst.endpoint, reason, "look at its log; a limit answers 429 (RFC 6585)", **evidence)
    if why := _proves_nothing(burst, policy):
        reason, hint = why
        return unproven(burst.endpoint, f"no limit met in {words.pace(burst)}, {reason}", hint, **evidence)
    return failed(burst.endpoint, _unlimited(burst, policy), confidence=Confidence.PROVEN, **evidence)


def _limited(burst: Burst) -> str:
    reach = {
        Scope.UNKNOWN: "",
        Scope.SHARED: f", and so is {burst.other_route}",
        Scope.PER_ROUTE: f", while {burst.other_route} is not",
    }[burst.scope]
    again = "again and again, " if burst.refills else ""
    count = f"{burst.accepted} accepted in {burst.seconds:.1f} s from one address"
    return f"refused with {burst.signal} {again}after {count}{reach}{words.earlier(burst)}{words.chosen(burst)}"


def _slowed(burst: Burst) -> str:
    slow = burst.slowdown
    if slow is None:
        return f"answers ever more slowly instead of refusing, after {burst.accepted} accepted from one address"
    return (
        f"holds answers back instead of refusing: {slow.per_second:g} a second, each after {slow.late_ms:.0f} ms; the "
        f"first took {slow.first_ms:.0f} ms, and single ones afterwards {slow.alone_ms:.0f} ms{words.chosen(burst)}"
    )


def _unlimited(burst: Burst, policy: RateLimitPolicy) -> str:
    promised = f"; {policy.limit} is promised" if policy.limit else ""
    header = ""
    if burst.constant and burst.constant.refused_status is not None:
        header = f"; with one {burst.constant.header} it refuses after {burst.constant.accepted}: no header, no limit"
    message = f"no limit met in {words.pace(burst)} from one address{promised}{header}"
    if burst.unsteady:
        message += f"; {burst.unsteady} other answers in between were followed by accepted ones"
    return message + words.chosen(burst)


def _proves_nothing(burst: Burst, policy: RateLimitPolicy) -> tuple[str, str] | None:
    """Why a burst without a refusal is no proof, and what would be one."""
    status = burst.baseline_status
    if burst.attempts and status in _MISUNDERSTOOD:
        return f"each answered {status}: they were not understood, and may not have reached the limiter", _QUIET
    if not burst.attempts and status >= 400:
        return (
            f"each answered {status}: what a client with access meets was not seen",
            "name a GET that needs no signing in, or one that a middleware limits, in [policy.rate_limiting] endpoints",
        )
    if burst.choice is Choice.HEALTH:
        return "but it is the health page, which limiters often leave alone", (
            'name an endpoint in [policy.rate_limiting] endpoints = ["GET /api/..."]'
        )
    if burst.unsteady * 2 > burst.plain:
        return f"but {burst.unsteady} other answers came in between: the server is not steady", _QUIET
    if policy.limit:
        most = words.most_allowed(policy.limit, burst.seconds)
        if burst.plain > most:
            return None
        return f"and the promised {policy.limit} may let {most} through, however it counts", _budget(burst, most + 1)
    if burst.plain < words.LEAST:
        return "which is too few to tell", _budget(burst, words.LEAST)
    return None


def _budget(burst: Burst, needed: int) -> str:
    if burst.attempts:
        return (
            "the audit sends no more attempts: read the limit in the code, or name a GET that the same limiter counts"
        )
    return f"raise [policy.rate_limiting] max_requests to {needed + words.AROUND}, or run nearer to the server"
