"""There is a good backup, and it is recent."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.backup_verdicts import ahead, hours, minutes, stamp, undated
from auditor.facts.backups import Backup, Backups, Status
from auditor.facts.policy import BackupPolicy
from auditor.model import Confidence, Evidence, Finding, Level, Severity, failed, passed, unproven
from auditor.registry import check

_MANY_SERVERS = ("barman", "RDS")
"""Whose reports tell of several servers, and not which cluster each is."""


@check(
    "BAK001",
    level=Level.MANDATORY,
    severity=Severity.HIGH,
    references=("CIS-Controls-8-11.2", "ISO27001-A.8.13"),
)
def recent_backup(found: Backups, policy: BackupPolicy) -> Iterator[Finding]:
    """The newest good backup of this database is younger than the policy's max_age.

    ## Why it matters
    Everything written after the newest backup that can be restored is lost with the server. A backup of another
    database or cluster, a damaged one, one that holds no rows and one that is still being made do not count.

    ## How to fix it
    Schedule a backup, look at why the last ones did not run, and keep `[policy.backups] max_age` at what you can
    afford to lose:

        pg_dump --format=custom --file=backups/app-$(date -u +%F).dump "$DATABASE_URL"
    """
    for backup in ahead(found):
        yield unproven(
            backup.name,
            f"this backup is dated in the future, {minutes(backup.stop or found.looked_at)}: nobody can tell its age",
            "set the clocks, or the time of the file",
            source=backup.source,
            taken_at=stamp(backup.stop),
        )
    groups = _groups(found, policy)
    for newest in groups:
        yield _judge(newest, found, policy)
    if not groups:
        yield from _nothing(found)


def _groups(found: Backups, policy: BackupPolicy) -> list[Backup]:
    """The newest backup; of each database or server, when nobody can tell which of several is the live one."""
    usable = found.usable()
    names = {backup.database for backup in usable}
    if not found.live and len(names - {""}) > 1:
        return [next(backup for backup in usable if backup.database == name) for name in sorted(names)]
    servers = {backup.source for backup in usable if backup.source.split(" ")[0] in _MANY_SERVERS}
    known = [backup for backup in usable if len(servers) < 2 or backup.source not in servers]
    if len(servers) < 2 or any(found.looked_at - backup.stop <= policy.max_age for backup in known if backup.stop):
        return known[:1]
    return [next(backup for backup in usable if backup.source == server) for server in sorted(servers)] or known[:1]


def _judge(newest: Backup, found: Backups, policy: BackupPolicy) -> Finding:
    age = found.looked_at - (newest.stop or found.looked_at)
    fresh = age <= policy.max_age
    limit = hours(policy.max_age)
    evidence: Evidence = {
        "age_h": hours(age),
        "max_age_h": limit,
        "size_bytes": newest.size_bytes,
        "kind": newest.kind.value,
        "format": newest.format,
        "source": newest.source,
        "started_at": stamp(newest.start),
        "taken_at": stamp(newest.stop),
        "backups": len(found.backups),
    }
    unread = [backup.name for backup in undated(found) if not backup.stop or backup.stop > (newest.stop or backup.stop)]
    if not fresh and unread:
        return unproven(
            newest.name,
            f"the newest good backup is {hours(age):.1f} h old, beyond {limit:g} h; newer ones could not be looked at",
            "let the audit read them",
            unread=sorted(unread)[:20],
            **evidence,
        )
    kind = "backup in the listing" if newest.status is Status.LISTED else "good backup"
    of = f" of {newest.database}" if newest.database and not found.live else ""
    return (passed if fresh else failed)(
        newest.name,
        f"the newest {kind}{of} is {hours(age):.1f} h old, {'within' if fresh else 'beyond'} {limit:g} h",
        confidence=Confidence.INFERRED if newest.status is Status.LISTED else Confidence.OBSERVED,
        **evidence,
    )


def _nothing(found: Backups) -> Iterator[Finding]:
    unread = undated(found)
    for backup in unread:
        yield unproven(backup.name, f"nobody can tell whether this backup is good: {backup.problem}", backup.hint)
    if found.gaps or unread or ahead(found):
        return
    names = sorted({source.name for source in found.sources})
    others = len(found.backups) - len(found.of_live())
    yield failed(
        ", ".join(names),
        "there is no good backup" + (" of this database" if others else ""),
        backups=len(found.backups),
        of_others=others,
        sources=names,
        not_good=[
            {"name": backup.name, "status": backup.status.value, "problem": backup.problem}
            for backup in found.of_live()[:10]
        ],
    )
