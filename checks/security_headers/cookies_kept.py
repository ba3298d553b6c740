"""Browsers take the cookies that are set."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.cookie_jar import Cookie, cookies_of, none_of
from auditor.facts.cookies import SetCookie
from auditor.facts.responses import Responses
from auditor.facts.sites import below, public_suffix, trustworthy
from auditor.model import Confidence, Evidence, Finding, Level, Severity, failed, not_applicable, passed
from auditor.registry import check


@check(
    "COOK004",
    level=Level.RECOMMENDED,
    severity=Severity.MEDIUM,
    references=("ASVS-5.0-3.3.3", "RFC 6265bis section 5.7"),
)
def cookies_kept(responses: Responses) -> Iterator[Finding]:
    """Every cookie keeps the rules of its prefix and of its domain, so that browsers take it.

    ## Why it matters
    A browser drops a cookie without a word when its name begins with `__Host-` and it has a `Domain`, another `Path`
    than `/` or no `Secure`; when it begins with `__Secure-` and has no `Secure`; when its `Domain` is not that of the
    host; when it is set with `Secure` over plain HTTP. Users are then signed out, or never signed in.

    ## How to fix it
        Set-Cookie: __Host-session=…; Path=/; Secure; HttpOnly; SameSite=Lax

    without `Domain`. A cookie for several hosts of the site takes `__Secure-` and a `Domain` that its host is below.
    """
    cookies = cookies_of(responses)
    for cookie in cookies:
        problem = next(filter(None, (_problem(line, cookie) for line in cookie.lines)), "")
        evidence: Evidence = {"prefix": cookie.lines[0].prefix, "seen_at": cookie.url}
        if problem:
            yield failed(cookie.subject, f"browsers drop it: {problem}", confidence=Confidence.PROVEN, **evidence)
        elif cookie.lines[0].prefix:
            yield passed(cookie.subject, "keeps the rules of its prefix", confidence=Confidence.PROVEN, **evidence)
        else:
            yield passed(cookie.subject, "browsers take it", confidence=Confidence.PROVEN, **evidence)
    if not cookies and responses.responses:
        yield not_applicable(none_of(responses, "a cookie"))


def _problem(line: SetCookie, cookie: Cookie) -> str:
    if line.ignored:
        return line.ignored
    if line.prefix and not line.secure:
        return f"{line.prefix} without Secure"
    if line.prefix == "__Host-" and line.domain:
        return f"__Host- with Domain={line.domain}"
    if line.prefix == "__Host-" and line.path != "/":
        return f"__Host- with Path={line.path}" if line.path else "__Host- without Path=/"
    if line.secure and cookie.origin.startswith("http:") and not trustworthy(cookie.host):
        return "Secure, and set over plain HTTP"
    if line.domain and not below(cookie.host, line.domain):
        return f"Domain={line.domain} is not the host's"
    if line.domain and line.domain != cookie.host and public_suffix(line.domain):
        return f"Domain={line.domain} belongs to many sites"
    return ""
