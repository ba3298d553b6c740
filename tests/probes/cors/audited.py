"""Asks a server as the audit does, and tells what it makes of the answers."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from auditor.facts.cors import CorsAnswers
from auditor.facts.policy import CorsPolicy, Endpoint
from auditor.facts.routes import ApiRoutes
from auditor.model import Finding, Outcome
from auditor.probes.cors import cors_answers
from auditor.probes.routes import api_routes
from auditor.redact import Secret
from auditor.registry import Check, builtin_checks
from tests.probes.stand import way

APP = "https://app.example.com"
ME = Endpoint("GET", "/api/me")


def cors_checks() -> list[Check]:
    """Those that judge live answers alone."""
    return [check for check in builtin_checks().checks if check.item == "cors" and check.needs() == (CorsAnswers,)]


@dataclass(frozen=True)
class Audited:
    """A gathered fact, and every finding on it."""

    found: CorsAnswers
    findings: dict[str, list[Finding]]
    requests: int

    def ids(self, outcome: Outcome = Outcome.FAIL) -> list[str]:
        """Checks that have a finding of an outcome."""
        return sorted(name for name, all_ in self.findings.items() if any(one.outcome == outcome for one in all_))

    @property
    def causes(self) -> set[str]:
        """What failing findings say is wrong."""
        return {
            str(one.evidence["cause"])
            for all_ in self.findings.values()
            for one in all_
            if one.outcome is Outcome.FAIL and "cause" in one.evidence
        }


def judge(found: CorsAnswers, requests: int = 0) -> Audited:
    """Every check's findings, gaps as the engine takes them."""
    findings = {check.id: list(check.function(found)) for check in cors_checks()}
    for gap in found.gaps:
        for all_ in findings.values():
            all_.append(Finding(Outcome.ERROR, gap.subject, gap.reason, remediation=gap.hint))
    return Audited(found, findings, requests)


def audited(
    api: str,
    *endpoints: Endpoint,
    origins: tuple[str, ...] = (APP,),
    token: str = "",
    document: bool = False,
    **environment,
) -> Audited:
    """Audit one API.

    Args:
        api: its origin.
        endpoints: the declared ones.
        origins: the declared ones.
        token: the bearer.
        document: whether its OpenAPI document is looked for.
        environment: more of the environment.
    """

    async def main() -> Audited:
        secret = Secret(token, "bearer token") if token else None
        async with way(api=api, cors_token=secret, **environment) as to:
            known = await api_routes(to.environment, to.http) if document else ApiRoutes("")
            before = to.traffic.requests
            found = await cors_answers(to.environment, CorsPolicy(origins, endpoints), known, to.http)
            return judge(found, to.traffic.requests - before)

    return asyncio.run(main())  # servers of the same process have sockets of their own
