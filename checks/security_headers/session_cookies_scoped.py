"""The session goes to its own host only."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.cookie_jar import cookies_of, none_of
from auditor.facts.responses import Responses
from auditor.facts.sites import below, public_suffix
from auditor.model import Confidence, Finding, Level, Severity, failed, not_applicable, passed
from auditor.registry import check


@check(
    "COOK005",
    level=Level.RECOMMENDED,
    severity=Severity.LOW,
    references=("CWE-1275", "ASVS-5.0-3.3.3", "RFC 6265bis section 4.1.2.3"),
)
def session_cookies_scoped(responses: Responses) -> Iterator[Finding]:
    """Session cookies are for their own host, not for every subdomain of the site.

    ## Why it matters
    `Domain=example.com` sends the session to every host below it: the blog, the status page of another company, the
    forgotten test server, the subdomain whose DNS entry somebody else took over.

    ## How to fix it
    Leave `Domain` out, and name the cookie `__Host-…`, so that browsers insist on it. Where several hosts share one
    session on purpose, waive this and name them in the reason.
    """
    cookies = [cookie for cookie in cookies_of(responses) if cookie.opens]
    for cookie in cookies:
        # a domain that browsers refuse is told by another check
        domains = sorted({line.domain for line in cookie.lines if line.domain and below(cookie.host, line.domain)})
        wide = [domain for domain in domains if domain != cookie.host and not public_suffix(domain)]
        if wide:
            message = f"goes to every host below {wide[0]}"
            yield failed(cookie.subject, message, confidence=Confidence.PROVEN, domains=domains, seen_at=cookie.url)
        else:
            message = f"goes to {cookie.host} and the hosts below it" if domains else f"goes to {cookie.host} alone"
            yield passed(cookie.subject, message, confidence=Confidence.PROVEN, domains=domains, seen_at=cookie.url)
    if not cookies and responses.responses:
        yield not_applicable(none_of(responses, "a session cookie"))
