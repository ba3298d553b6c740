"""Errors do not show their traceback."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.exposure import ErrorPages
from auditor.model import Confidence, Finding, Level, Severity, failed, passed
from auditor.registry import check


@check("EXP002", level=Level.MANDATORY, severity=Severity.HIGH, references=("CWE-209", "CWE-489", "ASVS-5.0-16.5.1"))
def no_traceback_shown(errors: ErrorPages) -> Iterator[Finding]:
    """Malformed requests are answered without a traceback.

    ## Why it matters
    A traceback shows code, paths, library versions and sometimes the values of variables: debug mode in production.

    ## How to fix it
    Run with `DEBUG=false` (`FastAPI(debug=False)`) and let an exception handler answer `500` with a neutral body.
    """
    shown = [page for page in errors.pages if page.traceback]
    for page in shown:
        yield failed(
            page.url,
            f"answers {page.status} with a {page.traceback} to {page.provoked_by}",
            confidence=Confidence.PROVEN,
            aspect=page.provoked_by,
            status=page.status,
            provoked_by=page.provoked_by,
        )
    if errors.pages and not shown:
        statuses = sorted({page.status for page in errors.pages})
        yield passed("*", f"no traceback in {len(errors.pages)} answers to malformed requests", statuses=statuses)
