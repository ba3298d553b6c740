"""Where MDN HTTP Observatory (algorithm 6, 94042bb) was measured to answer wrongly: what it said, and what is right.

The rows are those of its headers; its findings on cookies, CORS and redirects have their tests beside those checks.
"""

from __future__ import annotations

import pytest

from auditor.facts.policy import TlsPolicy
from auditor.facts.responses import Kind
from checks.https.hsts_enabled import hsts_enabled
from checks.security_headers.csp_enforced import csp_enforced
from checks.security_headers.csp_restricts_base_and_objects import csp_restricts_base_and_objects
from checks.security_headers.csp_restricts_scripts import csp_restricts_scripts
from checks.security_headers.csp_well_written import csp_well_written
from checks.security_headers.framing_refused import framing_refused
from checks.security_headers.nosniff import nosniff
from tests.checks.headers import outcome, response

HSTS, CSP, XFO, XCTO = (
    "strict-transport-security",
    "content-security-policy",
    "x-frame-options",
    "x-content-type-options",
)
NONCE = "'nonce-MTIzNDU2Nzg5MDEyMzQ1Ng=='"


@pytest.mark.parametrize(
    ("check", "headers", "observatory", "right"),
    [
        (hsts_enabled, [(HSTS, "max-age=abc")], "pass", "fail"),
        (hsts_enabled, [(HSTS, 'max-age="0"')], "pass", "fail"),
        (hsts_enabled, [(HSTS, "max-age=31536000 includeSubDomains")], "pass", "fail"),
        (framing_refused, [(CSP, "frame-ancestors *")], "pass", "fail"),
        (framing_refused, [(CSP, "frame-ancestors *"), (XFO, "DENY")], "pass", "fail"),
        (framing_refused, [(XFO, "ALLOW-FROM https://a.b")], "pass", "fail"),
        (framing_refused, [(XFO, "SAMEORIGIN, SAMEORIGIN")], "fail", "pass"),
        (nosniff, [(XCTO, "nosniff, nosniff")], "fail", "pass"),
        (csp_restricts_scripts, [(CSP, "script-src-elem 'unsafe-inline'")], "pass", "fail"),
        (csp_restricts_scripts, [(CSP, "script-src *.com")], "pass", "fail"),
        (csp_restricts_scripts, [(CSP, "script-src blob:")], "pass", "fail"),
        (csp_restricts_scripts, [(CSP, "script-src 'nonce-test'")], "pass", "fail"),
        (csp_well_written, [(CSP, "default-src 'self'; script-scr 'self'")], "pass", "fail"),
        (csp_restricts_base_and_objects, [(CSP, f"script-src {NONCE}; object-src 'none'")], "pass", "fail"),
    ],
)
def test_pages(check, headers, observatory, right):
    policy = TlsPolicy() if check is hsts_enabled else None
    assert set(outcome(check, response(*headers), policy=policy)) == {right}
    assert right != observatory


def test_data_without_a_policy():
    """It takes 25 points from an API of JSON for a header that protects pages."""
    assert outcome(csp_enforced, response(kind=Kind.DATA)) == ["not-applicable"]
