"""The frontend's own origin: headers of its configuration, and routes of its own API."""

from __future__ import annotations

import subprocess

import pytest

from auditor.facts.policy import CorsPolicy
from auditor.model import Outcome
from auditor.probes.cors import frontend_cors
from auditor.probes.cors.frontend import route_of
from checks.cors.frontend_lets_nobody_in import frontend_lets_nobody_in
from tests.probes.cors.test_bad_targets import allowing
from tests.probes.net.running import run
from tests.probes.stand import CLOSE, HANG, answer, page, site, way

FILES = {
    "src/app/api/me/route.ts": "export async function GET() { return Response.json({}) }",
    "src/app/(shop)/api/cart/route.ts": "export const GET = () => Response.json([])",
    "src/app/api/logout/route.ts": "export function GET() {}",
    "src/app/api/orders/route.ts": "export async function POST() {}",
    "src/app/api/items/[id]/route.ts": "export async function GET() {}",
    "pages/api/hello.js": "export default (_, res) => res.json({})",
    "src/app/page.tsx": "export default () => null",
}


def judged(respond, repository=None, origins=(), **environment):
    async def main():
        async with site(respond) as server:
            origin = server.origin()
            given = {"frontend": origin, "api": "http://api.example.com", "repository": repository, **environment}
            async with way(**given) as to:
                found = await frontend_cors(to.environment, CorsPolicy(origins or ()), to.http)
            return found, list(frontend_lets_nobody_in(found)), server.asked, origin

    return run(main())


@pytest.fixture
def repository(tmp_path):
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    subprocess.run(["git", "add", "-A"], cwd=tmp_path, check=True)
    return tmp_path


@pytest.mark.parametrize("status", [200, 307, 401, 404])
def test_who_says_nothing_is_not_asked_on(status):
    _, findings, asked, origin = judged(lambda _: answer(status))
    assert [(str(one.outcome), one.subject) for one in findings] == [("pass", f"GET {origin}/")]
    assert len(asked) <= 10


def test_routes_of_its_own_api(repository):
    """One of them reflects; those that change something, or take no GET, are not asked."""
    reflecting = lambda one: allowing(one.headers.get("origin", "*"))  # noqa: E731
    _, findings, asked, origin = judged(
        lambda one: reflecting(one) if one.path == "/api/me" else page("<p>"), repository
    )
    assert {one.path for one in asked} == {"/", "/api/me", "/api/cart", "/api/hello"}
    assert {(str(one.outcome), one.subject) for one in findings} == {
        ("pass", f"GET {origin}/"),
        ("fail", f"GET {origin}/api/me"),
    }
    (failed,) = (one for one in findings if one.outcome is Outcome.FAIL)
    assert failed.message.startswith("reflects any origin, such as https://")
    assert len([one for one in asked if one.path == "/api/me"]) <= 60
    assert len([one for one in asked if one.path != "/api/me"]) <= 20


def test_everyone_with_credentials_by_its_configuration():
    said = {"Access_Control_Allow_Origin": "*", "Access_Control_Allow_Credentials": "true"}
    _, findings, asked, _ = judged(lambda _: answer(200, "<p>", **said))
    assert [str(one.outcome) for one in findings] == ["fail"]
    assert "says * and allows credentials" in findings[0].message
    assert len(asked) <= 60


def test_everyone_without_credentials_is_no_fault():
    _, findings, _, _ = judged(lambda _: answer(200, "<p>", Access_Control_Allow_Origin="*"))
    assert [str(one.outcome) for one in findings] == ["pass"]


def test_the_api_is_at_the_same_origin():
    async def main():
        async with site(lambda _: page("<p>")) as server, way(frontend=server.origin(), api=server.origin()) as to:
            return list(
                frontend_lets_nobody_in(await frontend_cors(to.environment, CorsPolicy(), to.http))
            ), server.asked

    findings, asked = run(main())
    assert ([str(one.outcome) for one in findings], asked) == (["not-applicable"], [])


@pytest.mark.parametrize("respond", [CLOSE, HANG])
def test_no_answer(monkeypatch, respond):
    monkeypatch.setattr("auditor.probes.cors.asking.SECONDS", 0.3)
    found, findings, asked, _ = judged(lambda _: respond)
    assert (findings, len(found.gaps)) == ([], 1)
    assert len(asked) <= 10


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("app/route.ts", "/"),
        ("web/src/app/api/a-b/route.js", "/api/a-b"),
        ("app/(a)/(b)/api/x/route.tsx", "/api/x"),
        ("pages/api/index.ts", "/api"),
        ("apps/web/pages/api/v1/me.mjs", "/api/v1/me"),
        ("app/api/[...all]/route.ts", ""),
        ("app/@modal/x/route.ts", ""),
        ("app/_lib/route.ts", ""),
        ("app/(.)x/route.ts", ""),
        ("pages/api/[id].ts", ""),
        ("pages/api/x.test.ts", ""),
        ("app/\n/route.ts", ""),
        ("lib/route.ts", ""),
        ("app/x/page.tsx", ""),
    ],
)  # fmt: skip
def test_where_a_file_answers(name, path):
    assert route_of(name) == path
