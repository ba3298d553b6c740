"""There is a good backup, and it is recent."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.backups import Backups
from auditor.facts.policy import BackupPolicy
from auditor.model import Confidence, Finding, Level, Severity, failed, passed
from auditor.registry import check


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
    sources = ", ".join(found.sources)
    for backup in found.backups:
        if not backup.good:
            yield failed(backup.name, f"this backup is not good: {backup.problem}", source=backup.source)
    good = [backup for backup in found.backups if backup.good]
    if not good:
        if not found.gaps:
            yield failed(sources, "there is no good backup", backups=len(found.backups), sources=list(found.sources))
        return
    newest = max(good, key=lambda backup: backup.taken_at)
    age = (found.looked_at - newest.taken_at).total_seconds() / 3600
    limit = policy.max_age.total_seconds() / 3600
    judge = passed if age <= limit else failed
    yield judge(
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
