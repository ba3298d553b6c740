from __future__ import annotations

from auditor.facts.health_details import Detail, HealthDetails, HealthPage
from auditor.model import Confidence, Gap, Severity, failed, passed
from checks.app_exposure.health_tells_little import health_tells_little

URL = "https://api.example.com/health"


def test_little():
    assert list(health_tells_little(HealthDetails((HealthPage(URL, 200),)))) == [
        passed("*", "none of 1 health pages tells what the service is made of")
    ]


def test_much():
    detail = Detail("a URL with a password", "db", Severity.CRITICAL)
    found = HealthDetails((HealthPage(URL, 200, (detail,)), HealthPage(URL + "z", 404)))
    assert list(health_tells_little(found)) == [
        failed(
            URL,
            "tells strangers a URL with a password",
            confidence=Confidence.PROVEN,
            reproduce=f"curl -s '{URL}'",
            status=200,
            severity="critical",
            details=[{"what": "a URL with a password", "where": "db", "severity": "critical"}],
        )
    ]


def test_gaps_only():
    assert list(health_tells_little(HealthDetails(gaps=(Gap(URL, "down"),)))) == []
