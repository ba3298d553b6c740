from __future__ import annotations

from auditor.model import Confidence, failed, passed
from checks.security_headers.cookies_same_site import cookies_same_site
from tests.checks.answers import APP, setting

PROVEN = Confidence.PROVEN


def test_same_site():
    assert list(cookies_same_site(setting("theme=dark; SameSite=None", "sid=v; SameSite=None; Secure", "a=b"))) == [
        failed(
            "https://app.example.com theme",
            "asks for SameSite=None without Secure: browsers refuse it",
            confidence=PROVEN,
            same_site=["none"],
            seen_at=APP,
        ),
        passed(
            "https://app.example.com sid",
            "is sent along by other sites, over https",
            confidence=PROVEN,
            same_site=["none"],
            seen_at=APP,
        ),
    ]
