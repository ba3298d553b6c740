"""Dump files are whole."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.backup_verdicts import is_dump, no_backup, stamp
from auditor.facts.backups import Backup, Backups, Status
from auditor.model import Confidence, Evidence, Finding, Level, Severity, failed, not_applicable, passed, unproven
from auditor.registry import check

_DRILL = "restore it: `audit run --drill`, or `pg_restore --file=/dev/null FILE`"


@check("BAK004", level=Level.RECOMMENDED, severity=Severity.HIGH, references=("ISO27001-A.8.13",))
def dumps_complete(found: Backups) -> Iterator[Finding]:
    """No dump is cut off or damaged, and the newest one has been read to its end.

    ## Why it matters
    A disk that is full or a connection that breaks leaves a file that looks like a backup: `pg_restore --list` exits
    with 0 on half a dump. The audit follows the table of contents to the data of every table, decompresses all of the
    newest dump, and looks for the line that pg_dump writes last in SQL.

    ## How to fix it
    Let the job fail loudly, and move the file into its place only when it is done:

        set -euo pipefail
        pg_dump --format=custom --file=app.part "$DATABASE_URL" && mv app.part backups/app-$(date -u +%F).dump
    """
    dumps = [backup for backup in found.of_live() if is_dump(backup)]
    if not dumps:
        yield not_applicable("there are no dump files here")
        return
    newest = next((backup for backup in found.usable() if is_dump(backup)), None)
    for backup in dumps:
        if backup.status is Status.DAMAGED:
            yield failed(backup.name, f"this dump is not good: {backup.problem}", **_evidence(backup))
        elif backup.status is Status.PARTIAL and newest is None:
            yield failed(backup.name, f"this dump is no backup: {backup.problem}", **_evidence(backup))
        elif backup.status is Status.UNREAD:
            yield unproven(backup.name, backup.problem, backup.hint, **_evidence(backup))
    running = [backup for backup in dumps if backup.status is Status.RUNNING]
    if newest:
        yield _newest(newest)
    elif running:
        yield unproven(running[0].name, "the only dump is being written now", "audit again when it is done")
    elif not any(backup.status in {Status.DAMAGED, Status.PARTIAL, Status.UNREAD} for backup in dumps):
        yield no_backup()


def _newest(backup: Backup) -> Finding:
    if backup.in_full:
        tables = [] if backup.tables is None else [table.rows for table in backup.tables if table.has_data]
        return passed(
            backup.name,
            "it was read to its end and is whole",
            confidence=Confidence.PROVEN,
            tables=len(tables),
            rows=sum(rows or 0 for rows in tables),
            **_evidence(backup),
        )
    if backup.status is Status.LISTED:
        inside = "it is encrypted" if backup.encrypted else "only its name and size are known"
        return unproven(backup.name, f"nobody has looked inside: {inside}", _DRILL, **_evidence(backup))
    return unproven(
        backup.name,
        "its ends are as they should be; all of it could not be read in time, or not be decompressed",
        _DRILL,
        **_evidence(backup),
    )


def _evidence(backup: Backup) -> Evidence:
    return {
        "source": backup.source,
        "format": backup.format,
        "size_bytes": backup.size_bytes,
        "taken_at": stamp(backup.stop),
    }
