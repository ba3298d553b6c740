"""The write-ahead log is being archived, now."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.backup_verdicts import archived_to, backlog, is_failing, is_stalled, lasting, stamp
from auditor.facts.backups import Archiving, Backups
from auditor.model import Evidence, Finding, Level, Severity, failed, not_applicable, passed, unproven
from auditor.registry import check

_FAR_BEHIND = 1 << 30
"""Bytes of log that wait while the archiver is at work."""
_THROWN_AWAY = "the archive_command keeps nothing, as /bin/true does: the log is thrown away"
_SWITCH = "let it archive one: `select pg_switch_wal();`, and audit again"


@check("BAK008", level=Level.RECOMMENDED, severity=Severity.HIGH, references=("CIS-PostgreSQL-7.4",))
def archiving_works(archiving: Archiving, found: Backups) -> Iterator[Finding]:
    """The newest try to archive the write-ahead log succeeded, and nothing waits.

    ## Why it matters
    With `archive_mode = on` and a command in place everything looks right while every segment fails: what was written
    since cannot be restored, and the disk fills up. `failed_count` above 0 alone says nothing: the archiver tries
    again until it succeeds. An idle server archives nothing, which is fine. A command such as `/bin/true` always
    succeeds, and keeps nothing.

    ## How to fix it
    Read the server's log, run the command by hand for the segment that fails, and see that it gets through:

        select last_failed_wal, last_failed_time, last_archived_wal, last_archived_time from pg_stat_archiver;
        pgbackrest --stanza=app check
    """
    evidence = _evidence(archiving)
    subject = "pg_stat_archiver"
    if archiving.in_recovery:
        yield unproven(subject, "this server is a standby: its primary archives", "name the primary in `database`")
    elif archiving.mode == "off":
        yield _off(found, evidence)
    elif not archiving.command and not archiving.command_hidden:
        yield failed(subject, "archive_mode is on, and no command or library archives anything", **evidence)
    else:
        yield _judge(archiving, subject, evidence, archived_to(found, archiving))


def _off(found: Backups, evidence: Evidence) -> Finding:
    needing = sorted(
        {
            backup.source
            for backup in found.of_live()
            if backup.cluster and backup.source.split(" ")[0] in {"pgBackRest", "WAL-G"}
        }
    )
    if needing:
        return failed(
            needing[0], "archive_mode is off: its backups cannot be brought to a consistent state", **evidence
        )
    return not_applicable("archive_mode is off: no log is archived, and backups alone count", "pg_stat_archiver")


def _judge(archiving: Archiving, subject: str, evidence: Evidence, reached: str) -> Finding:
    waiting = backlog(archiving, reached) if archiving.waiting is None else archiving.waiting
    if is_failing(archiving):
        since = (
            f"the last that succeeded was {lasting(archiving.asked_at - archiving.last_time)} ago"
            if archiving.last_time
            else "none has succeeded"
        )
        return failed(subject, f"archiving {archiving.last_failed_wal} failed; {since}", **evidence)
    if archiving.discards:
        return failed(
            subject, "the archive_command keeps nothing, as /bin/true does: the log is thrown away", **evidence
        )
    if is_stalled(archiving, reached):
        return failed(subject, f"{waiting} segments wait, and the archiver does nothing about it", **evidence)
    if archiving.last_time is None:
        return unproven(subject, "nothing has been archived since the statistics began", _SWITCH, **evidence)
    if waiting is None:
        return unproven(
            subject,
            "what has been archived last cannot be compared with what is written now",
            "grant pg_monitor to the audit's role, to count what waits",
            **evidence,
        )
    if waiting * archiving.segment_bytes >= _FAR_BEHIND:
        return failed(subject, f"the archiver falls behind: {waiting} segments wait", **evidence)
    recovered = f"; the {archiving.failed} failures before are made good" if archiving.failed else ""
    return passed(
        subject,
        f"{archiving.last_wal} was archived {lasting(archiving.asked_at - archiving.last_time)} ago, "
        f"{'nothing waits' if not waiting else f'{waiting} segments are on their way'}{recovered}",
        **evidence,
    )


def _evidence(archiving: Archiving) -> Evidence:
    return {
        "archive_mode": archiving.mode,
        "last_archived_wal": archiving.last_wal,
        "last_archived_at": stamp(archiving.last_time),
        "last_failed_wal": archiving.last_failed_wal,
        "last_failed_at": stamp(archiving.last_failed_time),
        "failed_count": archiving.failed,
        "current_wal": archiving.current_wal,
        "waiting": archiving.waiting,
        "behind": backlog(archiving),
        "asked_at": stamp(archiving.asked_at),
    }
