"""The newest backup was restored."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from auditor.facts.restore_drill import Drill, End, RestoreDrill
from auditor.model import ALL, Confidence, Finding, Level, Severity, failed, passed, unproven
from auditor.registry import check


@check(
    "BAK030",
    level=Level.RECOMMENDED,
    severity=Severity.HIGH,
    references=("CIS-Controls-8-11.5", "ISO27001-A.8.13", "NIST-SP-800-34"),
)
def restore_drill(found: RestoreDrill) -> Iterator[Finding]:
    """The newest backup was restored into a scratch server, without an error.

    ## Why it matters
    A backup that nobody has restored is a hope. Truncated dumps, dumps that row level security has emptied, and files
    that only look like dumps all pass for backups until they are needed.

    ## How to fix it
    Look at what the restore says, make a new backup as a role that may read everything (`pg_dump` as the owner or a
    superuser, without `--enable-row-security`), and drill again:

        audit run --drill --select backups
    """
    for drill in found.drills:
        yield _judge(drill)
    for source in found.empty:
        yield failed(source, "there is no backup to restore", confidence=Confidence.OBSERVED)
    if not found.drills and not found.gaps and not found.empty:
        yield unproven(ALL, "no backup was looked for", "name `dumps` in [env.*.backups]")


def _judge(drill: Drill) -> Finding:
    evidence = _evidence(drill)
    if drill.end is End.UNDONE:
        return unproven(drill.name, f"the drill could not be done: {drill.problem}", drill.hint, **evidence)
    if drill.end is End.FAILED:
        return failed(drill.name, f"it cannot be restored: {drill.problem}", confidence=Confidence.PROVEN, **evidence)
    if drill.trouble_count:
        what = "one of its statements" if drill.trouble_count == 1 else f"{drill.trouble_count} of its statements"
        return failed(
            drill.name,
            f"{what} failed when it was restored",
            confidence=Confidence.PROVEN,
            **evidence,
            failed_statements=[{"entry": one.entry, "error": one.message} for one in drill.troubles],
        )
    return passed(
        drill.name,
        f"restored in {drill.timing.recovery_s:.1f} s: {len(drill.rows)} tables, "
        f"{sum(table.restored for table in drill.rows)} rows",
        confidence=Confidence.PROVEN,
        **evidence,
    )


def _evidence(drill: Drill) -> dict[str, Any]:
    told = {
        "source": drill.source,
        "format": drill.format,
        "taken_at": drill.taken_at.isoformat() if drill.taken_at else "",
        "size_bytes": drill.size_bytes,
        "restored_with": drill.restored_with,
        "contained": list(drill.contained),
        "server_s": drill.timing.server_s,
        "restore_s": drill.timing.restore_s,
        "disk_bytes": drill.disk_bytes,
    }
    return {name: value for name, value in told.items() if value}
