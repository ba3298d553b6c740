"""Looks, at the frontend and the API, for files that nobody meant to publish."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from urllib.parse import urlsplit

from auditor.checklist.model import Environment
from auditor.facts.exposed_files import ExposedFiles, Exposure, ExposureKind, ProbedOrigin
from auditor.facts.sightings import Nature, Sighting
from auditor.model import Gap, Severity
from auditor.probes.exposed_paths import Looked, Prober, Result, Sought, Verdict
from auditor.probes.html import read_page
from auditor.probes.net.http import Http
from auditor.probes.net.threads import in_daemon_thread
from auditor.probes.paths.seen import Seen
from auditor.probes.paths.table import Row, rows
from auditor.probes.paths.tallying import tallies
from auditor.probes.secrets.known import known_values
from auditor.probes.secrets.scanner import Scanner
from auditor.probes.secrets.search import Limits
from auditor.probes.surfaces import web_origins
from auditor.redact import Secret
from auditor.registry import probe

_MOST_FOLDERS = 3
"""Folders of scripts and styles that the start page names, whose listings are looked for too."""
_SECONDS = 5.0
"""For a file, of which only the beginning was asked for."""
_SCANNED = frozenset(ExposureKind) - {ExposureKind.LISTING}


@probe(deadline=60.0, last=True)
async def exposed_files(environment: Environment, http: Http) -> ExposedFiles:
    """Every path of the table, at each origin.

    Runs after the other probes: firewalls that ban who asks for ``/.env`` must not spoil what those look at.
    """
    origins, gaps = web_origins(environment)
    surfaces: dict[str, list[str]] = {}
    for surface, url in origins.items():
        if surface != "supabase":  # its files are the vendor's affair
            surfaces.setdefault(url, []).append(surface)
    results = await asyncio.gather(*(_look(http, url, environment, of) for url, of in surfaces.items()))
    found = dict(zip(surfaces, results, strict=True))
    exposures, unsearched = await in_daemon_thread(_searched, found, known_values(environment))
    return ExposedFiles(
        tuple(_cost(url, surfaces[url], result) for url, result in found.items()),
        exposures,
        tuple(one for url, result in found.items() for one in tallies(url, result, ExposureKind)),
        (*(gap for gap in gaps if gap.subject in ("frontend", "api")), *(r.gap for r in results if r.gap), *unsearched),
    )


def _searched(found: dict[str, Result[Row]], known: tuple[Secret, ...]) -> tuple[tuple[Exposure, ...], tuple[Gap, ...]]:
    """What is handed out, with what is recognised in it."""
    scanner = Scanner(known, limits=Limits(seconds=_SECONDS))
    exposures = tuple(one for url, result in found.items() for one in _exposures(url, result, scanner))
    return exposures, tuple(scanner.gaps)


async def _look(http: Http, origin: str, environment: Environment, surfaces: list[str]) -> Result[Row]:
    controls = ("/", environment.health) if "api" in surfaces else ("/",)
    prober: Prober[Row] = Prober(http, origin, controls)
    folders = _folders(origin, await prober.start())
    listed = ExposureKind.LISTING
    table = (Sought(path, row, row.recognise, part=row.kind is not listed) for path, row in rows(folders))
    return await prober.look(table)


def _folders(origin: str, start: Seen | None) -> tuple[str, ...]:
    """Folders of what the start page loads from its own origin."""
    if start is None or "html" not in start.content_type:
        return ()
    found: dict[str, None] = {}
    for one in read_page(start.text, origin + "/").references:
        if one.tag in ("script", "link", "img") and one.url.startswith(origin + "/"):
            found[urlsplit(one.url).path.rpartition("/")[0] + "/"] = None
    return tuple(found)[:_MOST_FOLDERS]


def _cost(origin: str, surfaces: list[str], result: Result[Row]) -> ProbedOrigin:
    return ProbedOrigin(origin, tuple(surfaces), result.requests, round(result.seconds, 3), result.statuses)


def _exposures(origin: str, result: Result[Row], scanner: Scanner) -> Iterator[Exposure]:
    for one in result.looked:
        if one.verdict is Verdict.FOUND and one.seen is not None:
            yield _exposure(origin, one, one.seen, scanner)


def _exposure(origin: str, one: Looked[Row], seen: Seen, scanner: Scanner) -> Exposure:
    row, url = one.sought.kind, origin + one.sought.path
    sightings = _sightings(seen, url, scanner) if row.kind in _SCANNED else ()
    secret = any(sighting.nature is Nature.SECRET for sighting in sightings)
    severity = Severity.CRITICAL if secret else row.severity
    scanned = len(seen.body) if row.kind in _SCANNED else 0
    return Exposure(
        origin, url, row.kind, row.what, one.saw, severity, seen.status, seen.size_bytes, sightings, scanned
    )


def _sightings(seen: Seen, url: str, scanner: Scanner) -> tuple[Sighting, ...]:
    """What the scanner recognises in a file: kinds and places, and no values."""
    return tuple(scanner.scan(seen.text.encode() or seen.body, url))
