"""Refusals say when to come back."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.rate_limit import Burst, Bursts, End
from auditor.model import Finding, Level, Severity, failed, not_applicable, passed
from auditor.registry import check


@check("RATE006", level=Level.RECOMMENDED, severity=Severity.INFO, references=("RFC 6585 section 4", "RFC 9110 10.2.3"))
def refusals_say_when(bursts: Bursts) -> Iterator[Finding]:
    """A refusal says when to try again: Retry-After, or the reset of a RateLimit header.

    ## Why it matters
    Clients that are not told when try again at once, all of them, and keep a limit exhausted.

    ## How to fix it
        # slowapi sends none by default; with it, limited routes take a `response: Response` too
        limiter = Limiter(key_func=get_remote_address, headers_enabled=True)
    """
    for burst in bursts.bursts:
        yield _judge(burst)


def _judge(burst: Burst) -> Finding:
    if burst.end not in (End.LIMITED, End.SHARED) or burst.refused_status not in (429, 503):
        return not_applicable("no refusal was met that can carry Retry-After", burst.endpoint)
    if burst.retry_after_s is not None:
        return passed(
            burst.endpoint, f"wants clients to wait {burst.retry_after_s:.0f} s", retry_after=burst.retry_after
        )
    if burst.retry_after:
        message = f"Retry-After is neither a number of seconds nor a date: {burst.retry_after}"
        return failed(burst.endpoint, message, retry_after=burst.retry_after)
    resets = [one for one in burst.advertised if one.reset_s is not None]
    if resets:
        return passed(burst.endpoint, f"says in {resets[0].header} when more is allowed", header=resets[0].header)
    return failed(burst.endpoint, f"refuses with {burst.signal} and does not say for how long")
