"""Scripts cannot read the session."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.cookie_jar import cookies_of, none_of
from auditor.facts.cookies import Role
from auditor.facts.responses import Responses
from auditor.model import Confidence, Finding, Level, Severity, failed, not_applicable, passed
from auditor.registry import check


@check(
    "COOK002",
    level=Level.RECOMMENDED,
    severity=Severity.HIGH,
    references=("CWE-1004", "ASVS-5.0-3.3.4", "RFC 6265bis section 4.1.2.6"),
)
def session_cookies_http_only(responses: Responses) -> Iterator[Finding]:
    """Session cookies are HttpOnly: no script reads them.

    ## Why it matters
    Without `HttpOnly`, one injected or bought-in script copies the session and uses it elsewhere, for as long as it
    lives. Tokens against request forgery are left out, for scripts have to send them back; Supabase's own session is
    judged apart.

    ## How to fix it
        response.set_cookie("session", value, secure=True, httponly=True, samesite="lax")   # FastAPI, Starlette
        (await cookies()).set("session", value, { secure: true, httpOnly: true, sameSite: "lax" })  // Next.js

    A script that needs to know who is signed in asks the API, or gets a second cookie that opens nothing.
    """
    cookies = [cookie for cookie in cookies_of(responses) if cookie.role is Role.SESSION]
    for cookie in cookies:
        bare = [line for line in cookie.lines if not line.http_only]
        finding, message = (failed, "is set without HttpOnly: scripts read it") if bare else (passed, "is HttpOnly")
        yield finding(
            cookie.subject,
            message,
            confidence=Confidence.PROVEN,
            reproduce=f"curl -si {cookie.url} | grep -i ^set-cookie:",
            seen_at=cookie.url,
        )
    if not cookies and responses.responses:
        yield not_applicable(none_of(responses, "a session cookie"))
