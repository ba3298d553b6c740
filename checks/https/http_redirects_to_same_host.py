"""Plain HTTP leads to the same host first."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from auditor.facts.sites import host_of, origin_of, site
from auditor.facts.web import PlainAnswer, PlainHttp
from auditor.model import Confidence, Finding, Level, Severity, failed, not_applicable, passed
from auditor.registry import check


@check("TLS004", level=Level.RECOMMENDED, severity=Severity.LOW, references=("RFC 6797 section 8.3",))
def http_redirects_to_same_host(plain: PlainHttp) -> Iterator[Finding]:
    """Plain HTTP redirects to https on the same host first, and only then to another one.

    ## Why it matters
    Strict-Transport-Security counts for the host that sends it. When `http://example.com` leads to
    `https://www.example.com` at once, no browser ever learns that `example.com` itself is to be asked over https, and
    each visit begins in the clear again.

    ## How to fix it
        server { listen 80; server_name example.com; return 308 https://$host$request_uri; }
        server { listen 443 ssl; server_name example.com;
                 add_header Strict-Transport-Security "max-age=63072000; includeSubDomains" always;
                 return 308 https://www.example.com$request_uri; }
    """
    judged = [answer for answer in plain.answers if _redirects(answer)]
    for origin in dict.fromkeys(origin_of(answer.url) for answer in judged):
        yield _judge([answer for answer in judged if origin_of(answer.url) == origin])
    if plain.answers and not judged:
        yield not_applicable("no host redirects from plain HTTP to https")


def _redirects(answer: PlainAnswer) -> bool:
    """Whether it redirects to https on the same site; what else it does is judged elsewhere."""
    if not answer.hops or not 300 <= answer.hops[0].status < 400:
        return False
    first = answer.hops[0]
    return urlsplit(first.location).scheme == "https" and site(host_of(first.location)) == site(host_of(first.url))


def _judge(answers: list[PlainAnswer]) -> Finding:
    away = [answer for answer in answers if host_of(answer.hops[0].location) != host_of(answer.url)]
    if away:
        other = host_of(away[0].hops[0].location)
        return failed(
            away[0].url,
            f"redirects to another host at once, {other}",
            confidence=Confidence.PROVEN,
            reproduce=f"curl -sI {away[0].url}",
            leads_to=away[0].hops[0].location,
            asked=[answer.url for answer in away],
        )
    first = answers[0]
    ends = {host_of(hop.location) for answer in answers for hop in answer.hops[1:] if hop.location}
    strangers = sorted(host for host in ends if host and site(host) != site(host_of(first.url)))
    message = "redirects to https on the same host"
    if strangers:
        message += f", which leads on to another site, {strangers[0]}"
    return passed(
        first.url, message, confidence=Confidence.PROVEN, leads_to=first.hops[0].location, leads_on_to=strangers
    )
