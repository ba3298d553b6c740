"""TRACE is refused."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.trace import TraceAnswers
from auditor.model import Confidence, Finding, Level, Severity, failed, passed
from auditor.registry import check


@check(
    "EXP007", level=Level.RECOMMENDED, severity=Severity.LOW, references=("CWE-16", "ASVS-5.0-13.4.4", "RFC9110-9.3.8")
)
def trace_refused(trace: TraceAnswers) -> Iterator[Finding]:
    """TRACE and TRACK are refused: no server sends a request back with its headers.

    ## Why it matters
    The answer shows what proxies add on the way, cookies and internal headers among it, to a script that may not read
    them.

    ## How to fix it
    Apache: `TraceEnable off`. In an application, answer only the methods that it has. nginx and uvicorn refuse TRACE
    themselves: look at what stands behind them.
    """
    for origin in dict.fromkeys(answer.origin for answer in trace.answers):
        here = [answer for answer in trace.answers if answer.origin == origin]
        shown = {answer.method: answer.status for answer in here}
        for one in (answer for answer in here if answer.echo):
            yield failed(
                origin,
                f"sends a {one.method} request back with its headers",
                confidence=Confidence.PROVEN,
                reproduce=f"curl -s -X {one.method} -H 'X-Test: 1' {origin}/",
                aspect=one.method,
                statuses=shown,
            )
        if not any(answer.echo for answer in here):
            yield passed(origin, "sends no request back", confidence=Confidence.PROVEN, statuses=shown)
