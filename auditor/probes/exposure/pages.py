"""Looks, at every web surface, for pages that are meant for those who run the stack."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from auditor.checklist.model import Environment
from auditor.facts.exposed_pages import ExposedPage, ExposedPages, PageKind, PageTally
from auditor.facts.sites import host_of
from auditor.probes.exposed_paths import Looked, Prober, Result, Sought, Verdict
from auditor.probes.exposure.table import Row, rows
from auditor.probes.net.http import Http
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
        tuple(one for url, result in found.items() if result.gap is None for one in _tallies(url, result)),
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


def _tallies(origin: str, result: Result[Row]) -> Iterator[PageTally]:
    for kind in PageKind:
        looked = [one for one in result.looked if one.sought.kind.kind is kind]
        if looked:
            yield _tally(origin, kind, looked)


def _tally(origin: str, kind: PageKind, looked: list[Looked[Row]]) -> PageTally:
    untold = [one for one in looked if one.verdict is Verdict.UNTOLD]
    alike = sum(one.verdict is Verdict.ALIKE for one in looked)
    first = untold[0] if untold else None
    paths = tuple(one.sought.path for one in untold)
    return PageTally(origin, kind, len(looked), alike, paths, first.why if first else "", first.hint if first else "")
