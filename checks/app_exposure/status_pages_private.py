"""No status page of a server answers strangers."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.exposed_page_verdicts import page_verdicts
from auditor.facts.exposed_pages import ExposedPages, PageKind
from auditor.model import Finding, Level, Severity
from auditor.registry import check


@check("EXP012", level=Level.RECOMMENDED, severity=Severity.LOW, references=("CWE-200", "ASVS-5.0-13.4.5"))
def status_pages_private(pages: ExposedPages) -> Iterator[Finding]:
    """No status page of a server answers strangers: nginx, Apache, PHP-FPM, HAProxy.

    ## Why it matters
    It tells load, addresses of visitors, versions and the layout of what is behind the server.

    ## How to fix it
    Let only the monitoring network reach it, for example in nginx:

        location = /nginx_status { stub_status; allow 127.0.0.1; deny all; }
    """
    yield from page_verdicts(pages, PageKind.STATUS, "status pages")
