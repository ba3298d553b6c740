from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.errors import Absent, Unavailable
from auditor.facts.monitoring import Health, ScrapeTarget, ScrapeTargets
from auditor.facts.policy import MonitoringPolicy
from auditor.probes.monitoring import UNREADABLE, _duration, _moment, _targets, health, scrape_targets
from checks.monitoring.api_is_scraped import api_is_scraped
from checks.monitoring.health_answers import health_answers
from tests.probes.net.running import run
from tests.probes.stand import CLOSE, answer, page, routes, site, way

BOUNDED = settings(deadline=None, max_examples=200)
RECORDED = json.loads((Path(__file__).parent / "data" / "prometheus-targets.json").read_text())
"""By Prometheus 2.42: one target is up, one down."""
UP = ScrapeTarget(
    "api",
    "127.0.0.1:55440",
    "http://127.0.0.1:55440/metrics",
    "up",
    "",
    datetime(2026, 11, 22, 9, 37, 26, 759384, UTC),
    2.0,
)
DOWN = ScrapeTarget(
    "dead",
    "127.0.0.1:55449",
    "http://127.0.0.1:55449/metrics",
    "down",
    'Get "http://127.0.0.1:55449/metrics": dial tcp 127.0.0.1:55449: connect: connection refused',
    datetime(2026, 11, 22, 9, 37, 27, 409195, UTC),
    2.0,
)


def asked(respond, **environment) -> tuple[Health, list[str], str]:
    async def main():
        async with site(respond) as server, way(api=server.origin(), **environment) as to:
            return await health(to.environment, to.http), server, server.origin()

    return run(main())


class TestHealth:
    def test_what_is_seen(self):
        body = answer(200, '{"status": "healthy"}', Content_Type="Application/JSON; charset=utf-8")
        found, server, origin = asked(lambda _: body)
        assert found == Health(f"{origin}/health", 200, "application/json", "healthy", found.elapsed_ms)
        assert 0 < found.elapsed_ms < 5000
        [request] = server.asked
        assert (request.method, request.path) == ("GET", "/health")
        assert not {"authorization", "cookie"} & set(request.headers)
        assert [f.outcome for f in health_answers(found)] == ["pass"]

    def test_where_the_checklist_says(self):
        assert asked(lambda _: answer(200), health="/api/v1/healthz")[1].paths == ["/api/v1/healthz"]

    @pytest.mark.parametrize(
        ("body", "state", "outcome"),
        [
            ('{"status": "ok"}', "ok", "pass"),
            ('{"status": "UP", "checks": {}}', "UP", "pass"),
            ('{"status": "fail"}', "fail", "fail"),
            ('{"status": "unhealthy"}', "unhealthy", "fail"),
            ("OK", "", "pass"),
            ("", "", "pass"),
            ("{}", "", "pass"),
            ("[]", "", "pass"),
            ('{"status": null}', "", "pass"),
            ('{"status": false}', UNREADABLE, "error"),
            ('{"status": 503}', UNREADABLE, "error"),
            ('{"status": {"database": "down"}}', UNREADABLE, "error"),
            ('{"status": "database is down: postgres://u:p@h"}', UNREADABLE, "error"),
            ('{"status": ""}', UNREADABLE, "error"),
            ("{" + "x" * 100_000, UNREADABLE, "error"),
            (b"\xff\xfe", "", "pass"),
            ("[" * 50_000, "", "pass"),
        ],
    )
    def test_the_word_in_the_body(self, body, state, outcome):
        found, *_ = asked(lambda _: answer(200, body))
        assert found.state == state
        assert [f.outcome for f in health_answers(found)] == [outcome]

    def test_a_catch_all_page_proves_nothing(self):
        found, *_ = asked(lambda _: page('<!doctype html><div id="root"></div>'))
        assert found.content_type == "text/html"
        assert [f.outcome for f in health_answers(found)] == ["error"]

    @pytest.mark.parametrize("status", [204, 307, 401, 404, 500, 503])
    def test_other_statuses(self, status):
        found, server, _ = asked(lambda _: answer(status, '{"status": "ok"}', Location="/login"))
        assert (found.status, len(server.asked)) == (status, 1)
        assert [f.outcome for f in health_answers(found)] == ["fail"]

    def test_no_answer(self):
        with pytest.raises(Unavailable, match="closed the connection without an answer"):
            asked(lambda _: CLOSE)

    def test_absent(self):
        async def main():
            async with way(absent=frozenset({"api"})) as to:
                await health(to.environment, to.http)

        with pytest.raises(Absent):
            run(main())


def scraped(respond, api="http://127.0.0.1:55440", slash="") -> tuple[ScrapeTargets, list[str], str]:
    async def main():
        async with site(respond) as server, way(prometheus=server.origin() + slash, api=api) as to:
            return await scrape_targets(to.environment, to.http), server.paths, server.origin()

    return run(main())


