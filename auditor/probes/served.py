"""Collects what the frontend serves to everybody, and searches it for secrets."""

from __future__ import annotations

from auditor.checklist.dsn import connection_secrets
from auditor.checklist.model import Environment
from auditor.facts.policy import SecretsPolicy
from auditor.facts.served import Served
from auditor.probes.net.http import Http
from auditor.probes.net.threads import in_daemon_thread
from auditor.probes.net.traffic import Traffic
from auditor.probes.site.bounds import MAX_REQUESTS, Budget
from auditor.probes.site.crawl import Crawl
from auditor.probes.site.readers import Readers
from auditor.probes.site.reading import Reader
from auditor.probes.site.routes import repository_routes
from auditor.probes.site.scanning import Leaks
from auditor.probes.site.territory import Territory
from auditor.probes.surfaces import origin
from auditor.redact import NOT_SECRET, Secret
from auditor.registry import probe

_SHORTEST = 8


@probe(deadline=75.0)
async def served(environment: Environment, policy: SecretsPolicy, http: Http, traffic: Traffic) -> Served:
    """Pages, scripts, payloads, settings and source maps of the frontend, as far as static reading finds them."""
    frontend = origin(environment, "frontend")
    known = server_secrets(environment)
    routes = await in_daemon_thread(repository_routes, environment.repository) if environment.repository else ()
    crawl = Crawl(
        http,
        Territory(frontend, policy.hosts),
        Reader(Leaks(known), Readers()),
        Budget(min(MAX_REQUESTS, max(traffic.max_requests // 2, 1))),
        (*policy.routes, *routes),
    )
    return await crawl.run(len({secret.reveal() for secret in known}))


def server_secrets(environment: Environment) -> tuple[Secret, ...]:
    """The values that must never be served: keys and passwords that the checklist and its env file hold."""
    found = list(environment.variables)
    if project := environment.supabase:
        found += [secret for secret in (project.service_key, project.access_token) if secret]
    for dsn in (environment.database, environment.auditor_database):
        if dsn:
            found += connection_secrets(dsn.reveal(), "database password")
    # a password that is a word in everybody's scripts is a finding elsewhere, and proves nothing here
    values = {s: None for s in found if len(s.reveal()) >= _SHORTEST and s.reveal().lower() not in NOT_SECRET}
    return tuple(values)
