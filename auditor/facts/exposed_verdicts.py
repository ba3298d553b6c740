"""What checks say of files that are handed out: one judgement for all kinds of them."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.exposed_files import ExposedFiles, Exposure, ExposureKind
from auditor.facts.sightings import Nature
from auditor.facts.tallies import Tally, nobody_can_tell
from auditor.model import Confidence, Finding, Severity, failed, passed


def verdicts(found: ExposedFiles, kind: ExposureKind, plural: str) -> Iterator[Finding]:
    """A failure for each file of a kind; for each origin where there is none, that there is none, or nobody can tell.

    Args:
        found: what was looked for.
        kind: which files the check is about.
        plural: what they are called: ``environment files``.
    """
    spoiled: set[str] = set()
    for one in found.exposures:
        if one.kind is kind:
            harmless = one.severity is Severity.INFO
            spoiled |= set() if harmless else {one.origin}
            yield _harmless(one) if harmless else _exposed(one)
    for tally in found.tallies:
        if tally.kind == kind:
            yield from _told(tally, found, plural, spoiled)


def _exposed(one: Exposure) -> Finding:
    kinds = sorted({sighting.kind for sighting in one.sightings if sighting.nature is Nature.SECRET})
    holding = f", with {', '.join(kinds)} in it" if kinds else ""
    return failed(
        one.url,
        f"serves {one.what} to everyone ({one.saw}){holding}",
        confidence=Confidence.PROVEN,
        reproduce=_reproduce(one),
        aspect=one.what,
        severity=str(one.severity),
        saw=one.saw,
        status=one.status,
        size_bytes=one.size_bytes,
        secrets=kinds,
        scanned_bytes=one.scanned_bytes,
    )


def _harmless(one: Exposure) -> Finding:
    message = f"serves {one.what} ({one.saw}), and the audit recognises no secret in it"
    return passed(
        one.url,
        message,
        confidence=Confidence.PROVEN,
        reproduce=_reproduce(one),
        aspect=one.what,
        saw=one.saw,
        scanned_bytes=one.scanned_bytes,
    )


def _reproduce(one: Exposure) -> str:
    return f"curl -s -r 0-99 '{one.url}'"


def _told(tally: Tally, found: ExposedFiles, plural: str, spoiled: set[str]) -> Iterator[Finding]:
    if tally.untold:
        yield nobody_can_tell(tally, f"usual paths of {plural} are served")
    elif tally.origin not in spoiled:
        statuses = next((one.statuses for one in found.origins if one.origin == tally.origin), ())
        yield passed(
            tally.origin,
            f"none of {tally.paths} usual paths of {plural} is served",
            confidence=Confidence.PROVEN,
            paths=tally.paths,
            alike=tally.alike,
            statuses={str(status): count for status, count in statuses},
        )