class TestPrometheus:
    @pytest.mark.parametrize("slash", ["", "/"])
    def test_what_is_recorded(self, slash):
        found, paths, origin = scraped(lambda _: answer(200, json.dumps(RECORDED)), slash=slash)
        assert paths == ["/api/v1/targets?state=active"]
        assert found == ScrapeTargets(origin, "127.0.0.1", (UP, DOWN), found.looked_at)
        outcomes = {f.subject: str(f.outcome) for f in api_is_scraped(found, MonitoringPolicy("dead"))}
        assert outcomes == {DOWN.scrape_url: "fail"}

    def test_no_targets(self):
        found, _, _ = scraped(lambda _: answer(200, '{"status": "success", "data": {"activeTargets": []}}'))
        assert found.targets == ()
        assert [f.outcome for f in api_is_scraped(found, MonitoringPolicy())] == ["fail"]

    @pytest.mark.parametrize("status", [301, 401, 403, 404, 500, 503])
    def test_other_statuses(self, status):
        with pytest.raises(Unavailable) as caught:
            scraped(lambda _: answer(status, json.dumps(RECORDED)))
        assert caught.value.reason.endswith(f"/api/v1/targets?state=active answers {status}")
        assert caught.value.hint == "let the audit reach the Prometheus HTTP API"

    @pytest.mark.parametrize("body", ["", "<html>", "[" * 50_000, "{" + " " * 3_000_000, b"\xff"])
    def test_what_is_no_json(self, body):
        with pytest.raises(Unavailable, match=r"not JSON|not read to its end"):
            scraped(lambda _: answer(200, body))

    @pytest.mark.parametrize(
        "document",
        [
            None,
            [],
            "",
            0,
            {},
            {"data": None},
            {"data": {}},
            {"data": {"activeTargets": None}},
            {"data": {"activeTargets": 1}},
            {"data": {"activeTargets": "abc"}},
            {"data": {"activeTargets": {"a": 1}}},
            {"data": {"activeTargets": [None]}},
            {"data": {"activeTargets": [{}]}},
            {"data": {"activeTargets": [{"scrapeUrl": "x"}]}},
            {"data": {"activeTargets": [{"scrapeUrl": "x", "health": "up", "labels": [1]}]}},
            {"data": {"activeTargets": [{"scrapeUrl": "x", "health": "up", "lastScrape": "yesterday"}]}},
            {"data": {"activeTargets": [{"scrapeUrl": "x", "health": "up", "scrapeInterval": "9" * 400 + "s"}]}},
            {
                "data": {
                    "activeTargets": [{"scrapeUrl": "x", "health": "up", "lastScrape": "9999-12-31T23:59:59-10:00"}]
                }
            },
        ],
    )
    def test_another_shape(self, document):
        with pytest.raises(Unavailable) as caught:
            _targets("https://p/api", document)
        assert caught.value.reason == "https://p/api does not answer as the Prometheus HTTP API does"

    def test_texts_are_cut(self):
        row = {"scrapeUrl": "u " * 5000, "health": "up", "lastError": "e " * 5000, "labels": {"job": "j " * 5000}}
        [target] = _targets("https://p/api", {"data": {"activeTargets": [row]}})
        assert max(len(text) for text in (target.job, target.scrape_url, target.last_error)) < 3000

    def test_what_may_be_left_out(self):
        row = {"scrapeUrl": "x", "health": "unknown", "scrapePool": "pool", "lastScrape": "0001-01-01T00:00:00Z"}
        assert _targets("", {"data": {"activeTargets": [row]}}) == (
            ScrapeTarget("pool", "", "x", "unknown", "", None, 60.0),
        )

    def test_not_named(self):
        async def main():
            async with way(api="http://127.0.0.1:1") as to:
                await scrape_targets(to.environment, to.http)

        with pytest.raises(Unavailable, match="names no prometheus"):
            run(main())


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("", None),
        ("0001-01-01T00:00:00Z", None),
        ("2026-11-22T09:37:26.759384505Z", UP.last_scrape),
        ("2026-11-22T09:37:27.409195Z", DOWN.last_scrape),
        ("2026-11-22T10:37:27.409195+01:00", DOWN.last_scrape),
        ("2026-11-22T09:37:27.5Z", datetime(2026, 11, 22, 9, 37, 27, 500000, UTC)),
        ("2026-11-22T09:37:27", datetime(2026, 11, 22, 9, 37, 27, tzinfo=UTC)),
    ],
)
def test_moments(text, moment):
    assert _moment(text) == moment


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("15s", 15),
        ("1m", 60),
        ("1m30s", 90),
        ("500ms", 0.5),
        ("1h", 3600),
        ("1d", 86400),
        ("", 60),
        ("x", 60),
        ("0s", 60),
    ],
)
def test_durations(text, seconds):
    assert _duration(text) == seconds


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=10,
)
KEYS = ["scrapeUrl", "health", "labels", "lastError", "lastScrape", "scrapeInterval", "scrapePool", "job", "instance"]
ROWS = st.dictionaries(st.sampled_from(KEYS), JSON, max_size=9)


@given(JSON | st.lists(ROWS, max_size=3).map(lambda rows: {"data": {"activeTargets": rows}}))
@BOUNDED
def test_any_document_is_read_or_refused(document):
    try:
        targets = _targets("https://p/api", document)
    except Unavailable:
        return
    assert all(isinstance(target, ScrapeTarget) and target.interval_s > 0 for target in targets)


@given(st.text(alphabet="0123456789-:.TZ+W ", max_size=40) | st.datetimes().map(lambda moment: moment.isoformat()))
@BOUNDED
def test_any_moment_is_read_or_refused(text):
    try:
        moment = _moment(text)
    except (ValueError, OverflowError):  # what _targets takes for another shape
        return
    assert moment is None or moment.tzinfo is UTC


@given(st.text(alphabet="0123456789mshd.", max_size=400))
@BOUNDED
def test_any_duration_is_read_or_refused(text):
    try:
        assert _duration(text) > 0
    except (ValueError, OverflowError):
        return


def test_a_host_of_the_api_in_capitals_is_recognised():
    recorded = json.dumps(RECORDED).replace("127.0.0.1", "api.example.com")
    found, _, _ = scraped(routes({"/api/v1/targets": answer(200, recorded)}), api="https://API.example.com:8443")
    assert found.api_host == "api.example.com"
    assert {f.subject for f in api_is_scraped(found, MonitoringPolicy())} == {
        "http://api.example.com:55440/metrics",
        "http://api.example.com:55449/metrics",
    }
