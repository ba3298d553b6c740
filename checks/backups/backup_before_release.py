"""There is a backup to go back to when the release goes wrong."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from auditor.facts.backup_verdicts import is_dump, minutes, stamp
from auditor.facts.backups import SKEW, Backup, Backups, Release
from auditor.model import Evidence, Finding, Level, Severity, failed, not_applicable, passed, unproven
from auditor.registry import check

_ANY_ZONE = timedelta(hours=26)
"""Between the first and the last place on earth to have a day."""


@check("BAK016", level=Level.RECOMMENDED, severity=Severity.HIGH, references=())
def backup_before_release(found: Backups, release: Release) -> Iterator[Finding]:
    """A backup was begun after the release was ready, right before it goes out.

    ## Why it matters
    A migration that goes wrong is undone by restoring the state from before it. With last night's backup, the day's
    orders are undone too. The release is ready when its newest commit is made, or at the time that
    `[policy.backups] before_release` names; what counts is when the backup began, because that is the state it holds.

    ## How to fix it
    Make it the first step of the deployment, and audit after it:

        pg_dump --format=custom --file=backups/before-$(git rev-parse --short HEAD).dump "$DATABASE_URL"
    """
    ready = release.ready_at
    if ready is None:
        yield not_applicable("`[policy.backups] before_release` asks for none")
        return
    usable = found.usable()
    since = f"since {release.told_by}, {minutes(ready)}"
    evidence: Evidence = {"ready_at": stamp(ready), "told_by": release.told_by}
    if ready - found.looked_at > SKEW:
        yield unproven(release.told_by, f"it is in the future: {minutes(ready)}", "set the clocks", **evidence)
        return
    begun = [backup for backup in usable if backup.start and backup.start >= ready]
    if begun:
        newest = begun[0]
        yield passed(newest.name, f"it was begun {since}", started_at=stamp(newest.start), **evidence)
        return
    perhaps = [backup for backup in usable if _may_be_later(backup, release)]
    if perhaps:
        yield unproven(
            perhaps[0].name,
            f"nobody can tell whether it was begun {since}: its file was copied, or does not say",
            "keep the time of the file when it is copied (`cp -p`), or use pg_dump --format=custom",
            taken_at=stamp(perhaps[0].stop),
            **evidence,
        )
        return
    newest_name = usable[0].name if usable else release.told_by
    yield failed(
        newest_name,
        f"no backup was begun {since}",
        newest_started_at=stamp(usable[0].start) if usable else "",
        newest_at=stamp(usable[0].stop) if usable else "",
        **evidence,
    )


def _may_be_later(backup: Backup, release: Release) -> bool:
    """It ended later, and when it began is not known.

    Without a time inside, a file's own time is when it was complete; a dump of minutes began about then.
    """
    if backup.start or not backup.stop or not release.ready_at:
        return False
    return backup.stop >= release.ready_at and (not is_dump(backup) or backup.stop - release.ready_at < _ANY_ZONE)
