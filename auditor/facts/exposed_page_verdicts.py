"""What checks say of pages that are open to everyone: one judgement for all kinds of them."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.exposed_pages import ExposedPage, ExposedPages, PageKind
from auditor.facts.tallies import Tally, nobody_can_tell
from auditor.model import Confidence, Finding, failed, not_applicable, passed


def page_verdicts(found: ExposedPages, kind: PageKind, plural: str) -> Iterator[Finding]:
    """A failure for each page of a kind; for each origin without one, that there is none, or that nobody can tell.

    Args:
        found: what was looked for.
        kind: which pages the check is about.
        plural: what they are called: ``consoles``.
    """
    pages = [page for page in found.pages if page.kind is kind]
    tallies = [tally for tally in found.tallies if tally.kind == kind]
    yield from map(_exposed, pages)
    spoiled = {page.origin for page in pages}
    for tally in tallies:
        if tally.untold:
            yield nobody_can_tell(tally, f"usual addresses of {plural} show one")
        elif tally.origin not in spoiled:
            yield _good(tally, plural)
    if not tallies and not found.gaps:
        yield not_applicable(f"the stack has no surface that could have {plural}")


def _exposed(page: ExposedPage) -> Finding:
    return failed(
        page.url,
        f"shows {page.what} to everyone ({page.saw})",
        confidence=Confidence.PROVEN,
        reproduce=f"curl -s '{page.url}'",
        aspect=page.what,
        severity=str(page.severity),
        saw=page.saw,
        status=page.status,
    )


def _good(tally: Tally, plural: str) -> Finding:
    return passed(
        tally.origin,
        f"none of {tally.paths} usual addresses of {plural} shows one",
        confidence=Confidence.PROVEN,
        paths=tally.paths,
        alike=tally.alike,
    )
