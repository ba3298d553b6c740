from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from auditor.errors import Unavailable
from auditor.facts.policy import Endpoint, Rate, RateLimitPolicy
from auditor.facts.rate_limit import Burst, Bursts
from auditor.probes import rate_limit
from auditor.probes.rate_limit import bursts
from checks.rate_limiting.burst_is_limited import burst_is_limited
from tests.probes.net.running import run
from tests.probes.stand import CLOSE, HANG, RESET, Asked, Site, answer, site, way

LIST = Endpoint("GET", "/api/list")
REFUSED = answer(429, "slow down", Retry_After="60")


def burst(respond, *endpoints, budget=2000, **policy) -> tuple[Bursts, Site]:
    async def main():
        async with site(respond) as server, way(api=server.origin(), budget=budget) as to:
            found = await bursts(to.environment, RateLimitPolicy(endpoints or (LIST,), **policy), to.http)
            assert to.traffic.requests == len(server.asked)
            return found, server

    return run(main())


def after(accepted: int, refusal: bytes = REFUSED, status: int = 200):
    """A limiter of so many requests in all."""
    return lambda request: answer(status, "ok") if request.number <= accepted else refusal


def only(found: Bursts) -> Burst:
    [one] = found.bursts
    assert found.gaps == ()
    assert one.seconds >= 0
    return replace(one, seconds=0)


def verdict(found: Bursts, limit: Rate | None = None) -> list[str]:
    return [str(finding.outcome) for finding in burst_is_limited(found, RateLimitPolicy(limit=limit))]


