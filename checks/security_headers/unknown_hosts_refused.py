"""The stack answers to its own names only."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.hosts import Header, HostAnswer, HostTrust
from auditor.model import Confidence, Finding, Level, Severity, failed, not_applicable, passed, unproven
from auditor.registry import check


@check("HDR022", level=Level.RECOMMENDED, severity=Severity.LOW, references=("CWE-644", "ASVS-5.0-4.1.3"))
def unknown_hosts_refused(hosts: HostTrust) -> Iterator[Finding]:
    """Requests under a foreign name are refused, and a forwarded scheme is not believed.

    ## Why it matters
    A server that answers to any name is reached through any name that points at it: DNS rebinding makes browsers of
    users do that. `X-Forwarded-Proto: http` from a stranger, when it is believed, makes an application redirect to the
    address that was asked for, or name itself with `http://`, and a cache keep that.

    ## How to fix it
        app.add_middleware(TrustedHostMiddleware, allowed_hosts=["api.example.com"])   # FastAPI, Starlette

        server { listen 443 ssl default_server; ssl_reject_handshake on; }             # nginx, for all other names
        proxy_set_header X-Forwarded-Proto $scheme;
    """
    if not hosts.answers and not hosts.gaps:
        yield not_applicable("the checklist names no web origin")
    for origin in dict.fromkeys(answer.origin for answer in hosts.answers):
        mine = [answer for answer in hosts.answers if answer.origin == origin]
        yield _names(origin, mine)
        yield from _schemes(origin, mine)


def _names(origin: str, answers: list[HostAnswer]) -> Finding:
    good = {answer.url for answer in answers if answer.header is Header.NONE and answer.status < 400}
    asked = [answer for answer in answers if answer.header is Header.HOST]
    open_ = [answer for answer in asked if answer.url in good and answer.same]
    if any(answer.believed for answer in asked):
        return not_applicable("it takes over the foreign name: see host-header-not-believed", origin)
    if open_:
        return failed(
            origin,
            "answers to any name as to its own",
            confidence=Confidence.PROVEN,
            reproduce=f"curl -si -H 'Host: {open_[0].value}' {open_[0].url}",
            aspect="Host",
            statuses=[answer.status for answer in open_],
            urls=[answer.url for answer in open_],
        )
    if not good and any(answer.same for answer in asked):
        return unproven(origin, "no ordinary request is answered either", "run the audit from where the stack answers")
    asked = [answer for answer in asked if answer.url in good] or asked
    if unread := [answer.unread for answer in asked if answer.unread]:
        return unproven(origin, f"whether it refuses a foreign name cannot be told: {unread[0]}", aspect="Host")
    refused = all(answer.refused for answer in asked)
    message = "refuses a foreign name" if refused else "answers a foreign name with something else"
    statuses = [answer.status for answer in asked]
    return passed(origin, message, confidence=Confidence.PROVEN, aspect="Host", statuses=statuses)


def _schemes(origin: str, answers: list[HostAnswer]) -> Iterator[Finding]:
    for answer in answers:
        if answer.header is Header.FORWARDED_PROTO and (answer.loops or answer.believed):
            does = "redirect to the address that was asked for"
            if not answer.loops:
                does = f"call itself http:// in {', '.join(answer.believed)}"
            yield failed(
                origin,
                f"X-Forwarded-Proto: http of a stranger makes it {does}",
                confidence=Confidence.PROVEN,
                reproduce=f"curl -si -H 'X-Forwarded-Proto: http' {answer.url}",
                aspect="X-Forwarded-Proto",
                status=answer.status,
                urls=[answer.url],
            )
            return
