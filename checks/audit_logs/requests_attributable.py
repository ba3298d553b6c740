"""A line about a request says when, how it was answered, and who asked."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.log_files import LogFiles, RequestLines
from auditor.model import Evidence, Finding, Level, Severity, failed, not_applicable, passed
from auditor.registry import check

_ENOUGH = 1 / 3
"""The same request may be logged by the server, by the proxy and by the application, each with a part of it."""


@check("LOG014", level=Level.RECOMMENDED, severity=Severity.LOW, references=("CWE-778", "ASVS-5.0-16.2.1"))
def requests_attributable(logs: LogFiles) -> Iterator[Finding]:
    """Each line about a request has its time, its status, and the client's address, a user or the request's id.

    ## Why it matters
    "GET /api/me" on one line and "Status: 200" on another belong together as long as there is one request at a time.
    uvicorn's own lines have no time, and a middleware's mostly nobody who asked.

    ## How to fix it
    Write one line when the answer is there, with all of it:

        logger.info("request", extra={"method": request.method, "path": request.url.path,
                                      "status": response.status_code, "client": request.client.host})

    and give the formatter `%(asctime)s`. What Docker and journald keep has their time.
    """
    sources = [source for source in logs.of("application") if source.requests.total]
    if not sources:
        yield not_applicable("no line about a request was found", "application")
    for source in sources:
        lines = source.requests
        # whoever keeps the output of a command keeps its time too
        complete = min(lines.answered, lines.attributed) if source.command else lines.complete
        evidence: Evidence = {
            "requests": lines.total,
            "with_time": lines.timed,
            "with_status": lines.answered,
            "with_client_user_or_id": lines.attributed,
            "complete": complete,
            "forms": list(lines.forms),
        }
        if complete >= lines.total * _ENOUGH:
            yield passed(source.name, "lines about requests say when, how and who", **evidence)
        else:
            yield failed(source.name, f"lines about requests lack {_lacking(lines, source.command)}", **evidence)


def _lacking(lines: RequestLines, command: bool) -> str:
    least = lines.total * _ENOUGH
    apart = ", which is on a line of its own" if lines.apart else ""
    parts = {
        "the time": not command and lines.timed < least,
        f"the status{apart}": lines.answered < least,
        "the client, a user or an id": lines.attributed < least,
    }
    return " and ".join(part for part, lacks in parts.items() if lacks) or "one or the other of time, status and client"