class TestLimits:
    @pytest.mark.parametrize("accepted", [3, 4, 5, 7, 20, 100, 131])
    def test_what_is_accepted_is_counted_exactly(self, accepted):
        found, server = burst(after(accepted))
        one = only(found)
        waves = -(-(accepted + 1 - 3) // 4)
        sent = 3 + 4 * waves + 4
        assert one == Burst("GET /api/list", 200, sent, accepted, 0, 429, True, "60")
        assert len(server.asked) == sent
        assert verdict(found) == ["pass"]

    def test_no_limit(self):
        found, server = burst(lambda _: answer(200))
        assert only(found) == Burst("GET /api/list", 200, 146, 146, 0)
        assert len(server.asked) == 146
        assert verdict(found) == ["fail"]
        assert verdict(found, Rate(100, 60)) == ["fail"]
        assert verdict(found, Rate(146, 60)) == ["error"]

    @pytest.mark.parametrize("budget", [8, 9, 10, 11, 12, 50, 150])
    def test_the_budget_is_never_exceeded(self, budget):
        for respond in (lambda _: answer(200), after(4), after(budget - 5), after(budget), after(7, CLOSE)):
            _, server = burst(respond, max_requests=budget)
            assert len(server.asked) <= budget

    @pytest.mark.parametrize("budget", [1, 3, 7])
    def test_a_budget_without_room_for_a_burst(self, budget):
        found, server = burst(lambda _: answer(200), max_requests=budget)
        assert (found.bursts, len(server.asked)) == ((), 0)
        [gap] = found.gaps
        assert (gap.subject, gap.hint) == ("GET /api/list", "raise [policy.rate_limiting] max_requests")
        assert gap.reason == f"{budget} requests are too few: 7 are needed before and after a burst"

    def test_a_limit_beyond_the_budget_is_not_met(self):
        found, _ = burst(after(146))
        assert only(found).refused_status is None
        assert verdict(found, Rate(146, 60)) == ["error"]

    @pytest.mark.parametrize("status", [503, 403, 423])
    def test_other_refusals(self, status):
        found, _ = burst(after(11, answer(status)))
        assert only(found) == Burst("GET /api/list", 200, 19, 11, 0, status, True)
        assert verdict(found) == ["pass"]

    @pytest.mark.parametrize("behaviour", [CLOSE, RESET])
    def test_closed_connections(self, behaviour):
        """nginx's 444. A request that is not answered is not sent again: the server would count it twice."""
        found, server = burst(after(11, behaviour))
        assert only(found) == Burst("GET /api/list", 200, 19, 11, 0, 0, True)
        assert len(server.asked) == 19
        assert verdict(found) == ["pass"]

    @pytest.mark.parametrize("status", [401, 404, 204])
    def test_the_baseline_may_be_any_steady_answer(self, status):
        found, _ = burst(after(20, status=status))
        assert (only(found).baseline_status, only(found).accepted) == (status, 20)
        assert verdict(found) == ["pass"]


class TestNoProof:
    @pytest.mark.parametrize("first", [429, 500, 503])
    def test_refused_or_broken_from_the_start(self, first):
        found, server = burst(lambda _: answer(first))
        assert (found.bursts, len(server.asked)) == ((), 3)
        [gap] = found.gaps
        assert gap.reason == (
            f"the first 3 requests already answered {first}, {first}, {first}: "
            "there is no steady answer to compare with"
        )
        assert verdict(found) == []

    def test_closed_from_the_start(self):
        found, _ = burst(lambda _: CLOSE)
        assert "already answered closed connection, closed connection, closed connection" in found.gaps[0].reason

    @pytest.mark.parametrize("accepted", [1, 2])
    def test_unsteady_from_the_start(self, accepted):
        found, _ = burst(after(accepted))
        assert found.bursts == ()

    @pytest.mark.parametrize("flaw", [answer(503), answer(500), CLOSE])
    def test_an_unsteady_server(self, flaw):
        found, server = burst(lambda request: flaw if request.number == 20 else answer(200))
        one = only(found)
        assert (one.accepted, one.confirmed, len(server.asked)) == (22, False, 27)
        assert verdict(found) == ["error"]

    @pytest.mark.parametrize("flaws", [{20, 24, 25}, {20, 24, 26}])
    def test_a_server_that_is_unsteady_twice_again(self, flaws):
        found, _ = burst(lambda request: answer(503) if request.number in flaws else answer(200))
        assert not only(found).confirmed

    def test_one_request_may_slip_through(self):
        found, _ = burst(lambda request: answer(429) if request.number > 19 and request.number != 25 else answer(200))
        assert only(found).confirmed

    @pytest.mark.parametrize("status", [500, 502, 504])
    def test_a_server_that_breaks_down(self, status):
        found, _ = burst(after(20, answer(status)))
        assert only(found) == Burst("GET /api/list", 200, 27, 20, 0, status, True)
        assert verdict(found) == ["error"]

    def test_a_breakdown_does_not_confirm_a_refusal(self):
        found, _ = burst(lambda request: answer(200 if request.number < 20 else 503 if request.number == 20 else 502))
        assert (only(found).refused_status, only(found).confirmed) == (503, False)

    def test_a_flaw_beside_a_refusal_does_not_hide_it(self):
        found, _ = burst(lambda request: answer(500) if request.number == 20 else after(20)(request))
        assert (only(found).refused_status, only(found).confirmed) == (429, True)

    def test_nobody_listens(self):
        async def main():
            async with way(api="http://127.0.0.1:1") as to:
                return await bursts(to.environment, RateLimitPolicy((LIST,)), to.http)

        found = run(main())
        assert (found.bursts, [gap.subject for gap in found.gaps]) == ((), ["GET /api/list"])

    def test_the_budget_of_the_audit_ends_the_burst(self):
        found, server = burst(lambda _: answer(200), budget=50)
        assert (found.bursts, len(server.asked)) == ((), 50)
        assert "budget of 50 requests is used up" in found.gaps[0].reason

    def test_no_endpoint(self):
        async def main():
            async with way(api="http://127.0.0.1:1") as to:
                await bursts(to.environment, RateLimitPolicy(), to.http)

        with pytest.raises(Unavailable, match="no endpoint to send a burst to"):
            run(main())


class TestEndpoints:
    def test_each_has_its_own_burst(self):
        def respond(request: Asked):
            return answer(200) if request.path == "/b" else after(10)(request)

        found, _ = burst(respond, LIST, Endpoint("GET", "/b"))
        assert [(one.endpoint, one.refused_status) for one in found.bursts] == [
            ("GET /api/list", 429),
            ("GET /b", None),
        ]

    def test_a_broken_one_hides_no_other(self):
        found, _ = burst(lambda request: answer(500 if request.path == "/b" else 200), Endpoint("GET", "/b"), LIST)
        assert [one.endpoint for one in found.bursts] == ["GET /api/list"]
        assert [gap.subject for gap in found.gaps] == ["GET /b"]

    def test_what_leaves_traces_is_sent_a_few_times_only(self):
        found, server = burst(lambda _: answer(401), Endpoint("POST", "/auth/login"))
        assert {request.method for request in server.asked} == {"POST"}
        assert len(server.asked) <= rate_limit.UNSAFE_BUDGET
        assert verdict(found, Rate(100, 60)) == ["error"]

    @pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
    def test_what_changes_something_is_never_sent(self, method):
        found, server = burst(lambda _: answer(200), Endpoint(method, "/api/list"), LIST)
        assert {request.method for request in server.asked} == {"GET"}
        assert [one.endpoint for one in found.bursts] == ["GET /api/list"]
        assert [gap.subject for gap in found.gaps] == [f"{method} /api/list"]

    def test_a_login_that_is_limited(self):
        found, server = burst(after(5, status=401), Endpoint("POST", "/auth/login"))
        assert only(found) == Burst("POST /auth/login", 401, 10, 5, 0, 429, True, "60")
        assert len(server.asked) == 10


class TestTime:
    def test_it_ends_in_time(self, monkeypatch):
        monkeypatch.setattr(rate_limit, "BURST_SECONDS", 0.0)
        found, server = burst(lambda _: answer(200))
        assert (only(found).accepted, len(server.asked)) == (3, 3)
        assert verdict(found, Rate(100, 60)) == ["error"]

    def test_never_more_than_a_few_at_once(self):
        async def main():
            under_way = peak = 0

            async with site(lambda _: answer(200)) as server, way(api=server.origin()) as to:
                request = to.http.request

                async def counted(*arguments, **options):
                    nonlocal under_way, peak
                    under_way += 1
                    peak = max(peak, under_way)
                    try:
                        return await request(*arguments, **options)
                    finally:
                        under_way -= 1

                to.http.request = counted
                await bursts(to.environment, RateLimitPolicy((LIST,)), to.http)
            return peak

        assert run(main()) == rate_limit.CONCURRENCY

    def test_it_can_be_stopped(self):
        async def main():
            async with (
                site(lambda request: answer(200) if request.number < 10 else HANG) as server,
                way(api=server.origin()) as to,
            ):
                with pytest.raises(TimeoutError):
                    async with asyncio.timeout(0.3):
                        await bursts(to.environment, RateLimitPolicy((LIST,)), to.http)

        run(main())
