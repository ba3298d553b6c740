"""The database's log that the checklist names is this server's, and is written."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.audit_logs import LogSettings
from auditor.facts.log_files import LogFiles
from auditor.facts.policy import AuditLogPolicy
from auditor.model import Confidence, Evidence, Finding, Level, Severity, failed, passed, unproven
from auditor.registry import check

_OFF = ("off", "", "none", "false", "no", "0")


@check("LOG018", level=Level.RECOMMENDED, severity=Severity.MEDIUM, references=("CWE-778", "ASVS-5.0-16.2.1"))
def database_log_live(logs: LogFiles, settings: LogSettings, policy: AuditLogPolicy) -> Iterator[Finding]:
    """The database's log tells of the connection that the audit has just made.

    ## Why it matters
    Settings that log everything are worth nothing when the disk is full, the log driver drops lines, or the file that
    is looked at belongs to last year's server.

    ## How to fix it
    Name this server's log under `[env.*.logs]`: `database`, or `database_command`. Switch `log_connections` on.
    Supabase keeps its logs to itself, and where its log drains lead cannot be seen: there, `canary = true` and
    `supabase.access_token` have the audit look into Supabase's own log.
    """
    sources = logs.of("database")
    evidence: Evidence = {
        "sources": [
            {"source": one.name, "lines": one.lines, "newest": one.newest.isoformat() if one.newest else ""}
            for one in sources
        ],
        "log_connections": settings.setting("log_connections").value,
        "looked_at": logs.looked_at.isoformat(),
    }
    if not sources:
        where = " Supabase writes no file that the audit could read" if settings.provider == "Supabase" else ""
        hint = "add `database` or `database_command` to it; on Supabase set `policy.audit_logs.canary`"
        yield unproven("database", f"[env.*.logs] names no log of the database.{where}".rstrip("."), hint)
        return
    if logs.connection.found_in:
        said = "a connection that the audit has just made is in it"
        yield passed("database", said, confidence=Confidence.PROVEN, found_in=logs.connection.found_in, **evidence)
        return
    yield _without(logs, settings, policy, evidence)


def _without(logs: LogFiles, settings: LogSettings, policy: AuditLogPolicy, evidence: Evidence) -> Finding:
    sources = logs.of("database")
    problems = [source.problem for source in sources if source.problem]
    if len(problems) == len(sources):
        return unproven("database", problems[0], "correct [env.*.logs]", **evidence)
    newest = max((source.newest for source in sources if source.newest), default=None)
    if not logs.connection.done:
        return unproven("database", f"the audit made no connection: {logs.connection.why_not}", **evidence)
    if settings.setting("log_connections").value.lower() in _OFF:
        return failed("database", "it cannot tell of any connection: log_connections is off", **evidence)
    if newest and logs.looked_at - newest > policy.fresh:
        hours = (logs.looked_at - newest).total_seconds() / 3600
        return failed(
            "database", f"its newest line is {hours:.0f} hours old: the audit's connection is not in it", **evidence
        )
    return unproven(
        "database",
        "the audit's own connection is not in it: it is another server's log, late, or a pooler stands between",
        "name this server's log, and let `auditor_database` lead to the server itself",
        **evidence,
    )
