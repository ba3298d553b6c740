from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.checklist.model import Environment, Supabase
from auditor.errors import Absent, Unavailable
from auditor.facts.named_urls import NamedUrl, NamedUrls, Purpose, SiteUrls, UrlFile
from auditor.model import Gap
from auditor.probes.named_urls import _named, _reader, in_production, named_urls, site_urls
from auditor.probes.repository import Value
from auditor.redact import Secret
from checks.https.configured_urls_encrypted import configured_urls_encrypted
from checks.https.configured_urls_reachable import configured_urls_reachable
from tests.checks.answers import outcomes
from tests.probes.net.running import run
from tests.probes.stand import HANG, answer, site, way
from tests.probes.test_repository import git

TOKEN = "sbp_" + "0123456789abcdef" * 2 + "01234567"


@pytest.fixture
def repository(tmp_path):
    """Files that git tracks."""

    def make(**files: str) -> NamedUrls:
        root = tmp_path / "checkout"
        root.mkdir()
        git(root, "init", "--quiet", "--template=")
        for name, text in files.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text)
        git(root, "add", "--all", "--force")
        return run(named_urls(Environment("test", repository=root)))

    return make


def found(name: str, text: str) -> list[tuple[int, str, str, str]]:
    reader = _reader(name)
    values = reader(text) if reader else ()
    return [(one.line, one.key, one.url, str(one.purpose)) for value in values for one in _named(name, value)]


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        (".env", "NEXT_PUBLIC_API_URL=http://a.test/v1", [(1, "NEXT_PUBLIC_API_URL", "http://a.test/v1", "public")]),
        (".env", "\nVITE_API=wss://a.test", [(2, "VITE_API", "wss://a.test", "public")]),
        (".env", "export REACT_APP_X='http://a.test'", [(1, "REACT_APP_X", "http://a.test", "public")]),
        (
            ".env",
            "PUBLIC_API=http://u:secret@a.test:80/x?token=secret#y",
            [(1, "PUBLIC_API", "http://a.test:80/x", "public")],
        ),
        (".env", "NEXTAUTH_URL=http://[::1]:3000", [(1, "NEXTAUTH_URL", "http://[::1]:3000", "own")]),
        (
            ".env",
            "ALLOWED_ORIGINS=http://a.test,https://b.test",
            [(1, "ALLOWED_ORIGINS", "http://a.test", "origin"), (1, "ALLOWED_ORIGINS", "https://b.test", "origin")],
        ),
        (
            ".env",
            'BACKEND_CORS_ORIGINS=["http://a.test", "http://b.test"]',
            [
                (1, "BACKEND_CORS_ORIGINS", "http://a.test", "origin"),
                (1, "BACKEND_CORS_ORIGINS", "http://b.test", "origin"),
            ],
        ),
        (".env", "HTTP_PROXY=http://proxy.test:3128\nXMLNS=http://www.w3.org/2000/svg\n#SITE_URL=http://a.test", []),
        (".env", "SITE_URL=${HOST}", []),
        ("compose.yml", "a:\n  environment:\n    SITE_URL: http://a.test\n", [(3, "SITE_URL", "http://a.test", "own")]),
        (
            "compose.yml",
            "a:\n  environment:\n    - SITE_URL=${X:-http://a.test}\n",
            [(3, "SITE_URL", "http://a.test", "own")],
        ),
        (
            "compose.yml",
            "a:\n  healthcheck:\n    test: [CMD, curl, -f, 'http://a.test/health']\n",
            [(3, "", "http://a.test/health", "health")],
        ),
        ("compose.yml", "a:\n  healthcheck:\n    test: wget -q http://a.test\n", [(3, "", "http://a.test", "health")]),
        ("compose.yml", "a:\n  labels: [http://a.test]\n", []),
        (
            "compose.yml",
            "a:\n  healthcheck:\n    test: [CMD, curl, -f, 'http://a.test/']\n",
            [(3, "", "http://a.test/", "health")],
        ),
        (
            "compose.yml",
            """a:\n  healthcheck:\n    test: python -c "urlopen('http://a.test/')"\n""",
            [(3, "", "http://a.test/", "health")],
        ),
        (
            "compose.yml",
            "x: {ALLOWED_ORIGINS: ['http://a.test']}",
            [(1, "ALLOWED_ORIGINS", "http://a.test", "origin")],
        ),
        (".env", "SITE_URL=HTTP://A.test", [(1, "SITE_URL", "http://A.test", "own")]),
        (".env", "allowed_origins=http://a.test", [(1, "allowed_origins", "http://a.test", "origin")]),
        (
            ".env",
            "ADDITIONAL_REDIRECT_URLS=http://a.test/**",
            [(1, "ADDITIONAL_REDIRECT_URLS", "http://a.test/**", "origin")],
        ),
        (".env", "SITE_URL=http://${HOST}:$PORT/x", [(1, "SITE_URL", "http://…:…/x", "own")]),
        (".env", "SITE_URL='http://$HOST'", [(1, "SITE_URL", "http://$HOST", "own")]),
        (
            "Dockerfile",
            'ENV A=1 NEXT_PUBLIC_X=http://a.test \\\n# why\n  NEXT_PUBLIC_Y="http://b.test"\nENV SITE_URL=http://c.test',
            [
                (1, "NEXT_PUBLIC_X", "http://a.test", "public"),
                (1, "NEXT_PUBLIC_Y", "http://b.test", "public"),
                (4, "SITE_URL", "http://c.test", "own"),
            ],
        ),
        (
            "Dockerfile",
            "HEALTHCHECK --interval=5s \\\n  CMD python -c \"urlopen('http://a.test')\"",
            [(1, "", "http://a.test", "health")],
        ),
        ("Dockerfile", "ENV SITE_URL=http://a.test \\", [(1, "SITE_URL", "http://a.test", "own")]),
        (
            "next.config.js",
            "NEXT_PUBLIC_X: process.env.NEXT_PUBLIC_X || 'http://a.test', siteUrl: `http://${host}/x`",
            [(1, "NEXT_PUBLIC_X", "http://a.test", "public"), (1, "siteUrl", "http://…/x", "own")],
        ),
        (
            "vite.config.ts",
            """"import.meta.env.VITE_API": JSON.stringify("http://a.test")""",
            [(1, "VITE_API", "http://a.test", "public")],
        ),
        (
            "vercel.json",
            '{"ALLOWED_ORIGINS": ["HTTP://a.test", "https://b.test"]}',
            [(1, "ALLOWED_ORIGINS", "http://a.test", "origin"), (1, "ALLOWED_ORIGINS", "https://b.test", "origin")],
        ),
        ("Dockerfile", "FROM x\nENV NEXT_PUBLIC_X=http://a.test\n", [(2, "NEXT_PUBLIC_X", "http://a.test", "public")]),
        ("Dockerfile", "ARG NEXT_PUBLIC_X http://a.test", [(1, "NEXT_PUBLIC_X", "http://a.test", "public")]),
        ("web/Dockerfile.prod", "HEALTHCHECK CMD curl http://a.test", [(1, "", "http://a.test", "health")]),
        (
            "next.config.mjs",
            "env: { NEXT_PUBLIC_X: 'http://a.test' }",
            [(1, "NEXT_PUBLIC_X", "http://a.test", "public")],
        ),
        ("next.config.js", "// NEXT_PUBLIC_X: 'http://a.test'", []),
        ("vercel.json", '{"env": {"SITE_URL": "http://a.test"}}', [(1, "SITE_URL", "http://a.test", "own")]),
        (
            "supabase/config.toml",
            '[auth]\nsite_url = "http://a.test"\nadditional_redirect_urls = [\n  "http://b.test/**",\n]\nx = "http://c.test"',
            [(2, "site_url", "http://a.test", "own"), (4, "additional_redirect_urls", "http://b.test/**", "origin")],
        ),
        ("README.md", "NEXT_PUBLIC_X=http://a.test", []),
    ],
)
def test_what_files_name(name, text, expected):
    assert found(name, text) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        *((name, True) for name in (".env", ".env.production", "prod.env", "docker-compose.yml", "compose.prod.yaml")),
        *((name, True) for name in (".env.production.local", "Dockerfile", "next.config.js")),
        *(
            (name, False)
            for name in (".env.development", ".env.local", ".env.example", ".env.test", "docker-compose.dev.yml")
        ),
        *((name, False) for name in (".env.production.example", ".env.prod.sample", "docker-compose.prod.yml.dist")),
        *((name, False) for name in ("docker-compose.override.yml", "Dockerfile.dev", "dev/../.env.staging")),
    ],
)
def test_which_are_of_production(name, expected):
    assert in_production(name) is expected


