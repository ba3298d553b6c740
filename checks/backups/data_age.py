"""The newest row of the backup is about as new as the live database's."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from auditor.facts.policy import BackupPolicy
from auditor.facts.restore_drill import Drill, RestoreDrill
from auditor.facts.restore_drill_verdicts import not_compared
from auditor.model import ALL, Confidence, Finding, Level, Severity, failed, not_applicable, passed, unproven
from auditor.registry import check


@check(
    "BAK036",
    level=Level.RECOMMENDED,
    severity=Severity.HIGH,
    references=("NIST-SP-800-34", "ISO27001-A.8.13"),
)
def data_age(found: RestoreDrill, policy: BackupPolicy) -> Iterator[Finding]:
    """The newest restored row lags behind the newest live one by less than the policy's max_age.

    ## Why it matters
    A file may be of this night and its data of last year: dumped from a replica that has stopped, or copied.

    ## How to fix it
    Dump the primary, or a replica whose lag is watched, and look at what copies the file.
    """
    looked = [drill for drill in found.drills if drill.restored]
    for drill in looked:
        yield _judge(drill, policy)
    if found.nothing:
        yield not_applicable("there is no backup to restore")
    elif not looked and not found.gaps:
        yield unproven(ALL, "no backup was restored, so the age of its rows is not known", "see BAK030")


def _judge(drill: Drill, policy: BackupPolicy) -> Finding:
    if not drill.compared:
        return not_compared(drill, "its newest row was not held against the live database's")
    pairs = [
        (table.newest_live, table.newest_restored, f"{table.table}.{table.column}")
        for table in drill.rows
        if table.newest_live and table.newest_restored
    ]
    if not pairs:
        return not_applicable("no table that could be counted has a time column such as created_at", drill.name)
    live, _, column = max(pairs)
    return _lag(drill.name, live, max(restored for _, restored, _ in pairs), column, policy)


def _lag(name: str, live: datetime, restored: datetime, column: str, policy: BackupPolicy) -> Finding:
    lag = max((live - restored).total_seconds(), 0.0) / 3600
    limit = policy.max_age.total_seconds() / 3600
    judge = passed if lag <= limit else failed
    side = "within" if lag <= limit else "beyond"
    return judge(
        name,
        f"its newest row is {lag:.1f} h older than the live database's, {side} {limit:g} h",
        confidence=Confidence.PROVEN,
        newest_restored=restored.isoformat(),
        newest_live=live.isoformat(),
        newest_live_in=column,
        max_age_h=limit,
    )
