from __future__ import annotations

import socket
import ssl

import pytest

from .client import ask, ask_plain

PROMISED = (
    "strict-transport-security",
    "content-security-policy",
    "x-content-type-options",
    "x-frame-options",
    "referrer-policy",
    "permissions-policy",
)


def test_health_is_good(stack):
    answer = ask(stack, "api", "/health")

    assert answer.status == 200
    assert answer.json["status"] == "healthy"
    assert answer.json["database"] == "connected"


@pytest.mark.parametrize("name", ["app", "api", "supabase", "prometheus"])
def test_every_name_has_a_certificate_that_verifies(stack, name):
    assert ask(stack, name, "/").status in (200, 404)


def test_the_certificate_does_not_verify_without_the_lab_ca(stack):
    with (
        socket.create_connection(("127.0.0.1", stack.https_port)) as plain,
        pytest.raises(ssl.SSLCertVerificationError),
    ):
        ssl.create_default_context().wrap_socket(plain, server_hostname="app.stack.test")


def test_tls_1_1_is_refused(stack):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    with socket.create_connection(("127.0.0.1", stack.https_port)) as plain, pytest.raises(ssl.SSLError):
        context.wrap_socket(plain, server_hostname="app.stack.test")


@pytest.mark.parametrize("name", ["app", "api", "supabase", "prometheus"])
def test_hardened_redirects_plain_http_to_the_https_port(hardened, name):
    answer = ask_plain(hardened, f"{name}.stack.test", "/health?deep=1")

    assert answer.status == 301
    assert answer.headers["location"] == f"https://{name}.stack.test:{hardened.https_port}/health?deep=1"


def test_insecure_serves_plain_http(insecure):
    assert ask_plain(insecure, "api.stack.test", "/health").status == 200
    assert "__NEXT_DATA__" in ask_plain(insecure, "app.stack.test", "/").text


def test_names_of_others_are_misdirected(hardened):
    assert ask_plain(hardened, "evil.test", "/").status == 421
    assert ask(hardened, "api", "/health", Host="evil.test").status == 421


def test_insecure_answers_to_any_name(insecure):
    assert "__NEXT_DATA__" in ask(insecure, "app", "/", Host="evil.test").text


def test_cookies(hardened, insecure):
    assert ask(insecure, "app", "/").headers["set-cookie"] == "sessionid=anonymous; Path=/"
    assert ask(hardened, "app", "/").headers["set-cookie"].startswith("__Host-session=anonymous; Path=/; Secure")


@pytest.mark.parametrize(("name", "path"), [("app", "/"), ("app", "/missing"), ("api", "/health"), ("api", "/api/me")])
def test_hardened_sends_security_headers_on_errors_too(hardened, name, path):
    headers = ask(hardened, name, path).headers

    assert [promised for promised in PROMISED if promised not in headers] == []
    assert headers["server"] == "nginx"


def test_insecure_sends_none(insecure):
    headers = ask(insecure, "app", "/").headers

    assert [promised for promised in PROMISED if promised in headers] == []
    assert headers["server"].startswith("nginx/")


@pytest.mark.parametrize("origin", ["https://evil.invalid", "null"])
def test_insecure_reflects_every_origin_with_credentials(insecure, origin):
    headers = ask(insecure, "api", "/api/me", Origin=origin).headers

    assert headers["access-control-allow-origin"] == origin
    assert headers["access-control-allow-credentials"] == "true"


@pytest.mark.parametrize("origin", ["https://evil.invalid", "null", "http://app.stack.test"])
def test_hardened_allows_no_foreign_origin(hardened, origin):
    assert "access-control-allow-origin" not in ask(hardened, "api", "/api/me", Origin=origin).headers


def test_hardened_allows_the_frontend_even_when_it_refuses(hardened):
    answer = ask(hardened, "api", "/api/me", Origin=hardened.frontend)

    assert answer.status == 401
    assert answer.headers["access-control-allow-origin"] == hardened.frontend


def test_hardened_limits_to_100_a_minute_for_each_address(hardened):
    source = "127.0.0.11"
    statuses = [ask(hardened, "api", "/api/workspaces", source=source).status for _ in range(103)]
    refused = ask(hardened, "api", "/api/workspaces", source=source, Origin=hardened.frontend)

    assert statuses == [200] * 100 + [429] * 3
    assert refused.headers["access-control-allow-origin"] == hardened.frontend
    assert ask(hardened, "api", "/api/workspaces", source="127.0.0.12").status == 200


def test_hardened_is_not_fooled_by_a_forwarded_address(hardened):
    statuses = [
        ask(hardened, "api", "/auth/login", "POST", "127.0.0.13", X_Forwarded_For=f"203.0.113.{i}").status
        for i in range(7)
    ]

    assert statuses == [401] * 5 + [429] * 2


def test_insecure_has_no_limit(insecure):
    assert {ask(insecure, "api", "/api/workspaces").status for _ in range(110)} == {200}
    assert {ask(insecure, "api", "/auth/login", "POST").status for _ in range(7)} == {401}


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/openapi.json"])
def test_docs(hardened, insecure, path):
    assert ask(hardened, "api", path).status == 404
    assert ask(insecure, "api", path).status == 200


def test_metrics(hardened, insecure):
    assert ask(hardened, "api", "/metrics").status == 403
    assert ask(hardened, "api", "/metrics", source="127.0.0.9").status == 200
    assert "# TYPE http_requests_total counter" in ask(insecure, "api", "/metrics").text


@pytest.mark.parametrize("header", ["nonsense", "Bearer nonsense", "Bearer a.b.c", "Basic YTpi"])
def test_what_is_not_a_jwt(hardened, insecure, header):
    assert ask(hardened, "api", "/api/me", Authorization=header).status == 401
    shown = ask(insecure, "api", "/api/me", Authorization=header)
    assert shown.status == 500
    assert "Traceback (most recent call last)" in shown.text


def test_a_forged_jwt_fools_only_insecure(hardened, insecure):
    forged = f"Bearer {hardened.anon_key[:-6]}AAAAAA"

    assert ask(hardened, "api", "/api/me", Authorization=forged).status == 401
    assert ask(insecure, "api", "/api/me", Authorization=forged).status == 200


def test_a_good_jwt_is_accepted(stack):
    assert ask(stack, "api", "/api/me", Authorization=f"Bearer {stack.anon_key}").json["role"] == "anon"
