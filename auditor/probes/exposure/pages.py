"""Looks, at every web surface, for pages that are meant for those who run the stack."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from auditor.checklist.model import Environment
from auditor.facts.exposed_pages import ExposedPage, ExposedPages, PageKind
from auditor.facts.sites import host_of
from auditor.probes.exposed_paths import Prober, Result, Sought, Verdict
from auditor.probes.exposure.table import Row, rows
from auditor.probes.net.http import Http
from auditor.probes.paths.tallying import tallies
from auditor.probes.surfaces import web_origins
from auditor.registry import probe

_VENDORS = (".supabase.co", ".supabase.in")
"""Whose gateway is the vendor's own affair."""


@probe(deadline=60.0, last=True)
async def exposed_pages(environment: Environment, http: Http) -> ExposedPages:
    """Every address of the table, at each origin.

    Runs after the other probes: firewalls that ban who asks for consoles must not spoil what those look at.
    """
    origins, gaps = web_origins(environment)
    surfaces: dict[str, set[str]] = {}
    for surface, url in origins.items():
        if not host_of(url).endswith(_VENDORS):
            surfaces.setdefault(url, set()).add(surface)
    results = await asyncio.gather(*(_look(http, url, environment, frozenset(of)) for url, of in surfaces.items()))
    found = dict(zip(surfaces, results, strict=True))
    return ExposedPages(
        tuple(page for url, result in found.items() for page in _pages(url, result)),
        tuple(one for url, result in found.items() for one in tallies(url, result, PageKind)),
        (*gaps, *(result.gap for result in results if result.gap)),
        sum(result.requests for result in results),
    )


async def _look(http: Http, origin: str, environment: Environment, surfaces: frozenset[str]) -> Result[Row]:
    controls = ("/", environment.health) if "api" in surfaces else ("/",)
    prober: Prober[Row] = Prober(http, origin, controls, locked=True)
    return await prober.look(Sought(path, row, row.recognise, part=False) for path, row in rows(surfaces))


def _pages(origin: str, result: Result[Row]) -> Iterator[ExposedPage]:
    """The first address of each row that shows its page: a tool that is at two of them is one tool."""
    told: set[str] = set()
    for one in result.looked:
        row = one.sought.kind
        if one.verdict is Verdict.FOUND and one.seen is not None and row.what not in told:
            told.add(row.what)
            url = origin + one.sought.path
            yield ExposedPage(origin, url, row.kind, row.what, one.saw, row.severity, one.seen.status)
