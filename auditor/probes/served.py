"""Collects what the frontend serves to everybody, and searches it for secrets."""

from __future__ import annotations

import time
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
from auditor.probes.site import bounds
from auditor.probes.site.bounds import MAX_REQUESTS, Budget
from auditor.probes.site.crawl import Crawl
from auditor.probes.site.naming import name_readers
from auditor.probes.site.reading import Reader
from auditor.probes.site.routes import repository_routes
from auditor.probes.site.scanning import Scanner as SiteScanner
from auditor.probes.site.territory import Territory
from auditor.probes.surfaces import origin
from auditor.redact import Secret
from auditor.registry import probe

_SPARE = 5.0
"""Seconds for compiling the rules, which the collector's own time does not count."""


@probe(deadline=75.0)
async def served(environment: Environment, policy: SecretsPolicy, http: Http, traffic: Traffic) -> Served:
    """Pages, scripts, payloads, settings and source maps of the frontend, as far as static reading finds them."""
    frontend = origin(environment, "frontend")
    known = known_values(environment)
    routes = await in_daemon_thread(repository_routes, environment.repository) if environment.repository else ()
    gap = deep.missing(policy.deep)
    scanner = await in_daemon_thread(_scanner, known, policy.deep and not gap)
    crawl = Crawl(
        http,
        Territory(frontend, policy.hosts),
        Reader(scanner, name_readers()),
        Budget(min(MAX_REQUESTS, max(traffic.max_requests // 2, 1))),
        (*policy.routes, *routes),
    )
    found = await crawl.run(len({secret.reveal() for secret in known}))
    return replace(found, gaps=(*found.gaps, gap)) if gap else found


def _scanner(known: tuple[Secret, ...], deeply: bool) -> SiteScanner:
    """Compiling its rules takes a second. A thread that still searches when the probe is over ends by itself."""
    ours = Scanner(known, until=time.monotonic() + bounds.MAX_SECONDS + _SPARE)
    return deep.DeepScanner(ours) if deeply else ours
