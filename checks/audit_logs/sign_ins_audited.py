"""Supabase Auth keeps its audit log in the database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from auditor.facts.audit_logs import AuthAudit
from auditor.model import Evidence, Finding, Level, Severity, failed, not_applicable, passed, unproven
from auditor.registry import check

_APART = timedelta(minutes=5)
_RECENT = timedelta(days=7)
_LOOK = "look under Authentication, Audit Logs in the dashboard, and at how long the plan keeps them"


@check("LOG012", level=Level.RECOMMENDED, severity=Severity.LOW, references=("CWE-778", "ASVS-5.0-16.3.1"))
def sign_ins_audited(auth: AuthAudit) -> Iterator[Finding]:
    """Supabase Auth writes sign-ins into auth.audit_log_entries.

    ## Why it matters
    Supabase keeps Auth's audit log in two places: in this table, and in its own store for as long as the plan says.
    With the table switched off, the rest is gone after days, and cannot be joined with the application's data.

    ## How to fix it
    In the dashboard under Authentication, Audit Logs, let audit logs be written to the database; when self-hosted,
    `GOTRUE_AUDIT_LOG_DISABLE_POSTGRES=false`. So that the audit can see it:

        grant usage on schema auth to auditor;
        grant select on auth.audit_log_entries, auth.users to auditor;
        alter role auditor bypassrls;
    """
    table = "auth.audit_log_entries"
    evidence: Evidence = {
        "newest_entry": _shown(auth.entry),
        "newest_sign_in": _shown(auth.sign_in),
        "disabled": auth.disabled,
        "looked_at": auth.looked_at.isoformat(),
    }
    if not auth.present:
        yield not_applicable("the database has no Supabase Auth", table)
    elif auth.unreadable:
        yield unproven(table, auth.unreadable, "grant select on both tables, and bypassrls, to the audit's role")
    elif auth.sign_in is None:
        yield not_applicable("nobody has signed in so far", table, **evidence)
    elif auth.entry and auth.entry >= auth.sign_in - _APART:
        yield passed(table, "the newest sign-in is in it", **evidence)
    elif auth.disabled is False and auth.looked_at - auth.sign_in < _RECENT:
        yield failed(table, "the newest sign-in is not in it, though it is not switched off", **evidence)
    elif auth.disabled:
        yield unproven(table, "it is switched off: only Supabase's own store has the audit log", _LOOK, **evidence)
    else:
        yield unproven(
            table, "the newest sign-in is not in it: it is switched off, or older rows were deleted", _LOOK, **evidence
        )


def _shown(moment: object) -> str:
    return moment.isoformat() if hasattr(moment, "isoformat") else ""
