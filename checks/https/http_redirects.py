"""Plain HTTP leads to HTTPS and to nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from auditor.facts.sites import host_of, origin_of, site
from auditor.facts.web import PlainAnswer, PlainHttp
from auditor.model import Confidence, Evidence, Finding, Level, Severity, failed, not_applicable, passed
from auditor.registry import check

_REDIRECTS = (301, 302, 303, 307, 308)


@check(
    "TLS003",
    level=Level.MANDATORY,
    severity=Severity.HIGH,
    references=("CWE-319", "ASVS-5.0-12.2.1", "RFC 6797 section 7.2"),
)
def http_redirects(plain: PlainHttp) -> Iterator[Finding]:
    """Plain HTTP redirects to HTTPS on the first hop, or is not answered at all.

    ## Why it matters
    Browsers, links and scripts still try http:// first. What is answered there in the clear (cookies, tokens, pages
    with a login form, pages that redirect by a script) can be read and changed on the way.

    ## How to fix it
    Answer every request to {subject} with a redirect to https on the same host, on each of its addresses:

        server {
            listen 80;
            listen [::]:80;
            return 308 https://$host$request_uri;
        }

    Nothing behind it may lead back to http://. Behind a proxy, tell the application that it is served over https:

        proxy_set_header X-Forwarded-Proto $scheme;     # and uvicorn --proxy-headers --forwarded-allow-ips=…

    What ACME asks for below `/.well-known/acme-challenge/` may stay.
    """
    if not plain.answers and not plain.gaps:
        yield not_applicable("the checklist names no host with plain HTTP")
    for origin in dict.fromkeys(origin_of(answer.url) for answer in plain.answers):
        yield from _judge([answer for answer in plain.answers if origin_of(answer.url) == origin])


def _judge(answers: list[PlainAnswer]) -> Iterator[Finding]:
    """What is the same on several paths, or addresses, of an origin is told once."""
    problems: dict[str, list[tuple[PlainAnswer, str]]] = {}
    for answer in answers:
        kind, message = ("", _praise(answer)) if answer.refused else _problem(answer) or ("", _praise(answer))
        problems.setdefault(kind, []).append((answer, message))
    for kind, alike in problems.items():
        first, message = alike[0]
        evidence = _evidence([answer for answer, _ in alike])
        if not kind:
            yield passed(first.url, message, confidence=Confidence.PROVEN, aspect=first.address, **evidence)
        else:
            where = f"curl -sIL {first.url}"
            yield failed(
                first.url, message, confidence=Confidence.PROVEN, reproduce=where, aspect=first.address, **evidence
            )


def _evidence(answers: list[PlainAnswer]) -> Evidence:
    first = answers[0]
    found: Evidence = {"asked": list(dict.fromkeys(answer.url for answer in answers))}
    if first.hops:
        found |= {"statuses": [hop.status for hop in first.hops], "urls": [hop.url for hop in first.hops]}
    if addresses := [answer.address for answer in answers if answer.address]:
        found["addresses"] = addresses
    if kept := [answer.keeps for answer in answers if answer.keeps is not None]:
        found["keeps_path_and_query"] = all(kept)
    return found


def _chain(answer: PlainAnswer) -> list[str]:
    """Every address that was asked, and where the last one led."""
    last = answer.hops[-1].location
    return [*(hop.url for hop in answer.hops), *([last] if last else [])]


def _praise(answer: PlainAnswer) -> str:
    if answer.refused:
        return "nothing answers in plain HTTP"
    location = answer.hops[0].location
    return f"redirects to {location}" if location else "refuses plain HTTP"


def _problem(answer: PlainAnswer) -> tuple[str, str] | None:
    """Of which kind it is, and what it is."""
    first = answer.hops[0]
    if first.status == 426:  # Upgrade Required: refuses plain HTTP by name (RFC 9110 section 15.5.22)
        return None
    if first.status not in _REDIRECTS or not first.location:
        return "clear", f"answers {first.status} in plain HTTP {_instead(first.by_page)}"
    target = urlsplit(first.location)
    if target.scheme != "https" or not target.hostname:
        return "not https", f"the first redirect leads to {first.location}, which is not an https address"
    if site(target.hostname) != site(host_of(first.url)):
        return "elsewhere", f"the first redirect leads to another site, {target.hostname}"
    later = [hop for hop in answer.hops[1:] if urlsplit(hop.location or hop.url).scheme == "http"]
    if later:
        return "back", f"the chain of redirects comes back to plain HTTP at {later[0].location or later[0].url}"
    if answer.loop:
        return "loop", f"redirects in a loop: {' → '.join(_chain(answer))}"
    return ("endless", f"redirects {len(answer.hops)} times and goes on") if answer.endless else None


def _instead(by_page: str) -> str:
    if by_page:
        return f"and redirects by a {by_page} of the page only, which can be changed on the way"
    return "instead of redirecting to https"
