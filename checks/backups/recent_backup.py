"""There is a good backup, and it is recent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from auditor.facts.backups import Backup, Backups
from auditor.facts.policy import BackupPolicy
from auditor.model import Confidence, Finding, Level, Severity, failed, passed, unproven
from auditor.registry import check

_SKEW = timedelta(minutes=5)
"""By how much two clocks may differ."""


@check(
    "BAK001",
    level=Level.MANDATORY,
    severity=Severity.HIGH,
    references=("CIS-Controls-8-11.2", "ISO27001-A.8.13"),
)
def recent_backup(found: Backups, policy: BackupPolicy) -> Iterator[Finding]:
    """The newest good backup is younger than the policy's max_age.

    ## Why it matters
    Everything written after the newest backup that can be restored is lost with the server.

    ## How to fix it
    Schedule a backup, look at why the last ones did not run, and keep `[policy.backups] max_age` at what you can
    afford to lose:

        pg_dump --format=custom --file=backups/app-$(date -u +%F).dump "$DATABASE_URL"
    """
    good: list[Backup] = []
    for backup in found.backups:
        if not backup.good:
            yield failed(backup.name, f"this backup is not good: {backup.problem}", source=backup.source)
        elif backup.taken_at - found.looked_at > _SKEW:
            yield _dated_ahead(backup)
        else:
            good.append(backup)
    if good:
        yield _judge(max(good, key=lambda backup: backup.taken_at), found, policy)
    elif not found.gaps and not any(backup.good for backup in found.backups):
        sources = list(found.sources)
        yield failed(", ".join(sources), "there is no good backup", backups=len(found.backups), sources=sources)


def _dated_ahead(backup: Backup) -> Finding:
    return unproven(
        backup.name,
        f"this backup is dated in the future, {backup.taken_at:%Y-%m-%d %H:%M} UTC: nobody can tell its age",
        "set the clocks, or the time of the file",
        source=backup.source,
        taken_at=backup.taken_at.isoformat(),
    )


def _judge(newest: Backup, found: Backups, policy: BackupPolicy) -> Finding:
    age = max((found.looked_at - newest.taken_at).total_seconds(), 0) / 3600
    limit = policy.max_age.total_seconds() / 3600
    judge = passed if age <= limit else failed
    return judge(
        newest.name,
        f"the newest good backup is {age:.1f} h old, {'within' if age <= limit else 'beyond'} {limit:g} h",
        confidence=Confidence.OBSERVED,
        age_h=round(age, 2),
        max_age_h=limit,
        size_bytes=newest.size_bytes,
        format=newest.format,
        taken_at=newest.taken_at.isoformat(),
        backups=len(found.backups),
    )
