"""Collects what the frontend serves to everybody, and searches it for secrets."""

from __future__ import annotations

from auditor.checklist.model import Environment
from auditor.facts.policy import SecretsPolicy
from auditor.facts.served import Served
from auditor.probes.net.http import Http
from auditor.probes.net.threads import in_daemon_thread
from auditor.probes.net.traffic import Traffic
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
    crawl = Crawl(
        http,
        Territory(frontend, policy.hosts),
        Reader(Scanner(known), name_readers()),
        Budget(min(MAX_REQUESTS, max(traffic.max_requests // 2, 1))),
        (*policy.routes, *routes),
    )
    return await crawl.run(len({secret.reveal() for secret in known}))
