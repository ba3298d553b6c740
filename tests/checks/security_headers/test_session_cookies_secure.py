from __future__ import annotations

from auditor.facts.responses import Responses
from auditor.model import Confidence, failed, not_applicable
from checks.security_headers.session_cookies_secure import session_cookies_secure
from tests.checks.answers import APP, setting, told

PROVEN = Confidence.PROVEN


def test_each_origin_and_name_is_told_once():
    both = (*setting("sid=a", "sid=b").responses, *setting("sid=a", url="https://api.example.com/x").responses)
    assert told(session_cookies_secure(Responses(both))) == [
        ("fail", "https://app.example.com sid", "is set without Secure"),
        ("fail", "https://api.example.com sid", "is set without Secure"),
    ]


def test_secure():
    assert list(session_cookies_secure(setting("sid=v"))) == [
        failed(
            "https://app.example.com sid",
            "is set without Secure",
            confidence=PROVEN,
            reproduce=f"curl -si {APP} | grep -i ^set-cookie:",
            role="session",
            seen_at=APP,
        )
    ]


def test_the_reason():
    assert list(session_cookies_secure(setting("a=b"))) == [
        not_applicable("none of 1 answers sets a session cookie; the audit does not sign in")
    ]
