"""Other sites cannot use the session."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.cookie_jar import Cookie, cookies_of, none_of
from auditor.facts.cookies import SetCookie
from auditor.facts.responses import Responses
from auditor.model import Confidence, Evidence, Finding, Level, Severity, failed, not_applicable, passed
from auditor.registry import check


@check(
    "COOK003",
    level=Level.RECOMMENDED,
    severity=Severity.MEDIUM,
    references=("CWE-1275", "CWE-352", "ASVS-5.0-3.3.2", "RFC 6265bis section 4.1.2.7"),
)
def cookies_same_site(responses: Responses) -> Iterator[Finding]:
    """Session cookies say SameSite, and no cookie asks for other sites without Secure.

    ## Why it matters
    `SameSite` keeps other sites from sending requests in the name of the user. What is left out is `Lax` in
    Chromium-based browsers only, and there not in the first two minutes; Firefox and Safari send the cookie with every
    request that any site makes. `SameSite=None` without `Secure`, and `Partitioned` without it, make browsers refuse
    the cookie.

    ## How to fix it
    `SameSite=Lax` (or `Strict`) for a session of one site:

        response.set_cookie("session", value, secure=True, httponly=True, samesite="lax")

    `SameSite=None; Secure` only where another site embeds this one; then defend against forged requests otherwise.
    """
    judged = 0
    for cookie in cookies_of(responses):
        problem = next(filter(None, (_problem(line, cookie) for line in cookie.lines)), "")
        if not problem and not cookie.opens:
            continue
        judged += 1
        values = sorted({line.same_site or "(none)" for line in cookie.lines})
        evidence: Evidence = {"same_site": values, "seen_at": cookie.url}
        if problem:
            yield failed(cookie.subject, problem, confidence=Confidence.PROVEN, **evidence)
        else:
            message = "is sent along by other sites, over https" if "none" in values else f"SameSite is {values[0]}"
            yield passed(cookie.subject, message, confidence=Confidence.PROVEN, **evidence)
    if not judged and responses.responses:
        yield not_applicable(none_of(responses, "a session cookie"))


def _problem(line: SetCookie, cookie: Cookie) -> str:
    if line.same_site == "none" and not line.secure:
        return "asks for SameSite=None without Secure: browsers refuse it"
    if line.partitioned and not line.secure:
        return "asks for Partitioned without Secure: browsers refuse it"
    if not line.same_site and cookie.opens:
        written = line.last("samesite")
        what = f"says SameSite={written}, which no browser knows" if written else "says no SameSite"
        return f"{what}: Firefox and Safari send it with requests of every site"
    return ""
