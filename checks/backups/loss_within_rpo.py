"""What would be lost now is within what may be lost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from auditor.facts.backup_verdicts import archived_to, backlog, is_failing, is_stalled, lasting, stamp
from auditor.facts.backups import Archiving, Backup, Backups, Kind
from auditor.facts.policy import BackupPolicy
from auditor.model import Finding, Level, Severity, failed, passed
from auditor.registry import check

_NOTHING = 1024
"""Bytes at the beginning of a segment: its header, and the records of a checkpoint."""


@dataclass(frozen=True, slots=True)
class _Loss:
    """What would be lost if the server died now."""

    length: timedelta
    source: str
    told_by: str


@check("BAK017", level=Level.RECOMMENDED, severity=Severity.HIGH, references=("ISO22301-8.2.2",))
def loss_within_rpo(found: Backups, archiving: Archiving, policy: BackupPolicy) -> Iterator[Finding]:
    """The time that would be lost with the server now is within the policy's rpo, or its max_age.

    ## Why it matters
    The recovery point objective is a promise; this is its measure, from what can be restored now: the newest segment
    that was archived after a good physical backup of this cluster, else the newest backup.

    ## How to fix it
    Archive the log, with `archive_timeout = 60` so that segments that are not full go too; or back up more often.
    """
    losses = sorted(_losses(found, archiving), key=lambda loss: loss.length)
    limit = policy.rpo or policy.max_age
    if not losses:
        if not found.gaps:
            yield failed("everything", "nothing could be restored: all would be lost", rpo_s=limit.total_seconds())
        return
    best = losses[0]
    fits = best.length <= limit
    yield (passed if fits else failed)(
        best.source,
        f"at most {lasting(best.length)} would be lost ({best.told_by}), "
        f"{'within' if fits else 'beyond'} {lasting(limit)}",
        loss_s=round(best.length.total_seconds()),
        rpo_s=round(limit.total_seconds()),
        told_by=best.told_by,
        asked_at=stamp(archiving.asked_at),
        sources=[
            {"source": loss.source, "loss_s": round(loss.length.total_seconds()), "told_by": loss.told_by}
            for loss in losses[:10]
        ],
    )


def _losses(found: Backups, archiving: Archiving) -> Iterator[_Loss]:
    reached = archived_to(found, archiving)
    for source in found.sources:
        mine = [backup for backup in found.usable() if backup.source == source.name]
        if not mine:
            continue
        begun = mine[0].start or mine[0].stop
        if begun:
            yield _Loss(found.looked_at - begun, source.name, f"backup {mine[0].name}")
        if source.window_end:
            yield _Loss(found.looked_at - source.window_end, source.name, "the newest moment that it can restore")
        elif source.archives_wal and (loss := _archived(mine, archiving, reached)):
            yield _Loss(loss[0], source.name, loss[1])


def _archived(backups: list[Backup], archiving: Archiving, reached: str) -> tuple[timedelta, str] | None:
    """What is not archived yet; None when archiving tells nothing about these backups."""
    full = any(backup.kind is Kind.FULL for backup in backups)
    same = not archiving.cluster or any(backup.cluster == archiving.cluster for backup in backups)
    last = archiving.last_time
    if not full or not same or archiving.mode == "off" or archiving.discards or archiving.in_recovery or last is None:
        return None
    length = archiving.asked_at - last
    if is_failing(archiving) or is_stalled(archiving, reached):
        return length, f"{archiving.last_wal} was archived last, and archiving does not work"
    behind = backlog(archiving, reached) if archiving.waiting is None else archiving.waiting
    if behind == 0 and archiving.current_offset <= _NOTHING:
        return timedelta(0), f"nothing was written since {archiving.last_wal} was archived"
    if behind == 0 and 0 < archiving.timeout_s < length.total_seconds():
        return timedelta(seconds=archiving.timeout_s), "archive_timeout"
    return length, f"{archiving.last_wal} was archived last"
