"""Headers as a real nginx sends them, from its configuration to the verdicts."""

from __future__ import annotations

import os
import socket
import subprocess
import tempfile
from pathlib import Path

import pytest

from auditor.checklist.model import TlsSettings
from auditor.facts.policy import TlsPolicy
from auditor.facts.responses import Kind, Responses
from auditor.lab.nginx import binary
from auditor.probes.responses import responses
from checks.https.hsts_consistent import hsts_consistent
from checks.https.hsts_enabled import hsts_enabled
from checks.https.hsts_on_every_response import hsts_on_every_response
from checks.security_headers.csp_enforced import csp_enforced
from checks.security_headers.csp_nonce_fresh import csp_nonce_fresh
from checks.security_headers.csp_restricts_base_and_objects import csp_restricts_base_and_objects
from checks.security_headers.csp_restricts_scripts import csp_restricts_scripts
from checks.security_headers.framing_refused import framing_refused
from checks.security_headers.no_banner import no_banner
from checks.security_headers.nosniff import nosniff
from tests.probes.net.running import run
from tests.probes.stand import way

HSTS = 'add_header Strict-Transport-Security "max-age=63072000; includeSubDomains"'
CSP = "add_header Content-Security-Policy"
GOOD = f"{HSTS} always; add_header X-Content-Type-Options nosniff always; {CSP} \"default-src 'self'\" always;"
NONCE = "MTIzNDU2Nzg5MDEyMzQ1Ng=="

SERVERS = {
    "good": GOOD,
    "sometimes": f"{HSTS}; add_header X-Content-Type-Options nosniff;",
    "inherits-nothing": f"{GOOD} location = /app.js {{ add_header Cache-Control max-age=60; {{script}} }}",
    "redirects": f"{HSTS} always; location = / {{ return 302 /home; }} location = /home {{ {{page}} }}",
    "twice": f'{HSTS} always; add_header Strict-Transport-Security "max-age=0" always;',
    "bare": "server_tokens on;",
    "next-behind": 'add_header X-Powered-By "Next.js" always;',
    "client-certificate": f"{GOOD} ssl_verify_client on; ssl_client_certificate root.pem;",
    "frame-ancestors": f'{CSP} "frame-ancestors *" always; add_header X-Frame-Options DENY always;',
    "allow-from": 'add_header X-Frame-Options "ALLOW-FROM https://a.b" always;',
    "inline": f"{CSP} \"script-src 'self' 'unsafe-inline'; object-src 'none'\" always;",
    "literal-nonce": f"{CSP} \"script-src 'nonce-{NONCE}' 'strict-dynamic'; object-src 'none'\" always;",
    "fresh-nonce": f"{CSP} \"script-src 'nonce-$request_id'; object-src 'none'; base-uri 'none'\" always;",
}
PAGE = """default_type text/html; return 200 '<!doctype html><script src="/app.js"></script>';"""
SCRIPT = "default_type text/javascript; return 200 '1';"
CONFIGURATION = """
daemon off; master_process off; pid nginx.pid; error_log stderr crit;
events {{ worker_connections 64; }}
http {{
    access_log off;
    server_tokens off;
    ssl_certificate chain.pem;
    ssl_certificate_key key.pem;
    {servers}
}}
"""


def _server(name: str, body: str, port: int) -> str:
    body = body.replace("{page}", PAGE).replace("{script}", SCRIPT)
    more = [
        f"location = {path} {{ {content} }}"
        for path, content in (("/", PAGE), ("/app.js", SCRIPT))
        if f"location = {path} " not in body
    ]
    return f"server {{ listen 127.0.0.1:{port} ssl; server_name {name}.test; {body} {' '.join(more)} }}"


@pytest.fixture(scope="module")
def port(ca):
    with tempfile.TemporaryDirectory() as folder, socket.socket() as listener:
        home = Path(folder)
        listener.bind(("127.0.0.1", 0))
        listener.listen(64)
        where = listener.getsockname()[1]
        issued = ca.issue_cert(*(f"{name}.test" for name in SERVERS))
        issued.private_key_pem.write_to_path(str(home / "key.pem"))
        ca.cert_pem.write_to_path(str(home / "root.pem"))
        for blob in issued.cert_chain_pems:
            blob.write_to_path(str(home / "chain.pem"), append=True)
        servers = "\n".join(_server(name, body, where) for name, body in SERVERS.items())
        (home / "nginx.conf").write_text(CONFIGURATION.format(servers=servers))
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"):
            (home / f"{kind}_temp").mkdir()
        process = subprocess.Popen(
            [binary(), "-e", "stderr", "-p", f"{home}/", "-c", home / "nginx.conf"],
            # it listens already: nobody can take the port in between, and nobody has to wait
            env={**os.environ, "NGINX": f"{listener.fileno()};"},
            pass_fds=[listener.fileno()],
        )
        try:
            yield where
        finally:
            process.terminate()
            process.wait(10)


