"""The start page is the application's own, not the one that a server or a new project comes with."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.exposed_page_verdicts import page_verdicts
from auditor.facts.exposed_pages import ExposedPages, PageKind
from auditor.model import Finding, Level, Severity
from auditor.registry import check


@check("EXP014", level=Level.RECOMMENDED, severity=Severity.LOW, references=("CWE-1188", "CWE-200"))
def default_pages_replaced(pages: ExposedPages) -> Iterator[Finding]:
    """The start page is the application's own, not the one that a server or a new project comes with.

    ## Why it matters
    A welcome page says that a server was set up and forgotten: it is on the internet, nobody looks after it, and the
    application is not what visitors get.

    ## How to fix it
    Deploy the application there, or close the host: in nginx, a default server that refuses every name it does not
    know:

        server { listen 443 ssl default_server; ssl_reject_handshake on; }
    """
    yield from page_verdicts(pages, PageKind.DEFAULT, "default pages")
