from __future__ import annotations

from dataclasses import replace

import pytest

from auditor.facts.monitoring import Health
from auditor.model import Confidence, failed, passed, unproven
from checks.monitoring.health_answers import health_answers

URL = "https://api.example.com/health"
WELL = Health(URL, 200, "application/json", "healthy", 41.26)


def judge(**changes):
    return list(health_answers(replace(WELL, **changes)))


def expected(judge_, message, **evidence):
    return [
        judge_(
            URL,
            message,
            confidence=Confidence.PROVEN,
            reproduce=f"curl -si {URL}",
            **{"status": 200, "content_type": "application/json", "state": "healthy", "elapsed_ms": 41.3, **evidence},
        )
    ]


@pytest.mark.parametrize("state", ["healthy", "ok", "OK", "pass", "Up", "warn"])
def test_well(state):
    assert judge(state=state) == expected(passed, f"answers 200 '{state}' in 41 ms", state=state)


@pytest.mark.parametrize("content_type", ["text/plain", "application/json", ""])
def test_well_without_a_word(content_type):
    assert judge(state="", content_type=content_type) == expected(
        passed, "answers 200 in 41 ms", state="", content_type=content_type
    )


@pytest.mark.parametrize("state", ["fail", "unhealthy", "down", "error", "degraded", "okay", "not-ok"])
def test_unwell_with_status_200(state):
    assert judge(state=state) == expected(failed, f"answers 200 '{state}' in 41 ms", state=state)


@pytest.mark.parametrize("status", [201, 204, 301, 307, 401, 403, 404, 429, 500, 503])
def test_other_statuses(status):
    assert judge(status=status) == expected(failed, f"answers {status} 'healthy' in 41 ms", status=status)
    assert judge(status=status, state="", content_type="text/html") == expected(
        failed, f"answers {status} in 41 ms", status=status, state="", content_type="text/html"
    )


@pytest.mark.parametrize("content_type", ["text/html", "application/xhtml+xml"])
def test_a_page_for_browsers_is_no_health_endpoint(content_type):
    assert judge(state="", content_type=content_type) == [
        unproven(
            URL,
            "answers 200 in 41 ms with a page for browsers, which says nothing of the service's health",
            "name the API's own health endpoint in [env.*] health; a catch-all route answers everything",
            status=200,
            content_type=content_type,
            state="",
            elapsed_ms=41.3,
        )
    ]


def test_json_that_calls_itself_html_is_read():
    assert [f.outcome for f in judge(content_type="text/html")] == ["pass"]


def test_a_state_that_is_no_word_proves_nothing():
    assert judge(state="(not a word)") == [
        unproven(
            URL,
            "answers 200 '(not a word)' in 41 ms: whether that is well, nobody can tell",
            "let `status` be one word, such as healthy",
            status=200,
            content_type="application/json",
            state="(not a word)",
            elapsed_ms=41.3,
        )
    ]
    assert [f.outcome for f in judge(status=503, state="(not a word)")] == ["fail"]