def test_a_checkout(repository):
    seen = repository(
        **{
            ".env.production": "NEXT_PUBLIC_API_URL=http://api.example.com\nNEXT_PUBLIC_WS=ws://localhost:1",
            ".env.example": "NEXT_PUBLIC_API_URL=http://api.example.com",
            "compose.yml": "a: {healthcheck: {test: 'curl http://api.example.com/health'}}",
            "docker-compose.bad.yml": "a: b: c",
        }
    )
    assert seen == NamedUrls(
        (UrlFile(".env.example", False), UrlFile(".env.production", True), UrlFile("compose.yml", True)),
        (
            NamedUrl(".env.example", 1, "NEXT_PUBLIC_API_URL", "http://api.example.com", Purpose.PUBLIC),
            NamedUrl(".env.production", 1, "NEXT_PUBLIC_API_URL", "http://api.example.com", Purpose.PUBLIC),
            NamedUrl(".env.production", 2, "NEXT_PUBLIC_WS", "ws://localhost:1", Purpose.PUBLIC),
            NamedUrl("compose.yml", 1, "", "http://api.example.com/health", Purpose.HEALTH),
        ),
        (
            Gap(
                "docker-compose.bad.yml",
                "docker-compose.bad.yml is not YAML that can be read",
                "check it with `docker compose config`",
            ),
        ),
    )
    assert outcomes(configured_urls_encrypted(seen)) == ["pass", "fail", "pass"]
    assert outcomes(configured_urls_reachable(seen)) == ["fail", "fail"]


