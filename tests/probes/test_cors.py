from __future__ import annotations

import re

import pytest

from auditor.errors import Absent
from auditor.facts.cors import CorsAnswer, CorsAnswers
from auditor.facts.policy import CorsPolicy, Endpoint
from auditor.probes.cors import cors_answers
from checks.cors.foreign_origin_refused import foreign_origin_refused
from tests.probes.net.running import run
from tests.probes.stand import CLOSE, Asked, answer, site, way

APP = "https://app.example.com"
ME = Endpoint("GET", "/api/me")


def asked(respond, *endpoints, origins=(APP,), frontend="") -> tuple[CorsAnswers, list[Asked]]:
    async def main():
        async with site(respond) as server, way(api=server.origin(), frontend=frontend) as to:
            found = await cors_answers(to.environment, CorsPolicy(origins, endpoints), to.http)
            assert found.api == server.origin()
            return found, server.asked

    return run(main())


def verdicts(found: CorsAnswers) -> list[tuple[str, str]]:
    return [(finding.subject, str(finding.outcome)) for finding in foreign_origin_refused(found)]


def allowing(origin: str, credentials: str = "true", status: int = 200) -> bytes:
    return answer(status, Access_Control_Allow_Origin=origin, Access_Control_Allow_Credentials=credentials)


def strict(request: Asked) -> bytes:
    """What Starlette does with a list of origins."""
    preflight = "access-control-request-method" in request.headers
    if request.headers.get("origin") == APP:
        return allowing(APP)
    return answer(400, "Disallowed CORS origin") if preflight else answer(200, "{}")


class TestQuestions:
    def test_what_is_asked(self):
        found, requests = asked(strict, ME)
        token = re.fullmatch(r"https://([0-9a-f]{8})\.invalid", found.answers[0].origin)[1]
        foreign = [
            f"https://{token}.invalid",
            f"https://app.example.com.{token}.invalid",
            f"https://{token}app.example.com",
        ]
        expected = []
        for origin in foreign:
            expected += [
                CorsAnswer("GET /api/me", origin, "foreign", False, False, 200, (), ()),
                CorsAnswer("GET /api/me", origin, "foreign", True, False, 200, (), ()),
                CorsAnswer("GET /api/me", origin, "foreign", False, True, 400, (), ()),
            ]
        expected += [
            CorsAnswer("GET /api/me", "null", "null", True, False, 200, (), ()),
            CorsAnswer("GET /api/me", APP, "declared", False, False, 200, (APP,), ("true",)),
        ]
        assert found.answers == tuple(expected)
        assert [one.headers["origin"] for one in requests] == [one.origin for one in expected]
        assert {one.headers.get("cookie") for one in requests} == {None, "audit=1"}
        assert {one.headers.get("access-control-request-method") for one in requests} == {None, "GET"}
        assert [one.method for one in requests] == ["OPTIONS" if one.preflight else "GET" for one in expected]
        assert verdicts(found) == [("GET /api/me", "pass")]

    def test_the_next_audit_has_another_name(self):
        assert asked(strict, ME)[0].answers[0].origin != asked(strict, ME)[0].answers[0].origin

    @pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
    def test_what_changes_something_is_never_sent(self, method):
        found, requests = asked(strict, Endpoint(method, "/api/me"))
        assert {one.method for one in requests} == {"OPTIONS"}
        assert {one.headers["access-control-request-method"] for one in requests} == {method}
        assert {one.origin for one in found.answers} >= {"null", APP}
        assert verdicts(found) == [(f"{method} /api/me", "pass")]

    def test_without_endpoints_the_health_endpoint_is_asked(self):
        found, requests = asked(strict)
        assert {one.path for one in requests} == {"/health"}
        assert verdicts(found) == [("GET /health", "pass")]

    def test_without_origins_the_frontend_is_declared(self):
        found, _ = asked(strict, ME, origins=(), frontend="https://www.example.com:8443")
        assert [one.origin for one in found.answers if one.kind == "declared"] == ["https://www.example.com:8443"]
        assert any(one.origin.startswith("https://www.example.com:8443.") for one in found.answers)

    @pytest.mark.parametrize(("origins", "count"), [((), 4), (("*",), 5), (("null",), 5)])
    def test_without_an_origin_to_vary(self, origins, count):
        found, _ = asked(strict, ME, origins=origins)
        assert len(found.answers) == count
        assert all(one.origin.startswith("https://") for one in found.answers if one.kind == "foreign")


