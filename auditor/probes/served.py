"""Collects what the frontend serves to everybody, and searches it for secrets."""

from __future__ import annotations

from dataclasses import replace

from auditor.checklist.model import Environment
from auditor.facts.policy import SecretsPolicy
from auditor.facts.served import Served
from auditor.probes.net.http import Http
from auditor.probes.net.threads import in_daemon_thread
from auditor.probes.net.traffic import Traffic
from auditor.probes.secrets import deep
from auditor.probes.secrets.known import known_values
from auditor.probes.secrets.scanner import Scanner
from auditor.probes.site.bounds import MAX_REQUESTS, Budget
from auditor.probes.site.crawl import Crawl
from auditor.probes.site.naming import name_readers
from auditor.probes.site.reading import Reader
from auditor.probes.site.routes import repository_routes
from auditor.probes.site.territory import Territory
from auditor.probes.surfaces import origin
from auditor.registry import probe


@probe(deadline=75.0)
async def served(environment: Environment, policy: SecretsPolicy, http: Http, traffic: Traffic) -> Served:
    """Pages, scripts, payloads, settings and source maps of the frontend, as far as static reading finds them."""
    frontend = origin(environment, "frontend")
    known = known_values(environment)
    routes = await in_daemon_thread(repository_routes, environment.repository) if environment.repository else ()
    gap = deep.missing(policy.deep)
    deeply = deep.DeepScanner(Scanner(known)) if policy.deep and not gap else None
    crawl = Crawl(
        http,
        Territory(frontend, policy.hosts),
        Reader(deeply or Scanner(known), name_readers()),
        Budget(min(MAX_REQUESTS, max(traffic.max_requests // 2, 1))),
        (*policy.routes, *routes),
    )
    found = await crawl.run(len({secret.reveal() for secret in known}))
    more = (*((gap,) if gap else ()), *(deeply.gaps if deeply else ()))
    return replace(found, gaps=(*found.gaps, *more))
