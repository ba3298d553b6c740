"""No header passes by the middleware."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from auditor.facts.next_build import NextGuards
from auditor.model import Confidence, Finding, Level, Severity, failed, not_applicable, passed
from auditor.registry import check


@check("EXP031", level=Level.MANDATORY, severity=Severity.CRITICAL, references=("CVE-2025-29927", "CWE-285"))
def middleware_not_passed_by(guards: NextGuards) -> Iterator[Finding]:
    """No request passes by the middleware of Next.js with a header (CVE-2025-29927).

    ## Why it matters
    Where the middleware alone checks who may see a page, one header shows it to everyone.

    ## How to fix it
    Update Next.js to 12.3.5, 13.5.9, 14.2.25, 15.2.3 or newer, and drop the header in front of it:

        proxy_set_header x-middleware-subrequest "";

    Check who may see what again where the data is read: the middleware is no lock.
    """
    if not guards.present:
        yield not_applicable("the frontend shows no sign of Next.js", guards.frontend)
    elif guards.patched:
        yield passed(guards.frontend, f"Next.js {guards.version} has the fix", version=guards.version)
    elif not guards.routes and not guards.gaps:
        yield not_applicable("no route was found that sends strangers to a login", guards.frontend)
    for route in guards.routes:
        seen: dict[str, Any] = {"status": route.status, "status_with_header": route.status_with_header}
        if route.passed:
            header = "x-middleware-subrequest: " + ":".join(["middleware"] * 5)
            yield failed(
                route.url,
                f"answers {route.status_with_header} with the header, and sends strangers to a login without",
                confidence=Confidence.PROVEN,
                reproduce=f"curl -s -o /dev/null -w '%{{http_code}}' -H '{header}' '{route.url}'",
                **seen,
            )
        else:
            yield passed(
                route.url, "sends strangers to a login, with the header too", confidence=Confidence.PROVEN, **seen
            )
