"""A restore takes no longer than promised."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from auditor.facts.policy import BackupPolicy
from auditor.facts.restore_drill import Drill, RestoreDrill
from auditor.model import ALL, Confidence, Finding, Level, Severity, failed, not_applicable, passed, unproven
from auditor.registry import check

_HOW = "measured on the audit's machine, with fsync off and one job: a recovery takes longer, and its people too"


@check(
    "BAK034",
    level=Level.RECOMMENDED,
    severity=Severity.MEDIUM,
    references=("NIST-SP-800-34", "ISO27001-A.8.13"),
)
def restore_time(found: RestoreDrill, policy: BackupPolicy) -> Iterator[Finding]:
    """The backup was restored within the policy's max_restore_time.

    ## Why it matters
    The time a restore takes is the least time that the service is down. It grows with the data, unseen.

    ## How to fix it
    Restore with several jobs (`pg_restore --jobs`), keep less in the database, use physical backups, or promise more
    time in `[policy.backups] max_restore_time`.
    """
    looked = [drill for drill in found.drills if drill.restored]
    for drill in looked:
        yield _judge(drill, policy)
    if found.nothing:
        yield not_applicable("there is no backup to restore")
    elif not looked and not found.gaps:
        yield unproven(ALL, "no backup was restored, so the time it takes is not known", "see BAK030")


def _judge(drill: Drill, policy: BackupPolicy) -> Finding:
    took = drill.timing.recovery_s
    measured: dict[str, Any] = {"recovery_s": round(took, 2), "restore_s": drill.timing.restore_s, "how": _HOW}
    if policy.max_restore_time is None:
        reason = f"[policy.backups] names no max_restore_time; the restore took {took:.1f} s"
        return not_applicable(reason, drill.name, **measured)
    limit = policy.max_restore_time.total_seconds()
    judge = passed if took <= limit else failed
    return judge(
        drill.name,
        f"the restore took {took:.1f} s, {'within' if took <= limit else 'beyond'} {limit:g} s",
        confidence=Confidence.PROVEN,
        max_restore_s=limit,
        **measured,
    )
