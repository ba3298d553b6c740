"""Plain HTTP leads to HTTPS and to nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

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
    with a login form) can be read and changed on the way.

    ## How to fix it
    Answer every request to {subject} with a redirect to https on the same host:

        server {
            listen 80;
            return 301 https://$host$request_uri;
        }
    """
    if not plain.answers and not plain.gaps:
        yield not_applicable("the checklist names no host with plain HTTP")
    for answer in plain.answers:
        yield _judge(answer)


def _judge(answer: PlainAnswer) -> Finding:
    if answer.refused:
        return passed(answer.url, "nothing answers in plain HTTP", confidence=Confidence.PROVEN)
    evidence: Evidence = {"statuses": [hop.status for hop in answer.hops], "urls": [hop.url for hop in answer.hops]}
    problem = _problem(answer)
    if problem:
        return failed(
            answer.url,
            problem,
            confidence=Confidence.PROVEN,
            reproduce=f"curl -sI {answer.url}",
            statuses=evidence["statuses"],
            urls=evidence["urls"],
        )
    return passed(
        answer.url,
        f"redirects to {answer.hops[0].location}" if answer.hops[0].location else "refuses plain HTTP",
        confidence=Confidence.PROVEN,
        statuses=evidence["statuses"],
        urls=evidence["urls"],
    )


def _site(host: str) -> str:
    """The last labels of a host: enough to tell ``www.example.com`` from a stranger's address."""
    labels = host.split(".")
    shared = len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in ("co", "com", "org", "net", "gov", "ac", "edu")
    return host if host.replace(".", "").isdigit() else ".".join(labels[-3 if shared else -2 :])


def _problem(answer: PlainAnswer) -> str:
    first = answer.hops[0]
    if first.status == 426:  # Upgrade Required: refuses plain HTTP by name (RFC 9110 section 15.5.22)
        return ""
    if first.status not in _REDIRECTS or not first.location:
        return f"answers {first.status} in plain HTTP instead of redirecting to https"
    target = urlsplit(first.location)
    if target.scheme != "https" or not target.hostname:
        return f"the first redirect leads to {first.location}, which is not an https address"
    if _site(target.hostname) != _site(urlsplit(first.url).hostname or ""):
        return f"the first redirect leads to another site, {target.hostname}"
    later = [hop for hop in answer.hops[1:] if urlsplit(hop.location or hop.url).scheme == "http"]
    return f"the chain of redirects comes back to plain HTTP at {later[0].location or later[0].url}" if later else ""
