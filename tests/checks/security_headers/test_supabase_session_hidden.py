from __future__ import annotations

from auditor.model import Confidence, failed, passed
from checks.security_headers.supabase_session_hidden import supabase_session_hidden
from tests.checks.answers import APP, setting


def test_supabase():
    assert list(supabase_session_hidden(setting("sb-a-auth-token=v", "sb-b-auth-token.0=v; HttpOnly", "sid=v"))) == [
        failed(
            "https://app.example.com sb-a-auth-token",
            "is readable by scripts, as Supabase's browser client needs it",
            confidence=Confidence.PROVEN,
            seen_at=APP,
        ),
        passed("https://app.example.com sb-b-auth-token.0", "is HttpOnly", confidence=Confidence.PROVEN, seen_at=APP),
    ]
