"""A limit holds against headers that claim another address."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.policy import RateLimitPolicy
from auditor.facts.rate_limit import Burst, Bursts, End
from auditor.model import Confidence, Finding, Level, Severity, failed, not_applicable, passed, unproven
from auditor.registry import check

_TRUST = (
    "run the audit from outside; or set [policy.rate_limiting] trust_private_peer = true when this is the way that "
    "clients come, too"
)


@check("RATE003", level=Level.MANDATORY, severity=Severity.HIGH, references=("CWE-348", "CWE-290", "CWE-770"))
def limit_not_spoofable(bursts: Bursts, policy: RateLimitPolicy) -> Iterator[Finding]:
    """No header that claims another address talks a limiter out of its refusal.

    Tried only while the audit is refused, and with a request without the header beside each. A loopback or private peer
    may be trusted as a proxy where strangers are not, so that nothing is concluded from it against the limiter.

    ## Why it matters
    A limiter that believes `X-Forwarded-For` of everybody limits nobody: each guess at a password comes from a new
    address.

    ## How to fix it
    Believe these headers from your own proxies alone, and let the outermost overwrite them:

        uvicorn app:app --forwarded-allow-ips 10.0.0.5
        app.set("trust proxy", 1)                               // Express, behind one proxy
        set_real_ip_from 10.0.0.0/8;                            # nginx, never 0.0.0.0/0
        proxy_set_header X-Forwarded-For $remote_addr;          # the outermost nginx
    """
    for burst in bursts.bursts:
        yield from _judge(burst, policy.trust_private_peer or not burst.private_peer)


def _judge(burst: Burst, conclusive: bool) -> Iterator[Finding]:
    known_by_header = burst.constant is not None and burst.constant.refused_status is not None
    if known_by_header and burst.constant:
        message = (
            f"knows clients by {burst.constant.header} alone: {burst.constant.accepted} accepted with one address in "
            f"it, {burst.plain} without it and no refusal"
        )
        yield _bypassed(burst, message, conclusive, [burst.constant.header])
    elif burst.end is not End.LIMITED:
        if burst.end is not End.BROKEN:
            yield not_applicable("no refusal was met that a header could lift", burst.endpoint)
        else:
            yield unproven(burst.endpoint, burst.reason, "look at the server's log")
    elif burst.attempts:
        yield not_applicable("too few attempts are sent to try headers", burst.endpoint)
    else:
        yield _tried(burst, conclusive)


def _tried(burst: Burst, conclusive: bool) -> Finding:
    passing = [one.header for one in burst.spoofs if one.passed]
    tried = [one.header for one in burst.spoofs]
    if passing:
        message = f"refused with {burst.signal}, and accepted with another address in {', '.join(passing)}, twice"
        return _bypassed(burst, message, conclusive, passing)
    if burst.spoofs_untried or not tried:
        why = burst.spoofs_untried or "it refills too quickly to compare"
        reason = f"{len(tried)} of the headers changed nothing, the others were not tried: {why}"
        return unproven(burst.endpoint, reason, "raise [policy.rate_limiting] max_requests", tried=tried)
    message = f"refused with {burst.signal}, whatever address {len(tried)} headers claim"
    return passed(burst.endpoint, message, confidence=Confidence.PROVEN, tried=tried)


def _bypassed(burst: Burst, message: str, conclusive: bool, headers: list[str]) -> Finding:
    if not conclusive:
        reason = f"{message}; but the peer is a private address, which may be trusted as a proxy where others are not"
        return unproven(burst.endpoint, reason, _TRUST, headers=headers)
    reproduce = f"curl -H '{headers[0].partition(' ')[0]}: 203.0.113.9' $API{burst.endpoint.partition(' ')[2]}"
    return failed(burst.endpoint, message, confidence=Confidence.PROVEN, headers=headers, reproduce=reproduce)
