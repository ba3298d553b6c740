"""Every moment can be restored as far back as promised."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from auditor.facts.backup_verdicts import hours, lasting, stamp
from auditor.facts.backups import Backups, Kind, Source
from auditor.facts.policy import BackupPolicy
from auditor.model import Finding, Level, Severity, failed, not_applicable, passed
from auditor.registry import check


@check("BAK012", level=Level.RECOMMENDED, severity=Severity.MEDIUM, references=("ISO27001-A.8.13",))
def pitr_window_kept(found: Backups, policy: BackupPolicy) -> Iterator[Finding]:
    """Point-in-time recovery reaches back as far as the policy's pitr_window.

    ## Why it matters
    To undo a wrong statement takes the state of a second before it. That takes a full backup from before, and every
    segment of the write-ahead log since.

    ## How to fix it
    Archive the log with pgBackRest, barman or WAL-G and keep it as long as the full backups; on Supabase and RDS, buy
    or set a longer window.
    """
    windows = [(start, source) for source in found.sources if (start := _start(source, found))]
    reached = {source.name: stamp(start) for start, source in windows}
    promised = policy.pitr_window
    if promised is None:
        told = f"; {', '.join(sorted(reached))} can restore any moment since the oldest full backup" if reached else ""
        yield not_applicable(f"the checklist promises no window of point-in-time recovery{told}", windows=reached)
        return
    if not windows:
        yield failed(
            "point-in-time recovery",
            f"{lasting(promised)} are promised, and no source here archives the log",
            pitr_window_h=hours(promised),
            sources=[source.name for source in found.sources],
        )
        return
    start, source = min(windows, key=lambda window: window[0])
    reach = found.looked_at - start
    made = found.live.made_at if found.live else None
    young = made is not None and start - made <= policy.max_age and found.looked_at - made < promised
    judge = passed if reach >= promised or young else failed
    yield judge(
        source.name,
        f"any moment of the last {lasting(reach)} can be restored"
        + ("" if judge is passed else f", and {lasting(promised)} are promised"),
        window_start=stamp(start),
        window_end=stamp(source.window_end),
        reach_h=hours(reach),
        pitr_window_h=hours(promised),
    )


def _start(source: Source, found: Backups) -> datetime | None:
    """Since when any moment can be restored: what the source says, else the end of its oldest full backup."""
    if not source.archives_wal:
        return None
    if source.window_start:
        return source.window_start
    ends = [b.stop for b in found.usable() if b.source == source.name and b.kind is Kind.FULL and b.stop]
    return min(ends, default=None)
