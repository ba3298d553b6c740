"""Waivers are in use and in date."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.waivers import WaiverNote, WaiverUse
from auditor.model import Evidence, Finding, Level, Location, Severity, failed, not_applicable, passed
from auditor.registry import check

_SOON = 14
"""Days before the end of a waiver when it is worth a word."""


@check("META001", level=Level.RECOMMENDED, severity=Severity.LOW)
def waivers_in_use(use: WaiverUse) -> Iterator[Finding]:
    """Every waiver of the checklist is in date and still accepts something.

    ## Why it matters
    A waiver that nothing needs any more lies in wait: it will hide the same failure when it comes back. An expired
    one says that somebody meant to look again.

    ## How to fix it
    Remove the waiver of {subject} from the checklist, or renew it with a reason and a date.
    """
    if not use.waivers:
        yield not_applicable("the checklist waives nothing")
    for waiver in use.waivers:
        yield _judge(waiver, use)


def _judge(waiver: WaiverNote, use: WaiverUse) -> Finding:
    subject = f"{waiver.check} {waiver.subject}"
    evidence: Evidence = {"owner": waiver.owner, "expires": waiver.expires.isoformat(), "state": waiver.state}
    location = Location(use.checklist, waiver.line) if waiver.line else None
    if waiver.state == "expired":
        message = f"expired on {waiver.expires}: it no longer applies (owner {waiver.owner})"
        return failed(subject, message, location=location, **evidence)
    if waiver.state == "unused":
        return failed(subject, f"accepts nothing any more (owner {waiver.owner})", location=location, **evidence)
    days = (waiver.expires - use.today).days
    soon = f", ends in {days} days" if days <= _SOON else ""
    return passed(subject, f"in use until {waiver.expires}{soon}", location=location, days_left=days, **evidence)
