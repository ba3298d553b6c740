"""Limits that answers speak of are enforced."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts import rate_limit_verdicts as words
from auditor.facts.policy import Rate
from auditor.facts.rate_limit import Burst, Bursts, End
from auditor.facts.rate_limit_headers import Advertised
from auditor.model import Confidence, Evidence, Finding, Level, Severity, failed, not_applicable, passed, unproven
from auditor.registry import check

_LONG = 60.0
"""Seconds of a window that is not told: most are of a minute or more."""


@check(
    "RATE007",
    level=Level.RECOMMENDED,
    severity=Severity.LOW,
    references=("CWE-770", "draft-ietf-httpapi-ratelimit-headers"),
)
def announced_limits_enforced(bursts: Bursts) -> Iterator[Finding]:
    """A limit that RateLimit headers announce is enforced, not merely told.

    ## Why it matters
    A limiter in test mode, or one whose refusals a proxy swallows, still writes its headers, and everybody takes them
    for the limit.

    ## How to fix it
    Take the limiter of {subject} out of its test mode, or remove the headers of one that is not there any more.
    """
    for burst in bursts.bursts:
        yield _judge(burst)


def _judge(burst: Burst) -> Finding:
    said = min((one for one in burst.advertised if one.limit is not None), key=lambda one: one.limit or 0, default=None)
    if said is None or said.limit is None:
        return not_applicable("its answers announce no limit", burst.endpoint)
    window = said.window_s or _LONG
    limit = Rate(max(said.limit, 1), window if window > 0 else _LONG)
    evidence = _evidence(burst, said)
    measured = f"{said.header} announces {said.limit}{_per(said)}, and {burst.plain} requests were accepted"
    if burst.plain > words.most_allowed(limit, burst.seconds):
        return failed(burst.endpoint, measured, confidence=Confidence.PROVEN, **evidence)
    if burst.end in (End.LIMITED, End.SLOWED, End.SHARED):
        return passed(burst.endpoint, f"{measured} before a refusal", **evidence)
    if burst.plain > words.usually_allowed(limit, burst.seconds) and burst.seconds <= limit.seconds / 10:
        return failed(burst.endpoint, f"{measured}; or a window ended in just this time", **evidence)
    needed = words.most_allowed(limit, burst.seconds) + 1 + words.AROUND
    return unproven(
        burst.endpoint,
        f"{measured}: it is told, and was not seen to be enforced",
        f"raise [policy.rate_limiting] max_requests to {needed}",
        **evidence,
    )


def _per(said: Advertised) -> str:
    return f" in {said.window_s:g} s" if said.window_s else ""


def _evidence(burst: Burst, said: Advertised) -> Evidence:
    return {
        "header": said.header,
        "announced_limit": said.limit,
        "announced_window_s": said.window_s,
        "accepted_requests": burst.accepted,
        "burst_s": round(burst.seconds, 2),
    }
