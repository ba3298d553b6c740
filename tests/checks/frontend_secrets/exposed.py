"""Facts about files that are handed out, for the checks that judge them."""

from __future__ import annotations

from dataclasses import replace

from auditor.facts.exposed_files import ExposedFiles, Exposure, ExposureKind, ProbedOrigin
from auditor.facts.sightings import Nature, Sighting
from auditor.facts.tallies import Tally
from auditor.model import Confidence, Finding, Gap, Severity, failed, passed, unproven

APP, API = "https://app.example.com", "https://api.example.com"
STATUSES = ((200, 2), (404, 66))


def fact(*exposures: Exposure, tallies: tuple[Tally, ...] | None = None, gaps: tuple[Gap, ...] = ()) -> ExposedFiles:
    """What both origins answered: four paths of every kind, and none of them alike."""
    usual = tuple(Tally(origin, kind, 4, alike=1) for origin in (APP, API) for kind in ExposureKind)
    origins = tuple(
        ProbedOrigin(origin, (name,), 68, 0.2, STATUSES) for origin, name in ((APP, "frontend"), (API, "api"))
    )
    return ExposedFiles(origins, exposures, usual if tallies is None else tallies, gaps)


def exposure(kind: ExposureKind, path: str = "/x", **changes) -> Exposure:
    """One file of the frontend."""
    made = Exposure(APP, APP + path, kind, "a file", "2 lines", Severity.HIGH, 200, 12, (), 12)
    return replace(made, **changes)


def sighting(kind: str, nature: Nature = Nature.SECRET) -> Sighting:
    """Something that the scanner saw."""
    return Sighting(APP, 1, 1, "rule", kind, 40, nature=nature)


def good(origin: str, plural: str) -> Finding:
    """The finding about an origin that hands out nothing."""
    return passed(
        origin,
        f"none of 4 usual paths of {plural} is served",
        confidence=Confidence.PROVEN,
        paths=4,
        alike=1,
        statuses={"200": 2, "404": 66},
    )


def bad(path: str = "/x", *, secrets: tuple[str, ...] = (), severity: str = "high") -> Finding:
    """The finding about a file."""
    holding = f", with {', '.join(secrets)} in it" if secrets else ""
    return failed(
        APP + path,
        f"serves a file to everyone (2 lines){holding}",
        confidence=Confidence.PROVEN,
        reproduce=f"curl -s -r 0-99 '{APP}{path}'",
        aspect="a file",
        severity=severity,
        saw="2 lines",
        status=200,
        size_bytes=12,
        secrets=list(secrets),
        scanned_bytes=12,
    )


def judged(check, kind: ExposureKind, plural: str) -> None:
    """What every one of these checks says of its kind, and that it says nothing of the others."""
    others = [exposure(other) for other in ExposureKind if other is not kind]
    assert list(check(fact(*others))) == [good(APP, plural), good(API, plural)]
    assert list(check(fact(exposure(kind), *others))) == [bad(), good(API, plural)]
    seen = (sighting("Stripe secret key"), sighting("anon key", Nature.PUBLIC), sighting("AWS key"))
    one = exposure(kind, "/y", sightings=seen, severity=Severity.CRITICAL)
    assert next(check(fact(one))) == bad("/y", secrets=("AWS key", "Stripe secret key"), severity="critical")
    harmless = list(check(fact(exposure(kind, severity=Severity.INFO))))
    assert [(f.outcome, f.subject) for f in harmless] == [("pass", f"{APP}/x"), ("pass", APP), ("pass", API)]
    assert harmless[0].message == "serves a file (2 lines), and the audit recognises no secret in it"
    _untold(check, kind, plural)


def _untold(check, kind: ExposureKind, plural: str) -> None:
    hidden = Tally(APP, kind, 4, untold=("/a", "/b"), why="answered 429", hint="wait")
    expected = unproven(
        APP,
        f"whether 2 of 4 usual paths of {plural} are served, nobody can tell: answered 429",
        "wait",
        paths=["/a", "/b"],
        untold=2,
    )
    assert list(check(fact(tallies=(hidden,)))) == [expected]
    assert list(check(fact(exposure(kind), tallies=(hidden,)))) == [bad(), expected]
    assert list(check(fact(tallies=(), gaps=(Gap(APP, "connection refused"),)))) == []
