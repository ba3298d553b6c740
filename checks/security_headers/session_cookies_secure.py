"""Cookies that open something go over https only."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.cookie_jar import cookies_of, none_of
from auditor.facts.responses import Responses
from auditor.model import Confidence, Finding, Level, Severity, failed, not_applicable, passed
from auditor.registry import check


@check(
    "COOK001",
    level=Level.RECOMMENDED,
    severity=Severity.HIGH,
    references=("CWE-614", "ASVS-5.0-3.3.1", "RFC 6265bis section 4.1.2.5"),
)
def session_cookies_secure(responses: Responses) -> Iterator[Finding]:
    """Session cookies are Secure: they go over https only.

    ## Why it matters
    A browser sends a cookie without `Secure` over plain HTTP too: one `http://` link, image or redirect on any network
    on the way hands the session to whoever listens. HSTS helps only where the browser knows it already.

    ## How to fix it
    Set the attribute wherever the cookie is set:

        response.set_cookie("session", value, secure=True, httponly=True, samesite="lax")   # FastAPI, Starlette
        SessionMiddleware(app, secret_key=..., https_only=True, same_site="lax")            # Starlette's sessions
        (await cookies()).set("session", value, { secure: true, httpOnly: true, sameSite: "lax" })  // Next.js

    Behind a proxy, where the application does not know that it is served over https:

        proxy_cookie_flags ~ secure;   # nginx 1.19.3 or later

    A name that begins with `__Host-` lets browsers insist on it.
    """
    cookies = [cookie for cookie in cookies_of(responses) if cookie.opens]
    for cookie in cookies:
        bare = [line for line in cookie.lines if not line.secure]
        finding, message = (failed, "is set without Secure") if bare else (passed, "is Secure")
        yield finding(
            cookie.subject,
            message,
            confidence=Confidence.PROVEN,
            reproduce=f"curl -si {cookie.url} | grep -i ^set-cookie:",
            role=cookie.role,
            seen_at=cookie.url,
        )
    if not cookies and responses.responses:
        yield not_applicable(none_of(responses, "a session cookie"))