@pytest.fixture
def audit(port, ca_file):
    def audited(name: str) -> Responses:
        async def main():
            host = f"{name}.test"
            async with way(
                frontend=f"https://{host}:{port}",
                absent=frozenset({"api", "supabase"}),
                resolve={host: "127.0.0.1"},
                tls=TlsSettings(ca_file, "custom"),
            ) as to:
                return await responses(to.environment, to.http)

        return run(main())

    return audited


def verdicts(check, found: Responses, *policies) -> list[tuple[str, str, list[str]]]:
    """Outcome, aspect and kinds of answers of each finding."""
    findings = check(found, *policies)
    return [(str(f.outcome), f.aspect, f.evidence.get("kinds", [])) for f in findings]


def test_good(audit):
    found = audit("good")
    assert [gap.reason for gap in found.gaps if not gap.absent] == []
    assert sorted({one.kind for one in found.responses}) == [Kind.ERROR, Kind.PAGE, Kind.STATIC]
    assert verdicts(hsts_enabled, found, TlsPolicy()) == [("pass", "", ["page"])]
    assert verdicts(hsts_on_every_response, found) == [("pass", "", ["static", "error"])]
    assert verdicts(nosniff, found) == [("pass", "", ["page", "static", "error"])]
    assert verdicts(csp_enforced, found) == verdicts(csp_restricts_scripts, found) == [("pass", "", ["page"])]
    assert verdicts(no_banner, found) == [("pass", "", ["page", "static", "error"])]


def test_add_header_without_always(audit):
    found = audit("sometimes")
    assert verdicts(hsts_enabled, found, TlsPolicy()) == [("pass", "", ["page"])]
    assert verdicts(hsts_on_every_response, found) == [("fail", "missing", ["error"])]
    assert verdicts(nosniff, found) == [("fail", "missing", ["error"])]


def test_a_location_with_a_header_of_its_own_inherits_none(audit):
    found = audit("inherits-nothing")
    assert verdicts(hsts_on_every_response, found) == [("fail", "missing", ["static"])]
    assert verdicts(nosniff, found) == [("fail", "missing", ["static"])]


def test_redirects(audit):
    found = audit("redirects")
    assert verdicts(hsts_enabled, found, TlsPolicy()) == [("pass", "", ["page"])]
    assert verdicts(hsts_on_every_response, found) == [("pass", "", ["static", "error", "redirect"])]


def test_two_lines(audit):
    found = audit("twice")
    assert verdicts(hsts_enabled, found, TlsPolicy()) == [("pass", "", ["page"])]
    assert [aspect for _, aspect, _ in verdicts(hsts_consistent, found)] == ["repeated"]


def test_bare(audit):
    found = audit("bare")
    assert verdicts(hsts_enabled, found, TlsPolicy()) == [("fail", "missing", ["page"])]
    assert verdicts(csp_enforced, found) == verdicts(framing_refused, found) == [("fail", "missing", ["page"])]
    assert verdicts(no_banner, found) == [("fail", "server", ["page", "static", "error"])]
    assert verdicts(no_banner, audit("next-behind")) == [("fail", "x-powered-by", ["page", "static", "error"])]


def test_a_client_certificate_is_wanted(audit):
    """The answer is a 400 of nginx: the headers of the application behind it are unknown."""
    found = audit("client-certificate")
    assert {one.status for one in found.responses} == {400}
    assert [gap.reason[:12] for gap in found.gaps if not gap.absent] == ["answers 400:"]
    for check, policies in ((hsts_enabled, [TlsPolicy()]), (csp_enforced, []), (framing_refused, [])):
        assert verdicts(check, found, *policies) == []


@pytest.mark.parametrize(
    ("name", "check", "expected"),
    [
        ("frame-ancestors", framing_refused, ("fail", "wide")),
        ("allow-from", framing_refused, ("fail", "ignored")),
        ("inline", csp_restricts_scripts, ("fail", "inline")),
        ("literal-nonce", csp_nonce_fresh, ("fail", "")),
        ("literal-nonce", csp_restricts_base_and_objects, ("fail", "base-uri")),
        ("fresh-nonce", csp_nonce_fresh, ("pass", "")),
        ("fresh-nonce", csp_restricts_base_and_objects, ("pass", "")),
        ("fresh-nonce", csp_restricts_scripts, ("pass", "")),
    ],
)
def test_policies(audit, name, check, expected):
    assert [verdict[:2] for verdict in verdicts(check, audit(name))] == [expected]
