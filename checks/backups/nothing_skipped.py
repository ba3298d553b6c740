"""Nothing of the backup was left out of the drill in silence."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.restore_drill import Drill, RestoreDrill, Skipped
from auditor.model import ALL, Confidence, Finding, Level, Severity, not_applicable, passed, unproven
from auditor.registry import check


@check(
    "BAK033",
    level=Level.RECOMMENDED,
    severity=Severity.MEDIUM,
    references=("CIS-Controls-8-11.5",),
)
def nothing_skipped(found: RestoreDrill) -> Iterator[Finding]:
    """The drill restored everything of the backup that holds data or code.

    What a drill never restores, on purpose, is told with the pass: owners, event triggers, subscriptions, foreign
    servers, and extensions that a server must load when it starts.

    ## Why it matters
    An extension that is missing where the backup is restored takes its types, and the tables that use them, with it.
    In a recovery, too.

    ## How to fix it
    Install the extensions of the live server where the audit runs, and where you would recover.
    """
    looked = [drill for drill in found.drills if drill.restored]
    for drill in looked:
        yield from _judge(drill)
    if found.nothing:
        yield not_applicable("there is no backup to restore")
    elif not looked and not found.gaps:
        yield unproven(ALL, "no backup was restored, so what would be left out is not known", "see BAK030")


def _judge(drill: Drill) -> Iterator[Finding]:
    missing = [one for one in drill.skipped if not one.expected]
    expected = [_row(one) for one in drill.skipped if one.expected]
    if missing:
        parts = "one part of it was" if len(missing) == 1 else f"{len(missing)} parts of it were"
        yield unproven(
            drill.name,
            f"{parts} not restored here",
            "; ".join(dict.fromkeys(one.remedy for one in missing if one.remedy)),
            not_restored=[_row(one) for one in missing],
        )
        return
    if not expected:
        yield passed(drill.name, "all of it was restored", confidence=Confidence.PROVEN)
        return
    parts = "one part" if len(expected) == 1 else f"{len(expected)} parts"
    yield passed(
        drill.name,
        f"all of it was restored but {parts} that a drill leaves out on purpose",
        confidence=Confidence.PROVEN,
        left_out=expected,
    )


def _row(one: Skipped) -> dict[str, str]:
    return {"entry": one.entry, "reason": one.reason}
