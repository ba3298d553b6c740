"""Error pages name no server."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.exposure import ErrorPages
from auditor.model import Confidence, Finding, Level, Severity, failed, passed
from auditor.registry import check


@check("EXP016", level=Level.RECOMMENDED, severity=Severity.LOW, references=("CWE-209", "CWE-200", "ASVS-5.0-13.4.6"))
def error_pages_neutral(errors: ErrorPages) -> Iterator[Finding]:
    """Error pages are the application's own, or name neither the server nor its version.

    ## Why it matters
    The page of nginx or Apache tells which version is there, and so which of its vulnerabilities, although no header
    does.

    ## How to fix it
    nginx: `server_tokens off;` and pages of your own with `error_page`. Apache: `ServerSignature Off` and
    `ServerTokens Prod`. Tomcat: `<Valve className="org.apache.catalina.valves.ErrorReportValve"
    showServerInfo="false"/>`.
    """
    naming = {page.software: page for page in reversed(errors.pages) if page.software}
    for software, page in naming.items():
        yield failed(
            page.url,
            f"answers {page.status} with a page that names {software}",
            confidence=Confidence.PROVEN,
            aspect=software,
            provoked_by=page.provoked_by,
            status=page.status,
        )
    if errors.pages and not naming:
        yield passed("*", f"none of {len(errors.pages)} answers to malformed requests names a server")
