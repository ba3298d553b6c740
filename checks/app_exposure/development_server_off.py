"""No development server is on the internet."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.exposed_page_verdicts import page_verdicts
from auditor.facts.exposed_pages import ExposedPages, PageKind
from auditor.model import Finding, Level, Severity
from auditor.registry import check


@check("EXP013", level=Level.RECOMMENDED, severity=Severity.HIGH, references=("CWE-489", "ASVS-5.0-13.4.2"))
def development_server_off(pages: ExposedPages) -> Iterator[Finding]:
    """No development server is on the internet: next dev, Vite, webpack-dev-server.

    ## Why it matters
    A development server serves sources, shows errors with code and variables, and reads files of the machine: several
    vulnerabilities of Vite and of Next.js are in nothing else.

    ## How to fix it
    Build and start the production server (`next build && next start`, or the files of `vite build` behind nginx).
    """
    yield from page_verdicts(pages, PageKind.DEVELOPMENT, "development servers")
