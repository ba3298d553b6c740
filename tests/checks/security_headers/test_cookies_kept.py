from __future__ import annotations

from auditor.model import Confidence, failed, passed
from checks.security_headers.cookies_kept import cookies_kept
from tests.checks.answers import APP, setting

PROVEN = Confidence.PROVEN
GOOD = "__Host-session=v; Path=/; Secure; HttpOnly; SameSite=Lax"


def test_kept():
    assert list(cookies_kept(setting("__Host-a=v; Secure; Path=/; Domain=app.example.com", GOOD, "b=c"))) == [
        failed(
            "https://app.example.com __Host-a",
            "browsers drop it: __Host- with Domain=app.example.com",
            confidence=PROVEN,
            prefix="__Host-",
            seen_at=APP,
        ),
        passed(
            "https://app.example.com __Host-session",
            "keeps the rules of its prefix",
            confidence=PROVEN,
            prefix="__Host-",
            seen_at=APP,
        ),
        passed("https://app.example.com b", "browsers take it", confidence=PROVEN, prefix="", seen_at=APP),
    ]
