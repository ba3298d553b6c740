from __future__ import annotations

import pytest

from auditor.facts.responses import Kind
from auditor.model import Confidence, Gap, failed, not_applicable, passed
from checks.security_headers.no_banner import no_banner
from tests.checks.headers import API, APP, response, told

NONE = [not_applicable("no answer came that the stack itself configures")]


def test_no_version():
    assert told(no_banner, response(("server", "nginx"), ("x-nextjs-cache", "HIT"))) == [
        passed(
            APP,
            "pages: no version is announced",
            confidence=Confidence.PROVEN,
            server=["nginx"],
            kinds=["page"],
            urls=[f"{APP}/"],
        )
    ]


def test_a_version_is_one_finding_on_however_many_answers():
    kinds = (Kind.DATA, Kind.ERROR, Kind.REDIRECT)
    assert told(no_banner, *(response(("server", "nginx/1.25.3"), kind=kind) for kind in kinds)) == [
        failed(
            API,
            "data and errors and redirects: server: nginx/1.25.3",
            confidence=Confidence.PROVEN,
            remediation="nginx: `server_tokens off;`. uvicorn: `--no-server-header`. Apache: `ServerTokens Prod`.",
            reproduce=f"curl -s -o /dev/null -D - {API}/health",
            aspect="server",
            header="server",
            value="nginx/1.25.3",
            kinds=["data", "error", "redirect"],
            urls=[f"{API}/health", f"{API}/none", f"{API}/old"],
        )
    ]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("server", "Apache/2.4.41 (Ubuntu)"),
        ("via", "kong/3.4.0"),
        ("via", "1.1 vegur, HTTP/1.1 kong/3.4.0"),
        ("server", "Microsoft-IIS/10.0"),
        ("server", "openresty/1.21.4.1"),
        ("server", "Jetty(9.4.z) 9.4.48.v2022"),
        ("x-powered-by", "Next.js"),
        ("x-powered-by", "Express"),
        ("x-powered-by", "PHP/8.1.2"),
        ("x-aspnet-version", "4.0.30319"),
        ("x-generator", "Drupal 10"),
        ("via", "1.1 varnish (Varnish/6.0)"),
        ("x-debug-token", "a1b2"),
    ],
)
def test_announced(name, value):
    [found] = told(no_banner, response((name, value)))
    assert (found.outcome, found.aspect) == ("fail", name)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("server", "cloudflare"),
        ("server", "uvicorn"),
        ("server", "Vercel"),
        ("server", "AmazonS3"),
        ("server", ""),
        ("via", "1.1 google"),
        ("via", "HTTP/1.1 vegur, 2 fly.io"),
        ("x-powered-by", " "),
        ("x-nextjs-prerender", "1"),
        ("x-vercel-id", "cdg1::1.2.3"),
        ("x-envoy-upstream-service-time", "1.5"),
    ],
)
def test_not_announced(name, value):
    assert [f.outcome for f in told(no_banner, response((name, value)))] == ["pass"]


def test_next_is_told_how_to_leave_it_out():
    [found] = told(no_banner, response(("x-powered-by", "Next.js")))
    assert "poweredByHeader: false" in found.remediation


def test_each_header_is_a_finding():
    found = told(no_banner, response(("server", "nginx/1.25.3"), ("x-powered-by", "Express")))
    assert [f.aspect for f in found] == ["server", "x-powered-by"]


def test_long_values_are_cut():
    [found] = told(no_banner, response(("x-powered-by", "x" * 500)))
    assert found.evidence["value"] == "x" * 80 + "…"


def test_what_only_supabase_configures():
    answer = response(("server", "kong/2.8.1"), surface="supabase", url="https://abc.supabase.co/rest/v1/")
    assert told(no_banner, answer) == NONE


def test_gaps_only():
    assert told(no_banner, gaps=(Gap(API, "connection refused"),)) == []
