"""A marked statement of the application lands in the log."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.audit_logs import LogSettings, RoleLogging
from auditor.facts.log_files import Canary
from auditor.facts.log_rules import CHANGES, WRITES, milliseconds, pgaudit_classes, recorded_by
from auditor.model import Confidence, Evidence, Finding, Level, Severity, failed, not_applicable, passed, unproven
from auditor.registry import check

_READS = (frozenset({"read"}), frozenset({"all"}))


@check("LOG017", level=Level.RECOMMENDED, severity=Severity.MEDIUM, references=("CWE-778", "ASVS-5.0-16.2.1"))
def canary_logged(canary: Canary, settings: LogSettings) -> Iterator[Finding]:
    """A marked statement that the application's role sends turns up in the database's log.

    ## Why it matters
    Settings say what should be logged. Between them and the line that somebody reads stand a role's own settings, a
    pooler, a log driver, a disk that is full: only a line that arrived proves that all of it works.

    ## How to fix it
    See LOG002, LOG004 and LOG018 for what is missing. To have it looked for, set `canary = true` under
    `[policy.audit_logs]`: the audit logs in as the application, sends a SELECT with a mark and prepares, without ever
    executing it, a DELETE with one, in a transaction that is read-only and rolled back. Where only `ddl` is logged,
    nothing that such a transaction may send is: then try it by hand, with `comment on table ... is null`.
    """
    if not canary.asked_for:
        yield not_applicable("[policy.audit_logs] canary is not set", "canary")
        return
    role = settings.own
    evidence: Evidence = {
        "role": canary.role,
        "sent_at": canary.sent_at.isoformat() if canary.sent_at else "",
        "waited_s": canary.waited_s,
        "looked_in": list(canary.looked_in),
        "select_found_in": canary.read_in,
        "prepared_delete_found_in": canary.write_in,
        "log_statement": role.setting("log_statement").value,
        "pgaudit_log": role.setting("pgaudit.log").value,
    }
    yield _judged(canary, settings, role, evidence)


def _judged(canary: Canary, settings: LogSettings, role: RoleLogging, evidence: Evidence) -> Finding:
    subject = settings.role
    if canary.role != settings.role:
        return unproven(
            subject,
            f"whoever logs in as {settings.role} is {canary.role} to the server: a pooler stands between",
            "let `database` lead to the server itself, or name the role of the pooler's own connections",
            **evidence,
        )
    expected = {
        "the marked SELECT": (bool(recorded_by(role, *_READS)), bool(canary.read_in)),
        "the marked DELETE": (bool(recorded_by(role, *WRITES)) and not canary.refused, bool(canary.write_in)),
    }
    lost = [name for name, (wanted, found) in expected.items() if wanted and not found]
    found = [name for name, (_, there) in expected.items() if there]
    if lost and canary.alive:
        said = f"{' and '.join(lost)} did not get into the log within {canary.waited_s:g} s, and should be logged"
        return failed(subject, said, confidence=Confidence.PROVEN, **evidence)
    if found and not lost:
        return passed(subject, f"{' and '.join(found)} got into the log", confidence=Confidence.PROVEN, **evidence)
    if lost:
        return unproven(
            subject,
            f"nothing of the audit's own session got into what was looked in within {canary.waited_s:g} s: it may be "
            "another server's log, or late",
            "name this server's log in [env.*.logs], or raise `policy.audit_logs.canary_within`",
            **evidence,
        )
    if canary.refused and recorded_by(role, *WRITES):
        return unproven(subject, canary.refused, "let `database` lead to the primary", **evidence)
    if _partly(role):
        return unproven(
            subject,
            "what is logged of this role no read-only transaction may send",
            "log `write` too, or try it by hand: begin; comment on table ... is null; rollback;",
            **evidence,
        )
    if not canary.alive:
        return unproven(subject, "nothing is logged of this role, and the log may be another server's", **evidence)
    return failed(subject, "nothing that this role sends gets into the log", confidence=Confidence.PROVEN, **evidence)


def _partly(role: RoleLogging) -> bool:
    """Whether something is logged of the role that the marked statements are not."""
    classes = pgaudit_classes(role.setting("pgaudit.log").value) or set()
    duration = milliseconds(role.setting("log_min_duration_statement").value)
    return bool(recorded_by(role, *CHANGES) or classes or role.setting("pgaudit.role").value or (duration or -1) > 0)
