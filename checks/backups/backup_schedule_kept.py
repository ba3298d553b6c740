"""Backups come as regularly as promised."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise

from auditor.facts.backup_verdicts import hours, lasting, minutes, no_backup, stamp
from auditor.facts.backups import Backups
from auditor.facts.policy import BackupPolicy
from auditor.model import Evidence, Finding, Level, Severity, failed, not_applicable, passed, unproven
from auditor.registry import check

_LATE = 1.5
"""Times max_age that may lie between two backups: jobs begin late, and take longer."""


@check("BAK015", level=Level.RECOMMENDED, severity=Severity.MEDIUM, references=("CIS-Controls-8-11.2",))
def backup_schedule_kept(found: Backups, policy: BackupPolicy) -> Iterator[Finding]:
    """The history of backups shows a schedule: none is missing within the policy's retention.

    ## Why it matters
    One recent backup may have been made by hand, for this audit. A schedule shows in what it has left behind: backups
    at most max_age apart.

    ## How to fix it
    Run it from a timer, with an alarm for the day on which it does not succeed:

        0 3 * * *  backup  /usr/local/bin/backup && curl -fsS https://hc-ping.com/YOUR-CHECK
    """
    usable = found.usable()
    moments = sorted(backup.stop for backup in usable if backup.stop)
    if not moments:
        yield no_backup()
        return
    windows = [source.name for source in found.sources if source.window_end]
    made = found.live.made_at if found.live else None
    if windows:
        yield passed(windows[0], "it keeps any moment, not single backups", window=windows)
    elif made and found.looked_at - made < 2 * policy.max_age:
        yield not_applicable(
            f"the cluster is {lasting(found.looked_at - made)} old: too young for a history", made_at=stamp(made)
        )
    else:
        yield _judge(moments, found, policy)


def _judge(moments: list[datetime], found: Backups, policy: BackupPolicy) -> Finding:
    recent = [moment for moment in moments if found.looked_at - moment <= policy.retention + policy.max_age]
    limit = policy.max_age * _LATE
    gaps = [(later - earlier, earlier, later) for earlier, later in pairwise(recent)]
    late = [gap for gap in gaps if gap[0] > limit]
    subject = "backup history"
    span = recent[-1] - recent[0] if recent else timedelta(0)
    evidence: Evidence = {
        "backups": len(recent),
        "span_h": hours(span),
        "max_gap_h": hours(max(gaps)[0]) if gaps else 0.0,
    }
    if late:
        _, earlier, later = max(late)
        return failed(
            subject,
            f"between {minutes(earlier)} and {minutes(later)} there is no backup",
            gaps=[{"from": stamp(one), "to": stamp(other), "hours": hours(gap)} for gap, one, other in late[:20]],
            **evidence,
        )
    if span < limit:
        return unproven(
            subject,
            f"{len(recent)} of them within {lasting(span)}: too little to see a schedule",
            "keep several backups, or let the audit see the older ones",
            **evidence,
        )
    return passed(subject, f"{len(recent)} backups, at most {lasting(max(gaps)[0])} apart", **evidence)
