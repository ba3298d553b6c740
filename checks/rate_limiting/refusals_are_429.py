"""Refusals of a limiter say that they are such."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.rate_limit import Burst, Bursts, End
from auditor.model import Finding, Level, Severity, failed, not_applicable, passed
from auditor.registry import check

_CLEAR = (429, 423)


@check("RATE005", level=Level.RECOMMENDED, severity=Severity.LOW, references=("RFC 6585 section 4",))
def refusals_are_429(bursts: Bursts) -> Iterator[Finding]:
    """Whoever exceeds a limit is told so: by 429, or by 423 for a locked account.

    ## Why it matters
    503 looks like an outage to monitoring and to clients, which try again at once; 200 with another body is taken for
    data; a closed connection for a broken network.

    ## How to fix it
        limit_req_status 429;          # nginx, whose default is 503
    """
    for burst in bursts.bursts:
        yield _judge(burst)


def _judge(burst: Burst) -> Finding:
    status = burst.refused_status
    if burst.end not in (End.LIMITED, End.SHARED) or status is None:
        return not_applicable("no refusal was met", burst.endpoint)
    if status in _CLEAR:
        return passed(burst.endpoint, f"refuses with {status}", refused_status=status)
    return failed(burst.endpoint, f"refuses with {burst.signal}, not with 429", refused_status=status)
