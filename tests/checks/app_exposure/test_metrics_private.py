from __future__ import annotations

import pytest

from auditor.facts.exposure import MetricsPage
from auditor.model import Confidence, failed, passed
from checks.app_exposure.metrics_private import metrics_private

URL = "https://api.example.com/metrics"


@pytest.mark.parametrize("status", [200, 307, 401, 403, 404])
def test_closed(status):
    assert list(metrics_private(MetricsPage(URL, status, 0))) == [
        passed(URL, f"answers {status}, without metrics", confidence=Confidence.PROVEN, status=status)
    ]


@pytest.mark.parametrize("families", [1, 57])
def test_open(families):
    assert list(metrics_private(MetricsPage(URL, 200, families))) == [
        failed(
            URL,
            f"serves {families} metric families to everyone",
            confidence=Confidence.PROVEN,
            reproduce=f"curl -s {URL}",
            status=200,
            metric_families=families,
        )
    ]
