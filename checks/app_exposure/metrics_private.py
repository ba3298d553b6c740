"""Metrics are not open to strangers."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.exposure import MetricsPage
from auditor.model import Confidence, Finding, Level, Severity, failed, passed
from auditor.registry import check


@check("EXP003", level=Level.RECOMMENDED, severity=Severity.MEDIUM, references=("CWE-200", "ASVS-5.0-13.4.5"))
def metrics_private(metrics: MetricsPage) -> Iterator[Finding]:
    """The metrics endpoint does not answer strangers.

    ## Why it matters
    Metrics name every route, count users and errors, and tell an attacker when an attack works.

    ## How to fix it
    Let only the monitoring network reach it, for example in nginx:

        location = /metrics { allow 10.0.0.0/8; deny all; }
    """
    if metrics.metric_families:
        yield failed(
            metrics.url,
            f"serves {metrics.metric_families} metric families to everyone",
            confidence=Confidence.PROVEN,
            reproduce=f"curl -s {metrics.url}",
            status=metrics.status,
            metric_families=metrics.metric_families,
        )
    else:
        yield passed(
            metrics.url,
            f"answers {metrics.status}, without metrics",
            confidence=Confidence.PROVEN,
            status=metrics.status,
        )
