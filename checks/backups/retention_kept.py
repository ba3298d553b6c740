"""Backups reach back as far as promised."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from auditor.facts.backup_verdicts import hours, lasting, no_backup, stamp
from auditor.facts.backups import Backups, Kind
from auditor.facts.policy import BackupPolicy
from auditor.model import Evidence, Finding, Level, Severity, failed, passed
from auditor.registry import check

_STANDING_ALONE = frozenset({Kind.LOGICAL, Kind.FULL, Kind.SNAPSHOT})


@check("BAK011", level=Level.RECOMMENDED, severity=Severity.MEDIUM, references=("ISO27001-A.8.13",))
def retention_kept(found: Backups, policy: BackupPolicy) -> Iterator[Finding]:
    """The oldest backup that can be restored is as old as the policy's retention.

    ## Why it matters
    Damage is often noticed late: a wrong UPDATE on Friday, seen on Wednesday. When all backups are younger than that,
    they hold the damage. One interval between backups is allowed for; a cluster that is itself younger cannot be
    older in a backup.

    ## How to fix it
    Keep more of them: `repo1-retention-full`, `retention_policy` of barman, `wal-g delete retain`, the rotation of the
    folder, the plan of the provider. Or lower `[policy.backups] retention` to what is enough.
    """
    oldest = _oldest(found)
    if oldest is None:
        yield no_backup()
        return
    moment, name = oldest
    reach = found.looked_at - moment
    evidence: Evidence = {
        "oldest": name,
        "oldest_at": stamp(moment),
        "reach_h": hours(reach),
        "retention_h": hours(policy.retention),
        "backups": len(found.usable()),
    }
    made = found.live.made_at if found.live else None
    if reach + policy.max_age >= policy.retention:
        yield passed(name, f"backups reach back {lasting(reach)}", **evidence)
    elif made and moment - made <= policy.max_age and found.looked_at - made < policy.retention:
        yield passed(
            name, f"backups reach back {lasting(reach)}, to the making of the cluster", made_at=stamp(made), **evidence
        )
    else:
        yield failed(
            name, f"backups reach back {lasting(reach)}, and {lasting(policy.retention)} are promised", **evidence
        )


def _oldest(found: Backups) -> tuple[datetime, str] | None:
    moments = [
        (backup.stop, backup.name) for backup in found.usable() if backup.stop and backup.kind in _STANDING_ALONE
    ]
    moments += [(source.window_start, source.name) for source in found.sources if source.window_start]
    return min(moments, default=None)
