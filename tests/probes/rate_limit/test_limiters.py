"""Servers that limit in every way, with the verdict of each."""

from __future__ import annotations

import asyncio
import itertools
import random
import time
from collections import Counter
from types import SimpleNamespace

import pytest

from auditor.facts.policy import Endpoint, Rate, RateLimitPolicy
from auditor.facts.rate_limit import Choice, End, Scope
from auditor.facts.routes import ApiRoutes, Operation
from auditor.probes.rate_limit import bursts
from tests.probes.rate_limit.limiters import BLOCK, LIST, OK, REFUSED, after, data, fixed, limiter
from tests.probes.rate_limit.limiters import audit as audit_endpoints
from tests.probes.stand import CLOSE, HANG, RESET, answer, page, way

PER_MINUTE = Rate(100, 60)


def audit(respond, *endpoints, routes=None, **options):
    """Of the usual endpoint, unless others are given."""
    given = {} if routes is None else {"routes": routes}
    return audit_endpoints(respond, *(endpoints or (LIST,)), **given, **options)


def by_forwarded(got):
    return got.headers.get("x-forwarded-for", "peer").split(",")[0].strip()


class TestLimits:
    @pytest.mark.parametrize("limit", [1, 2, 3, 4, 5, 7, 11, 20, 30, 60, 100, 105, 109, 110, 111, 120, 140])
    def test_the_limit_is_exact(self, limit):
        found = audit(after(limit))
        assert (found.limited, found.burst.accepted, found.burst.end) == ("pass", limit, End.LIMITED)
        assert found.burst.sent <= 150

    @pytest.mark.parametrize("limit", [100, 104, 150, 199])
    def test_with_a_greater_budget(self, limit):
        found = audit(after(limit), limit=PER_MINUTE, max_requests=210)
        assert (found.limited, found.burst.accepted) == ("pass", limit)
        assert found.promised == ("pass" if limit <= 101 else "fail")

    @pytest.mark.parametrize("status", [403, 503, 423, 418, 420, 444, 509, 204])
    def test_other_refusals(self, status):
        found = audit(after(11, answer(status)))
        assert (found.limited, found.burst.accepted, found.burst.refused_status) == ("pass", 11, status)

    def test_closed_in_order(self):
        found = audit(after(11, CLOSE))
        assert (found.limited, found.burst.accepted, found.burst.refused_status) == ("pass", 11, 0)
        assert found.burst.signal == "closed connections"

    def test_a_redirect_to_a_page_of_refusal(self):
        found = audit(after(11, answer(302, Location="/blocked")))
        assert (found.limited, found.burst.accepted, found.burst.signal) == ("pass", 11, "302")

    @pytest.mark.parametrize(
        ("usual", "refusal"),
        [
            (OK, data({"error": "Rate limit exceeded"})),
            (OK, page("<title>Just a moment</title> Please solve the captcha")),
            (data({"status": "ok", "at": 1}), data({"status": "too many requests", "at": 2})),
            (data([{"id": 1}]), data([])),
            (data([1, 2]), data([])),
            (data({"items": [{"name": "lamp"}], "total": 1}), data({"items": [], "total": 0})),
            (data({"success": True, "message": "Welcome"}), data({"success": False, "message": "Come back tomorrow"})),
            (data({"code": 0, "msg": "ok", "data": {"name": "lamp"}}), data({"code": 9, "msg": "busy", "data": None})),
            (data({"detail": "hello you"}), data({"detail": "not now.."})),
            (page("<h1>Shop</h1><p>Shoes and hats and gloves</p>"), page("Wait a little, please")),
        ],
    )
    def test_another_body(self, usual, refusal):
        found = audit(after(11, refusal, usual))
        assert (found.limited, found.burst.accepted, found.burst.signal) == ("pass", 11, "another body")

    @pytest.mark.parametrize("limit", [1, 2])
    @pytest.mark.parametrize(
        "refusal",
        [
            answer(503),
            answer(403),
            answer(420),
            CLOSE,
            answer(302, Location="/blocked"),
            data({"error": "rate limited"}),
            page("Just a moment, checking your browser"),
            answer(200),
        ],
    )
    def test_a_very_small_one(self, limit, refusal):
        found = audit(after(limit, refusal))
        assert (found.limited, found.burst.accepted, found.burst.end) == ("pass", limit, End.LIMITED)

    def test_refusals_of_several_kinds(self):
        refusals = itertools.cycle([answer(403), answer(503)])
        found = audit(lambda got: OK if got.number <= 30 else next(refusals))
        assert (found.limited, found.burst.accepted) == ("pass", 30)

    def test_refused_once_and_then_banned(self):
        found = audit(lambda got: OK if got.number <= 30 else REFUSED if got.number == 31 else answer(403))
        assert (found.limited, found.burst.accepted) == ("pass", 30)

    def test_a_megabyte(self):
        found = audit(after(20, usual=answer(200, "x" * 2**20)))
        assert (found.limited, found.burst.accepted) == ("pass", 20)

    def test_short_windows_that_refuse_many_at_a_time(self):
        """By count: of each 40 requests the last 6 are refused, where the confirmation meets the next window."""
        found = audit(lambda got: REFUSED if got.number > 3 and got.number % 40 >= 35 else OK)
        assert found.limited == "pass"

    def test_accepted_before_the_burst(self):
        found = audit(fixed(100), before=30)
        assert (found.burst.accepted, found.burst.earlier, found.limited) == (70, 30, "pass")

    def test_a_bucket_that_refills(self):
        tokens, last = 11.0, time.monotonic()

        def respond(got):
            nonlocal tokens, last
            tokens, last = min(11.0, tokens + (got.at - last) * 5), got.at
            if tokens < 1:
                return REFUSED
            tokens -= 1
            return OK

        found = audit(respond)
        assert (found.limited, found.burst.end) == ("pass", End.LIMITED)

    def test_a_window_that_slides(self):
        times = []

        def respond(got):
            times[:] = [at for at in times if got.at - at < 60]
            if len(times) >= 100:
                return REFUSED
            times.append(got.at)
            return OK

        found = audit(respond)
        assert (found.limited, found.burst.accepted) == ("pass", 100)


