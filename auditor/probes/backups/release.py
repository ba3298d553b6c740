"""When the release that is about to go out was ready, and what backups would be restored with."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from auditor.checklist.model import Environment
from auditor.errors import Unavailable
from auditor.facts.backups import Release, RestoreTools
from auditor.facts.policy import BackupPolicy
from auditor.probes.backups.reports import output
from auditor.probes.git import ask
from auditor.probes.net.threads import in_daemon_thread
from auditor.probes.surfaces import repository
from auditor.registry import probe

_COMMITTED = ("log", "-1", "--format=%H %ct", "HEAD")
_VERSION = re.compile(rb"\(PostgreSQL\)\s+([0-9]{1,2})|^\s*([0-9]{1,2})(?:\.[0-9]+)*\s*$", re.MULTILINE)


@probe(deadline=20.0)
async def release(environment: Environment, policy: BackupPolicy) -> Release:
    """The time that the checklist names, or that of the newest commit of the repository."""
    wanted = policy.before_release
    if not wanted:
        return Release(None)
    if isinstance(wanted, datetime):
        return Release(wanted, "`before_release`")
    answer = await in_daemon_thread(ask, repository(environment), *_COMMITTED)
    commit, _, seconds = answer.decode("ascii", "replace").strip().partition(" ")
    if not seconds.isdigit():
        raise Unavailable("git does not say when the newest commit was made")
    return Release(datetime.fromtimestamp(int(seconds), UTC), f"commit {commit[:12]}")


@probe(deadline=40.0)
async def restore_tools(environment: Environment) -> RestoreTools:
    """The version of PostgreSQL that ``restore_command`` prints."""
    command = environment.backups.restore_command if environment.backups else ()
    if not command:
        return RestoreTools(None)
    text = await output(command)
    found = _VERSION.search(text[:4096])
    if not found:
        raise Unavailable(
            f"{command[0]} prints no version of PostgreSQL", "let `restore_command` run `pg_restore --version`"
        )
    return RestoreTools(int(found[1] or found[2]), command[0])
