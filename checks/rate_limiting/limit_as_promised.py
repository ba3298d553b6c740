"""The limit is the promised one."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts import rate_limit_verdicts as words
from auditor.facts.policy import Rate, RateLimitPolicy
from auditor.facts.rate_limit import Burst, Bursts, End
from auditor.model import Confidence, Evidence, Finding, Level, Severity, failed, not_applicable, passed, unproven
from auditor.registry import check


@check("RATE002", level=Level.RECOMMENDED, severity=Severity.LOW, references=("CWE-770", "ASVS-5.0-2.4.1"))
def limit_as_promised(bursts: Bursts, policy: RateLimitPolicy) -> Iterator[Finding]:
    """No endpoint lets more requests through than [policy.rate_limiting] promises.

    The limit is the number of accepted requests until the first refusal. Endpoints that are not GET or HEAD get a
    handful of requests, and usually have a stricter limit of their own; they are not compared.

    ## Why it matters
    Capacity and abuse handling are planned for the promised number. A limiter that counts per process or per worker
    lets a multiple of it through, and nobody notices until it matters.

    ## How to fix it
    Count for {subject} in one place that all workers share, such as Redis, or correct the promise:

        limiter = Limiter(key_func=get_remote_address, default_limits=["100/minute"], storage_uri="redis://...")
    """
    if policy.limit is None:
        yield not_applicable("no limit is promised in [policy.rate_limiting] limit")
        return
    compared = [one for one in bursts.bursts if not one.attempts and one.end is not End.SHARED]
    for burst in compared:
        yield _judge(burst, policy.limit)
    if bursts.bursts and not compared:
        yield not_applicable("only endpoints that are not GET or HEAD are declared")


def _judge(burst: Burst, limit: Rate) -> Finding:
    evidence: Evidence = {**words.evidence(burst), "promised": str(limit)}
    evidence.pop("burst", None)
    most = words.most_allowed(limit, burst.seconds)
    if burst.end is End.BROKEN:
        return unproven(burst.endpoint, burst.reason, "look at the server's log", **evidence)
    if burst.end is End.SLOWED:
        return _slowed(burst, limit, evidence)
    accepts = "accepts" if burst.end is End.LIMITED else "accepts at least"
    said = f"{accepts} {burst.plain} requests in {burst.seconds:.1f} s, {limit} is promised"
    if burst.plain > most:
        return failed(burst.endpoint, said, confidence=Confidence.PROVEN, **evidence)
    if burst.end is not End.LIMITED:
        needed = most + 1 + words.AROUND
        hint = f"raise [policy.rate_limiting] max_requests to {needed}"
        return unproven(burst.endpoint, f"no limit met: {said}", hint, **evidence)
    if burst.plain <= words.usually_allowed(limit, burst.seconds):
        return passed(burst.endpoint, _kept(burst, limit), confidence=Confidence.PROVEN, **evidence)
    if burst.seconds <= limit.seconds / 10:
        return failed(burst.endpoint, f"{said}; or a window of the limiter ended in just this time", **evidence)
    reason = f"{said}: a window of the limiter may have ended in this time"
    return unproven(burst.endpoint, reason, "run the audit again, nearer to the server", **evidence)


def _kept(burst: Burst, limit: Rate) -> str:
    said = f"accepts {burst.plain} requests, {limit} is promised"
    if (burst.plain + burst.earlier) * 2 < limit.count:
        return f"{said}: it is much stricter, which clients who rely on the promise will notice"
    return said + words.earlier(burst)


def _slowed(burst: Burst, limit: Rate, evidence: Evidence) -> Finding:
    slow = burst.slowdown
    if slow is None:
        return unproven(burst.endpoint, "answers ever more slowly: that is no number to compare", **evidence)
    promised = limit.count / limit.seconds
    said = f"lets {slow.per_second:g} requests a second through, {limit} is promised"
    if slow.per_second > promised * 1.1:
        return failed(burst.endpoint, said, **evidence)
    return passed(burst.endpoint, said, **evidence)
