"""The API's documentation is not open to strangers."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.exposure import OAUTH2, ApiDocs
from auditor.model import Confidence, Finding, Level, Severity, failed, passed
from auditor.registry import check


@check("EXP001", level=Level.RECOMMENDED, severity=Severity.LOW, references=("CWE-200", "ASVS-5.0-13.4.5"))
def api_docs_private(docs: ApiDocs) -> Iterator[Finding]:
    """API documentation and the OpenAPI document are not open to everyone.

    ## Why it matters
    They hand out every route and parameter, those that no frontend uses included.

    ## How to fix it
        app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)

    or put them behind authentication. Moving `/docs` hides nothing while the document itself answers. An API that is
    documented in public on purpose says so in the checklist:

        [policy.exposure]
        public_docs = true
    """
    open_pages = [page for page in docs.pages if page.kind]
    if docs.declared and open_pages:
        kinds = sorted({page.kind for page in open_pages})
        yield passed("*", "the API is documented in public, as the checklist says", kinds=kinds)
        return
    # it says nothing that the pages themselves do not say, where they were found
    told = [page for page in open_pages if page.kind != OAUTH2] or open_pages
    for page in told:
        moved = ": the documentation has moved, and is not closed" if page.kind == OAUTH2 else ""
        yield failed(
            page.url,
            f"serves {page.kind} to everyone{moved}",
            confidence=Confidence.PROVEN,
            reproduce=f"curl -s {page.url}",
            kind=page.kind,
            status=page.status,
        )
    if docs.pages and not open_pages:
        statuses = sorted({page.status for page in docs.pages})
        yield passed(
            "*",
            f"none of {len(docs.pages)} usual addresses serves documentation",
            confidence=Confidence.PROVEN,
            statuses=statuses,
        )
