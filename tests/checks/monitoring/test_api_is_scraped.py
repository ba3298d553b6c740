from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from auditor.facts.monitoring import ScrapeTarget, ScrapeTargets
from auditor.facts.policy import MonitoringPolicy
from auditor.model import Gap, failed, passed, unproven
from checks.monitoring.api_is_scraped import api_is_scraped

NOW = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)
PROMETHEUS = "https://prometheus.example.com"
URL = "https://api.example.com:8000/metrics"
UP = ScrapeTarget("api", "api.example.com:8000", URL, "up", "", NOW - timedelta(seconds=12), 30.0)
OTHER = replace(UP, job="node", instance="db.example.com:9100", scrape_url="http://db.example.com:9100/metrics")


def judge(*targets, job="", gaps=()):
    scraping = ScrapeTargets(PROMETHEUS, "api.example.com", targets, NOW, gaps)
    return list(api_is_scraped(scraping, MonitoringPolicy(job)))


def evidence(**changes):
    return {
        "job": "api",
        "instance": "api.example.com:8000",
        "health": "up",
        "last_scrape_age_s": 12.0,
        "interval_s": 30.0,
        **changes,
    }


def aged(seconds, interval=30.0):
    return replace(UP, last_scrape=NOW - timedelta(seconds=seconds), interval_s=interval)


def test_up():
    assert judge(OTHER, UP) == [passed(URL, "up, scraped 12 s ago", **evidence())]


@pytest.mark.parametrize("health", ["down", "unknown", ""])
def test_not_up(health):
    target = replace(UP, health=health, last_error="connection refused")
    assert judge(target) == [failed(URL, f"the target is {health}: connection refused", **evidence(health=health))]


@pytest.mark.parametrize(
    ("age", "interval", "outcome"),
    [(90, 30, "pass"), (90.1, 30, "fail"), (60, 2, "pass"), (60.1, 2, "fail"), (180, 60, "pass"), (181, 60, "fail")],
)
def test_three_scrapes_may_be_missed_and_a_minute_always(age, interval, outcome):
    assert [f.outcome for f in judge(aged(age, interval))] == [outcome]


def test_not_lately():
    assert judge(aged(3600)) == [
        failed(URL, "the target is up, but was not scraped lately", **evidence(last_scrape_age_s=3600.0))
    ]


def test_never():
    assert judge(replace(UP, last_scrape=None)) == [
        failed(URL, "the target is up, but was not scraped lately", **evidence(last_scrape_age_s=None))
    ]


def test_clocks_may_differ_a_little():
    assert judge(aged(-90)) == [passed(URL, "up, scraped 0 s ago", **evidence(last_scrape_age_s=-90.0))]


def test_a_scrape_from_the_future_is_not_recent():
    assert judge(aged(-91)) == [
        unproven(
            URL,
            "its last scrape lies 91 s in the future, so nobody can tell how old it is",
            "set the clocks of Prometheus and of the audit's machine",
            **evidence(last_scrape_age_s=-91.0),
        )
    ]


@pytest.mark.parametrize(
    ("instance", "scrape_url"),
    [
        ("10.0.0.5:8000", URL),
        ("api.example.com", "http://10.0.0.5:8000/metrics"),
        ("api.example.com:443", "http://10.0.0.5:8000/metrics"),
    ],
)
def test_recognised_by_either_address(instance, scrape_url):
    assert [f.outcome for f in judge(replace(UP, instance=instance, scrape_url=scrape_url))] == ["pass"]


@pytest.mark.parametrize("host", ["xapi.example.com", "api.example.com.evil.test", "example.com", "api"])
def test_a_similar_name_is_another_host(host):
    target = replace(UP, instance=f"{host}:443", scrape_url=f"https://{host}/metrics?for=api.example.com")
    assert [f.outcome for f in judge(target)] == ["error"]


def test_recognised_by_the_named_job():
    internal = replace(UP, job="backend", instance="10.0.0.5:8000", scrape_url="http://10.0.0.5:8000/metrics")
    assert judge(internal, replace(UP, health="down"), job="backend") == [
        passed(
            "http://10.0.0.5:8000/metrics",
            "up, scraped 12 s ago",
            **evidence(job="backend", instance="10.0.0.5:8000"),
        )
    ]


def test_every_instance_is_told():
    second = replace(UP, instance="10.0.0.6:8000", scrape_url="http://10.0.0.6:8000/metrics", health="down")
    assert [(f.subject, f.outcome) for f in judge(UP, second, job="api")] == [
        (URL, "pass"),
        ("http://10.0.0.6:8000/metrics", "fail"),
    ]


def test_not_recognisable():
    assert judge(OTHER, replace(OTHER, job="alertmanager", health="down")) == [
        unproven(
            PROMETHEUS,
            "none of its 2 targets is recognisably the API",
            "name the API's job in [policy.monitoring] job",
            jobs=["alertmanager", "node"],
        )
    ]


def test_nothing_is_up():
    assert judge(replace(OTHER, health="down")) == [failed(PROMETHEUS, "scrapes no target that is up", targets=1)]


def test_no_targets():
    assert judge() == [failed(PROMETHEUS, "scrapes no target that is up", targets=0)]


@pytest.mark.parametrize("scrape_url", ["", "http://[", "not a url", "http://[::1"])
def test_addresses_that_are_none(scrape_url):
    assert [f.outcome for f in judge(replace(OTHER, scrape_url=scrape_url))] == ["error"]


def test_without_a_host_nothing_is_recognised():
    target = replace(UP, instance="", scrape_url="")
    assert [f.outcome for f in api_is_scraped(ScrapeTargets(PROMETHEUS, "", (target,), NOW), MonitoringPolicy())] == [
        "error"
    ]


def test_gaps_only():
    assert judge(gaps=(Gap(PROMETHEUS, "connection refused"),)) == []
