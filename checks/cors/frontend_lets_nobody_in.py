"""The frontend itself lets no foreign origin in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from auditor.facts.cors import CorsGroup
from auditor.facts.cors_causes import Cause
from auditor.facts.cors_frontend import FrontendCors, quiet
from auditor.facts.cors_verdicts import table, verdicts
from auditor.model import Confidence, Finding, Level, Severity, not_applicable, passed
from auditor.registry import check

MESSAGES = {
    Cause.REFLECTS: "reflects any origin, such as {origin}, and allows credentials",
    Cause.REFLECTS_COOKIE: "reflects any origin, such as {origin}, and allows credentials, once a cookie is sent",
    Cause.EVERYONE_CREDENTIALS: "says * and allows credentials: browsers refuse that, and the next step is to reflect",
    Cause.NULL: "lets the origin null in",
    Cause.PREFIX: "lets {origin} in, which only begins like a trusted origin",
    Cause.SUFFIX: "lets {origin} in, which only ends like a trusted origin",
    Cause.SUBSTRING: "lets {origin} in, which only contains a trusted domain",
    Cause.DOT: "lets {origin} in, which has a letter where a trusted origin has a dot",
    Cause.SPECIAL: "lets {origin} in, which goes on after a trusted host",
    Cause.SHARED: "lets {origin} in, which anybody can have",
    Cause.LOCAL: "lets {origin} in",
    Cause.LOCAL_PREFIX: "lets {origin} in, which only begins like localhost",
    Cause.DOWNGRADE: "lets {origin} in, which is not encrypted",
}


@check(
    "CORS026",
    level=Level.RECOMMENDED,
    severity=Severity.HIGH,
    references=("CWE-942", "https://fetch.spec.whatwg.org/#http-cors-protocol"),
)
def frontend_lets_nobody_in(frontend: FrontendCors) -> Iterator[Finding]:
    """The frontend itself lets no foreign origin in.

    Asked are the start page and, where the repository is at hand, routes of Next.js's own API that take GET.

    ## Why it matters
    The session's cookies belong to the frontend's origin. A route of its own API that hands answers to every page hands
    out what the user sees, whatever the API behind it refuses.

    ## How to fix it
    The frontend needs no CORS headers for its own pages. Take them out of `headers` in `next.config`, of `vercel.json`
    and of the routes' handlers, or list the origins that need them.
    """
    if frontend.answers is None:
        yield not_applicable("the frontend and the API are one origin, which is asked as the API")
        return
    groups = frontend.answers.groups
    yield from (_quiet(group) for group in groups if quiet(group))
    loud = replace(frontend.answers, groups=tuple(group for group in groups if not quiet(group)))
    if loud.groups:
        yield from verdicts(loud, MESSAGES, "lets no foreign origin in with credentials")


def _quiet(group: CorsGroup) -> Finding:
    return passed(
        group.endpoint,
        f"names no origin in {len(group.answers)} answers: browsers keep them from all others",
        confidence=Confidence.PROVEN,
        members=list(group.members),
        statuses=sorted({answer.status for answer in group.answers}),
        answers=table(group.answers),
    )
