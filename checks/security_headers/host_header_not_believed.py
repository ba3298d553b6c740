"""The stack builds no address from what a request says."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.hosts import Header, HostAnswer, HostTrust
from auditor.model import Confidence, Finding, Level, Severity, failed, not_applicable, passed, unproven
from auditor.registry import check

_NAMES = (Header.HOST, Header.FORWARDED_HOST, Header.FORWARDED)


@check(
    "HDR021",
    level=Level.RECOMMENDED,
    severity=Severity.HIGH,
    references=("CWE-644", "CWE-20", "CWE-349", "ASVS-5.0-4.1.3"),
)
def host_header_not_believed(hosts: HostTrust) -> Iterator[Finding]:
    """No answer takes over the name that Host, X-Forwarded-Host or Forwarded gives.

    ## Why it matters
    Whoever asks for a password reset in the name of somebody else, with `X-Forwarded-Host: evil.test`, has the link in
    that mail lead to his own server. A cache that keeps such an answer sends everybody there.

    ## How to fix it
    Refuse foreign names, and take forwarded ones from the proxy alone:

        app.add_middleware(TrustedHostMiddleware, allowed_hosts=["api.example.com"])   # FastAPI, Starlette

        server { listen 443 ssl default_server; ssl_reject_handshake on; }             # nginx, for all other names
        proxy_set_header Host $host;
        proxy_set_header X-Forwarded-Host $host;      # what the client sent does not reach the application
        proxy_set_header Forwarded "";

    Start uvicorn with `--forwarded-allow-ips` of the proxy only, and build links from a setting, such as
    `NEXT_PUBLIC_SITE_URL`, instead of from the request.
    """
    if not hosts.answers and not hosts.gaps:
        yield not_applicable("the checklist names no web origin")
    for origin in dict.fromkeys(answer.origin for answer in hosts.answers):
        mine = [answer for answer in hosts.answers if answer.origin == origin]
        ordinary = [answer.status for answer in mine if answer.header is Header.NONE]
        shut = bool(ordinary) and all(status >= 400 for status in ordinary)
        if shut and not any(answer.believed for answer in mine):
            yield unproven(
                origin,
                "no ordinary request is answered: what becomes of a foreign name, nobody can tell",
                "run the audit from where the stack answers",
            )
            continue
        for header in _NAMES:
            yield from _judge(origin, header, [answer for answer in mine if answer.header is header])


def _judge(origin: str, header: Header, answers: list[HostAnswer]) -> Iterator[Finding]:
    believed = [answer for answer in answers if answer.believed]
    unread = [answer for answer in answers if answer.unread]
    if believed:
        places = sorted({place for answer in believed for place in answer.believed})
        yield failed(
            origin,
            f"a foreign name in {header} comes back in {', '.join(places)}",
            confidence=Confidence.PROVEN,
            reproduce=f"curl -si -H '{header}: {believed[0].value}' {believed[0].url}",
            aspect=header,
            header=header,
            places=places,
            urls=[answer.url for answer in believed],
        )
    elif unread:
        yield unproven(
            origin,
            f"whether a foreign name in {header} comes back cannot be told: {unread[0].unread}",
            "run the audit from where the stack answers" if unread[0].status >= 500 else "",
            aspect=header,
            urls=[answer.url for answer in unread],
        )
    elif answers:
        yield passed(
            origin,
            f"a foreign name in {header} does not come back",
            confidence=Confidence.PROVEN,
            aspect=header,
            statuses=[answer.status for answer in answers],
            urls=[answer.url for answer in answers],
        )
