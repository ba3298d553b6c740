from __future__ import annotations

from auditor.model import Confidence, failed, passed
from checks.security_headers.session_cookies_scoped import session_cookies_scoped
from tests.checks.answers import APP, setting

PROVEN = Confidence.PROVEN


def test_scope():
    assert list(session_cookies_scoped(setting("sid=v; Domain=example.com", "jwt=v"))) == [
        failed(
            "https://app.example.com sid",
            "goes to every host below example.com",
            confidence=PROVEN,
            domains=["example.com"],
            seen_at=APP,
        ),
        passed(
            "https://app.example.com jwt", "goes to app.example.com alone", confidence=PROVEN, domains=[], seen_at=APP
        ),
    ]
