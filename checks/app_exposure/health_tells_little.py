"""Health pages tell little."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.health_details import HealthDetails, HealthPage
from auditor.model import Confidence, Finding, Level, Severity, failed, passed
from auditor.registry import check


@check(
    "EXP009", level=Level.RECOMMENDED, severity=Severity.MEDIUM, references=("CWE-200", "CWE-497", "ASVS-5.0-13.4.5")
)
def health_tells_little(health: HealthDetails) -> Iterator[Finding]:
    """Health pages tell strangers that the service is well, and not what it is made of.

    ## Why it matters
    Addresses and names of the network behind, versions, errors of the database and, at worst, its URL with the
    password are what an attacker asks for first, and nobody looks twice at a health page.

    ## How to fix it
    Answer strangers with the status alone, and keep the details for the monitoring:

        return {"status": "healthy"}

    Write errors to the log. Rotate a password that was shown.
    """
    for page in health.pages:
        if page.details:
            yield _telling(page)
    if health.pages and not any(page.details for page in health.pages):
        yield passed("*", f"none of {len(health.pages)} health pages tells what the service is made of")


def _telling(page: HealthPage) -> Finding:
    kinds = list(dict.fromkeys(detail.what for detail in page.details))
    return failed(
        page.url,
        f"tells strangers {', '.join(kinds[:4])}",
        confidence=Confidence.PROVEN,
        reproduce=f"curl -s '{page.url}'",
        status=page.status,
        severity=str(page.details[0].severity),
        details=[
            {"what": detail.what, "where": detail.where, "severity": str(detail.severity)} for detail in page.details
        ],
    )