class TestNoLimit:
    def test_none(self):
        found = audit(lambda _: OK)
        assert (found.limited, found.burst.end) == ("fail", End.UNLIMITED)
        assert (found.burst.plain, found.burst.sent) == (110, 145)

    def test_too_few_for_what_is_promised(self):
        found = audit(lambda _: OK, limit=PER_MINUTE)
        assert (found.limited, found.promised) == ("error", "error")

    def test_enough_for_what_is_promised(self):
        found = audit(lambda _: OK, limit=PER_MINUTE, max_requests=210)
        assert (found.limited, found.promised) == ("fail", "fail")
        assert found.burst.plain >= 201

    def test_a_small_budget(self):
        assert audit(lambda _: OK, max_requests=50).limited == "error"

    @pytest.mark.parametrize("share", [0.03, 0.1])
    @pytest.mark.parametrize("flaw", [answer(503), CLOSE, RESET, answer(500)])
    def test_an_unsteady_server(self, share, flaw):
        dice = random.Random(7)
        found = audit(lambda got: flaw if got.number > 3 and dice.random() < share else OK)
        assert (found.limited, found.burst.end) == ("fail", End.UNLIMITED)
        assert found.burst.unsteady > 0

    @pytest.mark.parametrize("strange", [{1}, {2}, {3}, {2, 4}, {1, 4, 7}])
    def test_it_is_unsteady_at_first(self, strange):
        found = audit(lambda got: answer(503) if got.number in strange else OK)
        assert (found.limited, found.burst.end) == ("fail", End.UNLIMITED)
        assert audit(lambda got: answer(503) if got.number in strange else after(40)(got)).limited == "pass"

    @pytest.mark.parametrize("seed", range(8))
    def test_one_of_two_pages(self, seed):
        dice = random.Random(seed)
        found = audit(lambda _: page(dice.choice(["<p>to be or not", "<p>all is well"])))
        assert (found.limited, found.burst.end) == ("fail", End.UNLIMITED)

    @pytest.mark.parametrize(
        "form", ["time", "nonce", "growing", "choice", "html", "names", "hosts", "shuffled", "entry"]
    )
    def test_bodies_that_vary(self, form):
        dice = random.Random(3)

        def respond(got):
            return {
                "time": data({"now": time.time(), "id": got.number // 10}),
                "nonce": page(f"<p>Hello there, dear reader</p><script nonce={dice.random()}>run()</script>"),
                "growing": data([{"id": n} for n in range(got.number)]),
                "choice": answer(
                    200, dice.choice(["to be or not", "all is well", "the rest is silence", "who's there"])
                ),
                "names": data({"name": dice.choice(["ann", "bob", "cid", "dan"]), "id": got.number}),
                "hosts": data({"host": ["web-a", "web-b"][got.number % 2], "status": "ok"}),
                "shuffled": data([{"name": name} for name in dice.sample(["lamp", "chair", "sofa", "desk", "bed"], 3)]),
                "entry": data([{"name": "lamp"}, {"name": "desk"}] + [{"name": "sofa"}] * (got.number > 50)),
                "html": page("<h1>News</h1><p>one two three four five six</p>" + "<p>new</p>" * (got.number // 20)),
            }[form]

        found = audit(respond)
        assert (found.limited, found.burst.end) == ("fail", End.UNLIMITED)

    def test_what_is_only_announced(self):
        found = audit(lambda _: data([], RateLimit_Limit="100", RateLimit_Remaining="99", RateLimit_Reset="60"))
        assert found.limited == "fail"
        assert found.burst.advertised[0].limit == 100

    def test_it_refuses_only_who_has_no_access(self):
        found = audit(lambda _: data({"detail": "Not authenticated"}, 401))
        assert found.limited == "error"

    def test_who_has_no_access_is_limited(self):
        found = audit(after(20, usual=data({"detail": "Not authenticated"}, 401)))
        assert (found.limited, found.burst.accepted) == ("pass", 20)


class TestSlow:
    def test_answers_that_are_held_back(self):
        free = time.monotonic()

        async def respond(got):
            nonlocal free
            free = max(free, got.at) + 0.1
            if got.number > 1:
                await asyncio.sleep(free - time.monotonic())
            return OK

        found = audit(respond, max_requests=40)
        assert (found.limited, found.burst.end) == ("pass", End.SLOWED)

    def test_a_busy_server_holds_nothing_back(self):
        turn = asyncio.Semaphore(1)

        async def respond(_):
            async with turn:
                await asyncio.sleep(0.01)
                return OK

        found = audit(respond, max_requests=80)
        assert (found.limited, found.burst.end) == ("fail", End.UNLIMITED)


class TestForwarded:
    def test_the_address_is_believed(self):
        found = audit(fixed(100, key=by_forwarded), trust_private_peer=True)
        assert (found.limited, found.spoofable, found.burst.accepted) == ("pass", "fail", 100)
        assert [one.header for one in found.burst.spoofs if one.passed] == [
            "X-Forwarded-For",
            "X-Forwarded-For with two addresses",
        ]

    def test_nothing_is_concluded_from_a_private_peer(self):
        assert audit(fixed(100, key=by_forwarded)).spoofable == "error"

    @pytest.mark.parametrize(
        "header", ["x-real-ip", "forwarded", "true-client-ip", "cf-connecting-ip", "x-client-ip", "fly-client-ip"]
    )
    def test_other_headers(self, header):
        found = audit(fixed(20, key=lambda got: got.headers.get(header, "")), trust_private_peer=True)
        assert found.spoofable == "fail"
        assert [one.header.lower() for one in found.burst.spoofs if one.passed] == [header]

    def test_nobody_is_believed(self):
        found = audit(fixed(100), trust_private_peer=True)
        assert (found.limited, found.spoofable) == ("pass", "pass")
        assert len(found.burst.spoofs) == 8

    def test_no_header_no_limit(self):
        counted = fixed(11, key=by_forwarded)
        found = audit(lambda got: counted(got) if "x-forwarded-for" in got.headers else OK, trust_private_peer=True)
        assert (found.limited, found.spoofable) == ("fail", "fail")
        assert (found.burst.constant.accepted, found.burst.constant.refused_status) == (11, 429)
        assert found.burst.unsteady == 0

    @pytest.mark.parametrize(
        ("status", "rate", "size", "took"),
        [(429, 15, 10, 0.15), (503, 20, 12, 0.1), (503, 8, 10, 0.3), (403, 15, 8, 0.15)],
    )
    def test_a_bucket_that_refills_nearly_as_fast_as_the_server_answers(self, status, rate, size, took):
        level, last = size + 1.0, time.monotonic()

        async def respond(_):
            nonlocal level, last
            now = time.monotonic()
            level, last = min(size + 1.0, level + (now - last) * rate), now
            if level < 1:
                return answer(status)
            level -= 1
            await asyncio.sleep(took)
            return OK

        found = audit(respond, LIST, max_requests=90)
        assert (found.limited, found.burst.end) == ("pass", End.LIMITED)
        assert size < found.burst.accepted < 45

    @pytest.mark.parametrize("workers", [2, 3])
    def test_workers_that_count_for_themselves(self, workers):
        """Behind a proxy that takes turns, the limit is what they allow together."""
        used = Counter()

        def respond(got):
            used[got.number % workers] += 1
            return OK if used[got.number % workers] <= 20 else REFUSED

        assert audit(respond).burst.accepted == 20 * workers

    def test_whoever_brings_no_cookie_is_always_new(self):
        found = audit(
            lambda got: REFUSED if "cookie" in got.headers else answer(200, "[]", Set_Cookie=f"s={got.number}")
        )
        assert found.limited == "fail"

    def test_the_key_is_the_user_agent(self):
        counted = fixed(30, key=lambda got: got.headers.get("user-agent", ""))
        assert audit(counted).burst.accepted == 30

    def test_answers_that_count_for_nothing_are_made_up_for(self):
        """A promise of 100 takes 201 accepted requests, and every tenth fails."""
        found = audit(lambda got: answer(503) if got.number % 10 == 7 else OK, limit=PER_MINUTE, max_requests=250)
        assert (found.limited, found.promised, found.burst.end) == ("fail", "fail", End.UNLIMITED)

    @pytest.mark.parametrize("most", [1, 2, 3])
    def test_a_bound_of_requests_at_once_is_no_limit(self, most):
        under_way = 0

        async def respond(_):
            nonlocal under_way
            if under_way >= most:
                return answer(503)
            under_way += 1
            await asyncio.sleep(0.05)
            under_way -= 1
            return OK

        assert audit(respond, LIST, max_requests=90).limited != "pass"

    @pytest.mark.parametrize("seed", range(3))
    def test_a_server_that_often_fails_has_no_limit(self, seed):
        chance = random.Random(seed)

        async def respond(_):
            if chance.random() < 0.3:
                return answer(503)
            await asyncio.sleep(0.01)
            return OK

        assert audit(respond, LIST, max_requests=90).limited != "pass"

    def test_a_bucket_that_refills_is_no_bypass(self):
        tokens, last = 11.0, time.monotonic()

        def respond(got):
            nonlocal tokens, last
            tokens, last = min(11.0, tokens + (got.at - last) * 200), got.at
            if tokens < 1:
                return REFUSED
            tokens -= 1
            return OK

        assert audit(respond, trust_private_peer=True).spoofable != "fail"

    def test_a_limiter_that_refills_a_little_is_used_up_again(self):
        found = audit(lambda got: OK if got.number <= 20 or got.number % 7 == 0 else REFUSED, trust_private_peer=True)
        assert (found.limited, found.spoofable, len(found.burst.spoofs)) == ("pass", "pass", 8)

    def test_an_unsteady_refusal_is_no_bypass(self):
        dice = random.Random(5)
        counted = fixed(20)
        found = audit(lambda got: OK if dice.random() < 0.1 else counted(got), trust_private_peer=True)
        assert found.spoofable != "fail"


class TestReach:
    OTHER = ApiRoutes("", (Operation("GET", "/api/other"), Operation("GET", "/api/list")))

    def test_each_route_has_its_own(self):
        found = audit(fixed(20, key=lambda got: got.path), LIST, routes=self.OTHER)
        assert (found.burst.scope, found.burst.other_route) == (Scope.PER_ROUTE, "/api/other")

    def test_all_routes_share_one(self):
        found = audit(fixed(20), LIST, routes=self.OTHER)
        assert (found.burst.scope, found.limited) == (Scope.SHARED, "pass")

    def test_a_shared_limit_is_not_burst_twice(self):
        found = audit(fixed(20), LIST, Endpoint("GET", "/b"))
        one, two = found.bursts.bursts
        assert (one.end, two.end, two.sent, found.limited) == (End.LIMITED, End.SHARED, 1, "pass pass")

    def test_a_shared_limit_that_only_bodies_tell(self):
        found = audit(fixed(20, refusal=data({"error": "rate limited"})), LIST, Endpoint("GET", "/b"))
        one, two = found.bursts.bursts
        assert (one.end, two.end, two.sent, found.limited) == (End.LIMITED, End.SHARED, 1, "pass pass")

    def test_limits_of_their_own_are_all_burst(self):
        found = audit(fixed(20, key=lambda got: got.path), LIST, Endpoint("GET", "/b"))
        assert [one.accepted for one in found.bursts.bursts] == [20, 19]
        assert found.limited == "pass pass"

    def test_one_of_them_has_none(self):
        counted = fixed(20)
        found = audit(lambda got: OK if got.path == "/b" else counted(got), LIST, Endpoint("GET", "/b"))
        assert found.limited == "pass fail"


class TestChoice:
    ROUTES = ApiRoutes(
        "",
        (
            Operation("GET", "/api/me", secured=True),
            Operation("GET", "/health"),
            Operation("GET", "/api/items/{id}", needs=("id",)),
            Operation("DELETE", "/api/items"),
            Operation("GET", "/api/items"),
        ),
    )

    def test_an_open_route_of_the_document(self):
        found = audit_endpoints(after(20), routes=self.ROUTES)
        assert (found.burst.endpoint, found.burst.choice, found.limited) == ("GET /api/items", Choice.DOCUMENT, "pass")

    def test_the_health_page_alone_proves_nothing(self):
        found = audit_endpoints(lambda _: OK)
        assert (found.burst.endpoint, found.burst.choice, found.limited) == ("GET /health", Choice.HEALTH, "error")

    def test_no_health_page(self):
        found = audit_endpoints(lambda _: answer(404))
        assert "no endpoint is declared" in found.gap


class TestAttempts:
    LOGIN = Endpoint("POST", "/auth/login")
    WRONG = data({"detail": "wrong"}, 401)

    @pytest.mark.parametrize("limit", [3, 4, 5, 6, 8])
    @pytest.mark.parametrize("status", [429, 423])
    def test_limited(self, limit, status):
        found = audit(after(limit, answer(status), self.WRONG), self.LOGIN)
        assert (found.limited, found.burst.accepted) == ("pass", limit)
        assert len(found.seen.got) <= 10

    @pytest.mark.parametrize("refusal", [data({"detail": "Account locked"}, 401), data({}, 400), answer(403), CLOSE])
    def test_an_account_is_locked(self, refusal):
        found = audit(after(5, refusal, self.WRONG), self.LOGIN)
        assert (found.limited, found.burst.accepted) == ("pass", 5)

    def test_no_limit_in_ten(self):
        found = audit(lambda _: self.WRONG, self.LOGIN)
        assert (found.limited, len(found.seen.got)) == ("error", 10)

    def test_no_limit_of_four(self):
        assert audit(lambda _: self.WRONG, self.LOGIN, limit=Rate(4, 60)).limited == "fail"

    def test_one_account_that_cannot_exist(self):
        found = audit(lambda _: self.WRONG, self.LOGIN)
        assert {got.body for got in found.seen.got} == {found.seen.got[0].body}
        assert b"@example.invalid" in found.seen.got[0].body
        assert found.seen.peak == 1

    def test_a_form(self):
        def respond(got):
            form = got.headers["content-type"] == "application/x-www-form-urlencoded"
            return self.WRONG if form else data({}, 422)

        found = audit(lambda got: after(8, answer(429))(got) if got.number > 8 else respond(got), self.LOGIN)
        assert (found.limited, found.burst.accepted, found.burst.sent) == ("pass", 7, 10)

    def test_not_understood(self):
        assert audit(lambda _: data({}, 422), self.LOGIN, limit=Rate(2, 60)).limited == "error"

    @pytest.mark.parametrize("path", ["/auth/signup", "/auth/recover", "/auth/v1/otp"])
    def test_nothing_is_sent_that_makes_accounts_or_mail(self, path):
        found = audit(lambda _: OK, Endpoint("POST", path))
        assert (found.limited, found.seen.got) == ("error", [])

    @pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
    def test_nothing_is_sent_that_changes_things(self, method):
        found = audit(lambda _: OK, Endpoint(method, "/api/list"))
        assert (found.limited, found.seen.got) == ("error", [])


class TestBadTargets:
    @pytest.mark.parametrize("first", [429, 500, 502, 503])
    def test_refused_or_broken_from_the_start(self, first):
        found = audit(lambda _: answer(first, Retry_After="30"))
        assert (found.limited, len(found.seen.got)) == ("error", 1)
        assert str(first) in found.gap

    @pytest.mark.parametrize("first", [500, 502, 503])
    def test_broken_a_second_time(self, first):
        found = audit(lambda _: answer(first))
        assert (found.limited, len(found.seen.got)) == ("error", 2)

    @pytest.mark.parametrize("said", ["Rate limit exceeded", "too many requests", "rate limited", "try again later"])
    def test_refused_from_the_start_in_words(self, said):
        found = audit(lambda _: data({"error": said}))
        assert (found.limited, len(found.seen.got)) == ("error", 1)
        assert "words of a refusal" in found.gap

    def test_words_of_limits_that_are_data(self):
        assert audit(lambda _: data({"rate_limit": 100, "used": 3, "note": "try again"})).limited == "fail"

    @pytest.mark.parametrize(("behaviour", "said"), [(CLOSE, "closed"), (RESET, "cut")])
    def test_no_answer_from_the_start(self, behaviour, said):
        found = audit(lambda _: behaviour)
        assert found.limited == "error"
        assert said in found.gap

    def test_reset_in_the_middle(self):
        found = audit(after(20, RESET))
        assert (found.limited, found.burst.end) == ("error", End.BROKEN)
        assert "reset connections" in found.burst.reason

    @pytest.mark.parametrize("status", [500, 502, 504])
    def test_it_breaks_down(self, status):
        found = audit(after(20, answer(status)))
        assert (found.limited, found.burst.end) == ("error", End.BROKEN)

    def test_silence(self, monkeypatch):
        monkeypatch.setattr("auditor.probes.rate_limit.shots.SHOT_SECONDS", 0.4)
        assert audit(lambda _: HANG).limited == "error"
        found = audit(after(20, HANG))
        assert (found.limited, found.burst.end) == ("error", End.BROKEN)

    def test_an_endless_body(self):
        found = audit(lambda _: BLOCK)
        assert (found.limited, len(found.seen.got)) == ("error", 1)
        assert "not read to its end" in found.gap

    def test_it_redirects(self):
        found = audit(lambda _: answer(307, Location="https://elsewhere.example/login?next=1"))
        assert found.gap == "it redirects (307) to https://elsewhere.example/login: a burst would measure the redirect"

    def test_a_body_that_becomes_endless(self):
        found = audit(after(20, BLOCK))
        assert (found.limited, found.burst.end) == ("error", End.BROKEN)
        assert found.burst.reason == "answers a body without an end after 20 accepted requests"

    def test_long_bodies(self):
        found = audit(after(20, usual=data([{"id": n, "text": "x" * 50} for n in range(5000)])))
        assert (found.limited, found.burst.accepted) == ("pass", 20)

    @pytest.mark.parametrize("status", [404, 405])
    def test_no_such_route(self, status):
        assert audit(lambda _: answer(status)).limited == "error"

    def test_unsteady_from_the_start(self):
        turns = itertools.cycle([OK, answer(500)])
        assert audit(lambda _: next(turns)).limited == "error"


class TestBudgets:
    @pytest.mark.parametrize("budget", [8, 9, 10, 12, 50, 100, 150])
    def test_they_are_kept(self, budget):
        for respond in (
            lambda _: OK,
            after(4),
            after(budget - 5),
            after(budget),
            after(7, CLOSE),
            after(5, answer(503)),
        ):
            assert len(audit(respond, max_requests=budget).seen.got) <= budget

    @pytest.mark.parametrize("budget", [1, 3, 7])
    def test_without_room_for_a_burst(self, budget):
        found = audit(lambda _: OK, max_requests=budget)
        assert (found.seen.got, found.gap) == (
            [],
            f"{budget} requests are too few: 7 are needed before and after a burst",
        )

    def test_what_is_left_of_the_audits_own(self):
        found = audit(lambda _: OK, audit_budget=50)
        assert (found.limited, len(found.seen.got)) == ("error", 46)

    def test_four_at_once_at_most(self):
        async def respond(_):
            await asyncio.sleep(0.001)
            return OK

        assert audit(respond).seen.peak <= 4


class TestOdd:
    def test_a_tarpit(self, monkeypatch):
        monkeypatch.setattr("auditor.probes.rate_limit.shots.SHOT_SECONDS", 0.3)
        monkeypatch.setattr("auditor.probes.rate_limit.burst.SHOT_SECONDS", 0.3)

        async def respond(got):
            await asyncio.sleep(0.8 if got.number > 20 else 0)
            return OK

        found = audit(respond)
        assert (found.limited, found.burst.end, found.burst.slowdown.per_second) == (
            "pass",
            End.SLOWED,
            pytest.approx(5, abs=1.5),
        )

    def test_answers_that_are_slow_now_and_then(self):
        dice = random.Random(11)

        async def respond(_):
            await asyncio.sleep(dice.random() * 0.2)
            return OK

        found = audit(respond, max_requests=100)
        assert (found.limited, found.burst.end) == ("fail", End.UNLIMITED)

    @pytest.mark.parametrize("seed", range(6))
    @pytest.mark.parametrize("flaw", [answer(503), CLOSE])
    def test_a_very_unsteady_server_is_no_limiter(self, seed, flaw):
        dice = random.Random(seed)
        found = audit(lambda got: flaw if got.number > 3 and dice.random() < 0.35 else OK)
        assert found.burst.end is End.UNLIMITED
        assert found.limited in ("fail", "error")

    def test_requests_at_the_same_time_are_refused(self):
        under_way = 0

        async def respond(_):
            nonlocal under_way
            if under_way:
                return answer(503)
            under_way += 1
            await asyncio.sleep(0.005)
            under_way -= 1
            return OK

        found = audit(respond)
        assert (found.limited, found.burst.end) == ("error", End.UNLIMITED)

    def test_a_window_that_ends_in_the_burst(self):
        """By count, not by clock: after the first refusals a new window begins."""
        served = refused = 0

        def respond(_):
            nonlocal served, refused
            if served < 30:
                served += 1
                return OK
            refused += 1
            if refused == 5:
                served = 0
            return REFUSED

        found = audit(respond)
        assert (found.limited, found.burst.accepted) == ("pass", 30)

    def test_a_refusal_without_an_end(self):
        head = b"HTTP/1.1 429 X\r\nContent-Length: 100000000\r\n\r\n" + b"x" * 200_000
        found = audit(after(20, head))
        assert (found.limited, found.burst.accepted) == ("pass", 20)

    def test_more_than_one_answer_at_once(self):
        assert audit(lambda _: OK + OK).limited == "fail"

    def test_nonsense(self):
        assert audit(lambda _: b"SSH-2.0-OpenSSH_9.2\r\n").limited == "error"
        found = audit(after(20, b"SSH-2.0-OpenSSH_9.2\r\n"))
        assert (found.limited, found.burst.end) == ("error", End.BROKEN)


class TestBefore:
    """What the audit has sent before counts, too."""

    def test_a_limit_that_is_used_up_is_waited_for(self, monkeypatch):
        waited = []

        async def sleep(seconds):
            waited.append(seconds)

        def respond(got):
            return REFUSED if not waited and got.number > 10 else after(40)(got)

        monkeypatch.setattr("auditor.probes.rate_limit.waiting.asyncio.sleep", sleep)
        found = audit(lambda got: answer(503) if respond(got) == REFUSED else OK, before=10)
        assert (found.limited, found.burst.earlier, waited[0]) == ("pass", 10, 3.0)

    @pytest.mark.parametrize(("wait", "waits"), [("60", [60.5]), ("", [3.0, 12.0, 47.0])])
    def test_a_window_of_a_minute_is_waited_for(self, monkeypatch, wait, waits):
        """What others have used up of it is in the next one again."""
        now = [0.0]
        waited = self.waiting(monkeypatch, now)
        used = Counter()

        def respond(_):
            used[now[0] // 60] += 1
            return OK if used[now[0] // 60] <= 30 else answer(429, **({"Retry_After": wait} if wait else {}))

        found = audit(respond, LIST, before=40, limit=Rate(30, 60))
        assert (found.limited, found.promised, found.burst.accepted, waited) == ("pass", "pass", 30, waits)

    def test_a_reset_is_waited_for(self, monkeypatch):
        now = [0.0]
        waited = self.waiting(monkeypatch, now)
        used = Counter()

        def respond(_):
            used[now[0] >= 20] += 1
            left = max(30 - used[now[0] >= 20], 0)
            said = {"RateLimit_Limit": "30", "RateLimit_Remaining": str(left), "RateLimit_Reset": "20"}
            return answer(200 if used[now[0] >= 20] <= 30 else 429, "[]", **said)

        assert audit(respond, LIST, before=40).burst.accepted == 30
        assert waited == [20.5]

    def waiting(self, monkeypatch, now):
        waited = []

        async def sleep(seconds):
            if seconds:
                waited.append(seconds)
                now[0] += seconds

        monkeypatch.setattr("auditor.probes.rate_limit.waiting.asyncio", SimpleNamespace(sleep=sleep))
        return waited

    def test_longer_than_a_minute_is_not_waited_for(self, monkeypatch):
        waited = self.waiting(monkeypatch, [0.0])
        found = audit(after(10, answer(429, Retry_After="3600")), before=15)
        assert (found.limited, waited) == ("error", [])
        assert found.gap.endswith(
            "; the audit itself had sent 15 requests to this host before, of which 10 were answered before the first "
            "was refused"
        )

    def test_who_refuses_from_the_first_on_is_not_waited_for(self, monkeypatch):
        waited = self.waiting(monkeypatch, [0.0])
        assert (audit(lambda _: REFUSED, before=15).limited, waited) == ("error", [])

    @pytest.mark.parametrize("budget", range(40, 48))
    def test_the_budget_of_each_endpoint_holds_with_those_of_others(self, budget):
        """Each burst that was refused has asked the other endpoint once."""
        counted = fixed(20, key=lambda got: got.path + got.headers.get("x-forwarded-for", ""))
        found = audit(counted, LIST, Endpoint("GET", "/b"), max_requests=budget)
        assert found.limited == "pass pass"


class TestProbe:
    def gather(self, *endpoints):
        async def main():
            async with limiter(lambda got: DOCUMENT if got.path == "/openapi.json" else OK) as seen:
                async with way(api=seen.origin) as to:
                    found = await bursts(to.environment, RateLimitPolicy(endpoints), to.http, to.traffic)
                return found, {got.path for got in seen.got}

        return asyncio.run(main())

    def test_what_is_declared_is_all_that_is_asked(self):
        found, paths = self.gather(LIST)
        assert (len(found.bursts), paths) == (1, {"/api/list"})

    def test_otherwise_the_document_is_read(self):
        found, paths = self.gather()
        assert ([one.endpoint for one in found.bursts], paths) == (["GET /api/items"], {"/openapi.json", "/api/items"})


DOCUMENT = data({"openapi": "3.1.0", "paths": {"/api/items": {"get": {}}}})