def test_no_repository():
    with pytest.raises(Absent):
        run(named_urls(Environment("test", absent=frozenset({"repository"}))))


@settings(max_examples=500, deadline=None)
@given(
    st.sampled_from(["SITE_URL", "X_ORIGINS", "", "VITE_A"]),
    st.text() | st.text(alphabet="htps:/.@[]?#${}-, a", max_size=80).map(lambda text: "http://" + text),
)
def test_any_value(key, text):
    for one in _named("f", Value(1, key, text)):
        assert "?" not in one.url
        assert one.in_the_clear in (True, False)


def asked(respond, **project) -> SiteUrls:
    async def main():
        async with site(respond) as server:
            values = {"project_ref": "abc", "access_token": Secret(TOKEN, "Supabase access token"), **project}
            async with way(supabase=Supabase(api_url=server.origin(), **values)) as to:
                return await site_urls(to.environment, to.http), server.asked

    found_, requests = run(main())
    for request in requests:
        assert (request.path, request.headers["authorization"]) == ("/v1/projects/abc/config/auth", f"Bearer {TOKEN}")
    return found_


def test_the_site_url_of_supabase():
    listed = "https://a.test/**, myapp://callback,"
    body = f'{{"site_url": "http://a.test/?x=secret", "uri_allow_list": "{listed}", "x": "secret"}}'
    assert asked(lambda _: answer(200, body)) == SiteUrls(
        True, "http://a.test/", ("https://a.test/**", "myapp://callback")
    )


@pytest.mark.parametrize("project", [{"access_token": None}, {"project_ref": ""}])
def test_nothing_is_asked_without_a_token(project):
    assert asked(lambda _: HANG, **project) == SiteUrls(asked=False)


@pytest.mark.parametrize("response", [answer(401), answer(404), answer(200, "[]"), answer(200, "no json")])
def test_what_the_api_does_not_tell(response):
    with pytest.raises(Unavailable):
        asked(lambda _: response)


def test_no_project():
    async def main(environment):
        return await site_urls(environment, None)

    with pytest.raises(Absent):
        run(main(Environment("test", absent=frozenset({"supabase"}))))
    with pytest.raises(Unavailable, match="names no supabase"):
        run(main(Environment("test")))