class TestAnswers:
    def test_reflected(self):
        found, _ = asked(lambda request: allowing(request.headers["origin"]), ME)
        assert verdicts(found) == [("GET /api/me", "fail")] * 2

    def test_reflected_with_a_cookie(self):
        """What old Starlettes do for allow_origins=["*"] with credentials."""

        def respond(request):
            return allowing(request.headers["origin"] if "cookie" in request.headers else "*")

        found, _ = asked(respond, ME)
        assert verdicts(found) == [("GET /api/me", "fail")] * 2

    def test_reflected_in_preflights(self):
        def respond(request):
            return allowing(request.headers["origin"]) if request.method == "OPTIONS" else answer(200)

        assert verdicts(asked(respond, ME)[0]) == [("GET /api/me", "fail")]

    def test_null(self):
        def respond(request):
            return allowing("null") if request.headers["origin"] == "null" else answer(200)

        assert verdicts(asked(respond, ME)[0]) == [("GET /api/me", "fail")]

    @pytest.mark.parametrize(
        "matches",
        [
            lambda origin: origin.startswith(APP),
            lambda origin: origin.endswith("app.example.com"),
            lambda origin: "app.example.com" in origin,
        ],
        ids=["prefix", "suffix", "substring"],
    )
    def test_a_sloppy_comparison(self, matches):
        def respond(request):
            origin = request.headers["origin"]
            return allowing(origin) if matches(origin) else answer(200)

        assert verdicts(asked(respond, ME)[0]) == [("GET /api/me", "fail")]

    def test_everyone_without_credentials(self):
        found, _ = asked(lambda _: answer(200, Access_Control_Allow_Origin="*"), ME)
        assert verdicts(found) == [("GET /api/me", "pass")]

    def test_headers_are_kept_as_they_came(self):
        twice = answer(200, access_control_allow_origin="a", ACCESS_CONTROL_ALLOW_ORIGIN="b")
        found, _ = asked(lambda _: twice, ME)
        assert {one.allow_origin for one in found.answers} == {("a", "b")}

    @pytest.mark.parametrize("status", [404, 429, 500, 503])
    def test_answers_that_are_not_the_routes_own(self, status):
        assert verdicts(asked(lambda _: answer(status), ME)[0]) == [("GET /api/me", "error")]

    def test_an_endpoint_of_another_method_is_told_by_its_preflights(self):
        found, _ = asked(lambda _: answer(405), Endpoint("POST", "/auth/login"))
        assert verdicts(found) == [("POST /auth/login", "pass")]


class TestGaps:
    def test_an_endpoint_that_gives_no_answer(self):
        found, _ = asked(
            lambda request: CLOSE if request.path == "/api/me" else strict(request), ME, Endpoint("GET", "/b")
        )
        assert [gap.subject for gap in found.gaps] == ["GET /api/me"]
        assert "closed the connection without an answer" in found.gaps[0].reason
        assert verdicts(found) == [("GET /b", "pass")]

    def test_what_was_said_before_is_kept(self):
        def respond(request):
            return allowing(request.headers["origin"]) if request.number < 3 else CLOSE

        found, _ = asked(respond, ME)
        assert (len(found.answers), len(found.gaps)) == (2, 1)
        assert verdicts(found) == [("GET /api/me", "fail")]

    def test_absent(self):
        async def main():
            async with way(absent=frozenset({"api"})) as to:
                await cors_answers(to.environment, CorsPolicy(), to.http)

        with pytest.raises(Absent):
            run(main())
