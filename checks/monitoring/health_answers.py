"""The health endpoint answers."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.monitoring import Health
from auditor.model import Confidence, Evidence, Finding, Level, Severity, failed, passed, unproven
from auditor.registry import check

_GOOD = ("", "pass", "ok", "up", "healthy", "warn")
_PAGES = ("text/html", "application/xhtml+xml")


@check("MON001", level=Level.MANDATORY, severity=Severity.MEDIUM, references=("draft-inadarei-api-health-check-06",))
def health_answers(health: Health) -> Iterator[Finding]:
    """The health endpoint answers 200 without credentials and says that it is well.

    ## Why it matters
    Load balancers, orchestrators and uptime monitors act on this one answer: wrong, it keeps dead instances in
    service or restarts live ones.

    ## How to fix it
    Serve `GET /health` without authentication or redirect: 200 when the service and its database work, 503 when not.
    The path is `[env.*] health`.
    """
    evidence: Evidence = {
        "status": health.status,
        "content_type": health.content_type,
        "state": health.state,
        "elapsed_ms": round(health.elapsed_ms, 1),
    }
    said = f"{health.status}{f' {health.state!r}' if health.state else ''} in {health.elapsed_ms:.0f} ms"
    if health.status == 200 and not health.state and health.content_type in _PAGES:
        yield unproven(
            health.url,
            f"answers {said} with a page for browsers, which says nothing of the service's health",
            "name the API's own health endpoint in [env.*] health; a catch-all route answers everything",
            **evidence,
        )
        return
    if health.status == 200 and health.state.startswith("("):
        yield unproven(
            health.url,
            f"answers {said}: whether that is well, nobody can tell",
            "let `status` be one word, such as healthy",
            **evidence,
        )
        return
    well = health.status == 200 and health.state.lower() in _GOOD
    judge = passed if well else failed
    yield judge(
        health.url, f"answers {said}", confidence=Confidence.PROVEN, reproduce=f"curl -si {health.url}", **evidence
    )
