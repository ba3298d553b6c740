"""The application logs each request."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.log_files import LogFiles, LogSource
from auditor.facts.policy import AuditLogPolicy
from auditor.model import Confidence, Evidence, Finding, Level, Severity, failed, passed, unproven
from auditor.registry import check

_ALL = {"method", "path", "status"}
_MANY = 10
"""So many lines of one kind and none of another are no accident."""


@check("LOG013", level=Level.MANDATORY, severity=Severity.MEDIUM, references=("CWE-778", "ASVS-5.0-16.2.1"))
def requests_logged(logs: LogFiles, policy: AuditLogPolicy) -> Iterator[Finding]:
    """The application's log tells method, path and status of requests, and its newest lines are of today.

    ## Why it matters
    Without a line a request, nobody can say what an attacker asked for, and whether it was answered. A middleware that
    is in the code and whose log level is off logs nothing.

    ## How to fix it
        @app.middleware("http")
        async def log_requests(request, call_next):
            response = await call_next(request)
            logger.info("request", extra={"method": request.method, "path": request.url.path,
                                          "status": response.status_code})
            return response

    uvicorn's own access log, nginx's, JSON and logfmt are recognised too. Name the log under `[env.*.logs]`.
    """
    sources = logs.of("application")
    evidence = _evidence(logs, sources)
    if not sources:
        yield unproven("application", "[env.*.logs] names no log of the application", "add `application` to it")
        return
    if doubt := _one_sided(logs, sources):
        yield unproven(
            "application", doubt, "log every request; where that is so, ask for a page before the audit", **evidence
        )
        return
    if logs.request.found_in and set(logs.request.told) >= _ALL:
        yield passed(
            "application", "a request that the audit has just made is in it", confidence=Confidence.PROVEN, **evidence
        )
        return
    yield _by_lines(logs, sources, policy, evidence)
    for source in sources:
        if source.problem:
            yield unproven(source.name, source.problem, "correct [env.*.logs]")


def _one_sided(logs: LogFiles, sources: tuple[LogSource, ...]) -> str:
    """Why lines about requests say nothing of others; the audit's own request is one that fails."""
    told = [one.requests for one in sources]
    total, answered = sum(one.total for one in told), sum(one.answered for one in told)
    if answered >= _MANY and sum(one.failures for one in told) == answered == total:
        return f"all {total} requests in it failed (4xx or 5xx): those that succeed may not be logged"
    if total >= _MANY and sum(one.probes for one in told) == total and not logs.request.found_in:
        return f"all {total} requests in it are of health checks: it may be another service's log"
    return ""


def _by_lines(logs: LogFiles, sources: tuple[LogSource, ...], policy: AuditLogPolicy, evidence: Evidence) -> Finding:
    told = [source for source in sources if source.requests.told]
    newest = max((one.requests.newest for one in told if one.requests.newest), default=None)
    if newest and logs.looked_at - newest <= policy.fresh:
        return passed("application", "its lines tell method, path and status, and are fresh", **evidence)
    if newest:
        hours = (logs.looked_at - newest).total_seconds() / 3600
        return failed("application", f"its newest line about a request is {hours:.0f} hours old", **evidence)
    if told and logs.request.found_in:
        return passed(
            "application", "its lines tell method, path and status, of the audit's own request too", **evidence
        )
    if told:
        return unproven(
            "application",
            "its lines about requests have no time, and the audit's own request is not among them",
            "let the command print times (docker logs --timestamps), and set `api` for the audit to make a request",
            **evidence,
        )
    if any(source.requests.total for source in sources):
        return failed("application", "its lines tell method and path, and not how requests were answered", **evidence)
    if any(source.requests.unclear for source in sources):
        return unproven(
            "application",
            "its lines name whole URLs: whether they were asked of the application or by it cannot be told",
            "log the path alone, or set `api` so that the audit can make a request of its own",
            **evidence,
        )
    if not any(source.lines for source in sources):
        reason = next((source.problem for source in sources if source.problem), "")
        if reason or not logs.request.done:
            return unproven("application", reason or "it is empty, and the audit made no request", **evidence)
        return failed("application", "it is empty, also after a request of the audit", **evidence)
    if logs.request.found_in or not logs.request.done:
        what = "of the audit's own request" if logs.request.found_in else "of a request"
        return unproven(
            "application",
            f"no line tells method, path and status {what} in a form that is recognised",
            "write JSON, logfmt or an access log, and set `api` so that the audit can make a request of its own",
            **evidence,
        )
    return failed("application", "no line of it tells of a request", **evidence)


def _evidence(logs: LogFiles, sources: tuple[LogSource, ...]) -> Evidence:
    rows = [
        {
            "source": one.name,
            "lines": one.lines,
            "requests": one.requests.total,
            "with_status": one.requests.answered,
            "newest": one.requests.newest.isoformat() if one.requests.newest else "",
            "forms": ", ".join(one.requests.forms),
        }
        for one in sources
    ]
    return {"sources": rows, "own_request": logs.request.found_in or logs.request.why_not or "not found"}
