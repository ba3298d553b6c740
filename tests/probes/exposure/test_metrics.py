from __future__ import annotations

import pytest

from auditor.errors import Unavailable
from auditor.facts.exposure import MetricsPage
from auditor.probes.exposure.metrics import metrics_page
from checks.app_exposure.metrics_private import metrics_private
from tests.probes.exposure.test_docs import SHELL
from tests.probes.net.running import run
from tests.probes.stand import CLOSE, answer, page, routes, site, way

METRICS = "# HELP up x\n# TYPE up gauge\nup 1\n# TYPE http_requests_total counter\nhttp_requests_total 7\n"


def gather(respond, **environment):
    async def main():
        async with site(respond) as server, way(api=server.origin(), **environment) as to:
            return await metrics_page(to.environment, to.http), server.paths, server.origin()

    return run(main())


class TestMetrics:
    def test_open(self):
        found, paths, origin = gather(routes({"/metrics": answer(200, METRICS)}))
        assert paths == ["/metrics"]
        assert found == MetricsPage(f"{origin}/metrics", 200, found.metric_families)
        assert found.metric_families >= 2
        assert [f.outcome for f in metrics_private(found)] == ["fail"]

    @pytest.mark.parametrize(
        "text",
        [
            "# TYPE a_b counter",
            "# TYPE a_b info\r\n",
            "x\n# TYPE a_b histogram\n",
            'http_requests_total{path="/",code="200"} 1.5e+06 1700000000000\n',
            "process_cpu_seconds_total 12\n",
        ],
    )
    def test_recognised_by_content(self, text):
        found, _, _ = gather(lambda _: answer(200, text))
        assert found.metric_families == 1

    @pytest.mark.parametrize(
        "closed",
        [
            SHELL,
            page("<html>\nchapter 5\n</html>"),
            answer(200, ""),
            answer(200, "ok"),
            answer(200, '{"uptime": 5}'),
            answer(200, b"\xff\xfe"),
            answer(401, METRICS),
            answer(403),
            answer(404),
        ],
    )
    def test_closed(self, closed):
        found, _, _ = gather(lambda _: closed)
        assert found.metric_families == 0
        assert [f.outcome for f in metrics_private(found)] == ["pass"]

    def test_mounted_as_an_application_of_its_own(self):
        """FastAPI's app.mount("/metrics", make_asgi_app()) redirects to the path with a slash."""
        mounted = routes({"/metrics": answer(307, Location="/metrics/"), "/metrics/": answer(200, METRICS)})
        found, paths, origin = gather(mounted)
        assert paths == ["/metrics", "/metrics/"]
        assert found.metric_families >= 2
        assert found.url == f"{origin}/metrics"

    @pytest.mark.parametrize("status", [429, 500, 502, 503])
    def test_an_api_that_does_not_work_proves_nothing(self, status):
        with pytest.raises(Unavailable, match=f"/metrics answers {status}: what it would show, nobody can tell"):
            gather(lambda _: answer(status))

    def test_no_answer(self):
        with pytest.raises(Unavailable, match="closed the connection without an answer"):
            gather(lambda _: CLOSE)

    def test_where_the_checklist_says(self):
        _, paths, _ = gather(routes({}), metrics="/internal/metrics")
        assert paths == ["/internal/metrics"]

    def test_what_cannot_be_read(self):
        with pytest.raises(Unavailable, match="could not be read"):
            gather(lambda _: answer(200, b"xx", Content_Encoding="zstd"))
