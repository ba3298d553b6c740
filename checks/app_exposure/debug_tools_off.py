"""No debug tool answers strangers."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.exposed_page_verdicts import page_verdicts
from auditor.facts.exposed_pages import ExposedPages, PageKind
from auditor.model import Finding, Level, Severity
from auditor.registry import check


@check(
    "EXP011", level=Level.RECOMMENDED, severity=Severity.CRITICAL, references=("CWE-489", "CWE-215", "ASVS-5.0-13.4.2")
)
def debug_tools_off(pages: ExposedPages) -> Iterator[Finding]:
    """No debug tool answers strangers: consoles, profilers, actuators, phpinfo.

    ## Why it matters
    A debug console runs any code. Actuators, profilers and phpinfo show environment variables, memory and source:
    passwords and keys among them.

    ## How to fix it
    Switch debug mode off in production (`DEBUG=false`, `FLASK_DEBUG=0`,
    `management.endpoints.web.exposure.include=health`), and rotate every secret that the tool could show.
    """
    yield from page_verdicts(pages, PageKind.DEBUG, "debug tools")
