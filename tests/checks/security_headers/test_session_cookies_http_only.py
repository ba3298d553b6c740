from __future__ import annotations

from auditor.model import Confidence, failed, passed
from checks.security_headers.session_cookies_http_only import session_cookies_http_only
from tests.checks.answers import APP, setting


def test_http_only():
    found = session_cookies_http_only(setting("sid=v; Secure", "jwt=v; HttpOnly", "csrftoken=v", "sb-x-auth-token=v"))
    assert list(found) == [
        failed(
            "https://app.example.com sid",
            "is set without HttpOnly: scripts read it",
            confidence=Confidence.PROVEN,
            reproduce=f"curl -si {APP} | grep -i ^set-cookie:",
            seen_at=APP,
        ),
        passed(
            "https://app.example.com jwt",
            "is HttpOnly",
            confidence=Confidence.PROVEN,
            reproduce=f"curl -si {APP} | grep -i ^set-cookie:",
            seen_at=APP,
        ),
    ]
