"""The gateway of Supabase keeps its internal routes from strangers."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.exposed_page_verdicts import page_verdicts
from auditor.facts.exposed_pages import ExposedPages, PageKind
from auditor.model import Finding, Level, Severity
from auditor.registry import check


@check(
    "EXP015", level=Level.RECOMMENDED, severity=Severity.CRITICAL, references=("CWE-306", "CWE-749", "ASVS-5.0-13.4.5")
)
def supabase_internals_closed(pages: ExposedPages) -> Iterator[Finding]:
    """The gateway of Supabase keeps its internal routes from strangers: /pg/, /rest-admin/, /analytics/.

    ## Why it matters
    `/pg/` runs SQL as the administrator, `/analytics/` has the logs of all services, `/rest-admin/` names every
    table. They are open in the local development stack, which is no gateway for production.

    ## How to fix it
    Use the gateway of the self-hosting guide, where these routes want the secret key, or leave them out of its
    configuration.
    """
    yield from page_verdicts(pages, PageKind.SUPABASE, "internal routes of Supabase")
