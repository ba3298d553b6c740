"""Where backups are restored, there is a PostgreSQL that can do it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.facts.backup_verdicts import by_provider, is_dump, newest_by_source, no_backup
from auditor.facts.backups import Backup, Backups, RestoreTools, Status
from auditor.model import Evidence, Finding, Level, Severity, failed, not_applicable, passed, unproven
from auditor.registry import check

_ARCHIVE = re.compile(r"(?:custom|tar|directory) 1\.([0-9]+)")
_READ_BY = {12: 9, 13: 11, 14: 12, 15: 16, 16: 17}
"""Archive version to the first major version of PostgreSQL whose pg_restore reads it (pg_backup_archiver.h)."""
_HINT = 'name a command in `[env.*.backups] restore_command`, such as ["ssh", "standby", "pg_restore", "--version"]'


@check("BAK018", level=Level.RECOMMENDED, severity=Severity.MEDIUM, references=())
def restore_tools_fit(found: Backups, tools: RestoreTools) -> Iterator[Finding]:
    """The PostgreSQL where backups are restored is of the major version that they need.

    ## Why it matters
    pg_restore refuses archives of a newer pg_dump ("unsupported version (1.16) in file header"), and a physical backup
    starts with its own major version only. Nobody wants to look for packages on that day. Without a
    `restore_command`, the live server's version stands for a server like it.

    ## How to fix it
    Install the major version of {subject} on the machine where you would restore it.
    """
    newest = newest_by_source(found.usable())
    if not newest:
        yield no_backup()
        return
    for source, backup in newest.items():
        if by_provider(backup):
            yield not_applicable("its provider restores it", source)
        elif backup.status is Status.LISTED:
            yield unproven(source, "nobody has looked inside: which version it needs is unknown", "give its file")
        else:
            yield _judge(source, backup, found, tools)


def _judge(source: str, backup: Backup, found: Backups, tools: RestoreTools) -> Finding:
    major = tools.major or (found.live.major if found.live else None)
    told_by = tools.told_by if tools.major else "the live server"
    needed, exact = _needed(backup)
    if needed is None and exact and found.live:
        needed = found.live.major  # not known to be of another cluster than the live one
    evidence: Evidence = {
        "backup": backup.name,
        "format": backup.format,
        "needs": needed,
        "there_is": major,
        "told_by": told_by,
    }
    if major is None or needed is None:
        what = "which version it needs" if needed is None else "which PostgreSQL there is to restore it with"
        return unproven(source, f"{what} is not known", _HINT, **evidence)
    told = f"it needs PostgreSQL {needed}{'' if exact else ' or newer'}, and {told_by} has {major}"
    if major == needed or (major > needed and not exact):
        return passed(source, told, **evidence)
    if tools.major is None:
        return unproven(source, told, _HINT, **evidence)
    return failed(source, told, **evidence)


def _needed(backup: Backup) -> tuple[int | None, bool]:
    """The major version, and whether only that one will do."""
    server = _major(backup.server_version)
    if not is_dump(backup):
        return server, True
    found = _ARCHIVE.match(backup.format)
    tool = _READ_BY.get(int(found[1])) if found else None
    return max((one for one in (server, tool) if one), default=None), False


def _major(version: str) -> int | None:
    first = version.split(".", maxsplit=1)[0]
    return int(first) if first.isascii() and first.isdigit() and len(first) < 4 else None
