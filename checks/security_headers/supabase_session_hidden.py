"""Scripts cannot read the session of Supabase."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.cookie_jar import cookies_of, none_of
from auditor.facts.cookies import Role
from auditor.facts.responses import Responses
from auditor.model import Confidence, Finding, Level, Severity, failed, not_applicable, passed
from auditor.registry import check


@check("COOK006", level=Level.RECOMMENDED, severity=Severity.LOW, references=("CWE-1004", "ASVS-5.0-3.3.4"))
def supabase_session_hidden(responses: Responses) -> Iterator[Finding]:
    """The session of Supabase is out of the reach of scripts.

    ## Why it matters
    `@supabase/ssr` sets `sb-…-auth-token` without `HttpOnly`, because its browser client reads it: every script of the
    page reads the access and the refresh token too. That is how it is made, and a strict Content-Security-Policy is
    what stands between them; an application that talks to Supabase from its server alone can do better.

    ## How to fix it
    Where no browser client needs the session, set the cookies `HttpOnly` in `setAll` of `createServerClient`:

        cookiesToSet.forEach(({ name, value, options }) =>
          store.set(name, value, { ...options, httpOnly: true, secure: true, sameSite: "lax" }))

    Where one does, waive this with that reason, and keep the policy strict.
    """
    cookies = [cookie for cookie in cookies_of(responses) if cookie.role is Role.SUPABASE]
    for cookie in cookies:
        bare = [line for line in cookie.lines if not line.http_only]
        message = "is readable by scripts, as Supabase's browser client needs it" if bare else "is HttpOnly"
        finding = failed if bare else passed
        yield finding(cookie.subject, message, confidence=Confidence.PROVEN, seen_at=cookie.url)
    if not cookies and responses.responses:
        yield not_applicable(none_of(responses, "a session of Supabase"))
