"""The application cannot switch off what is logged of it."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.audit_logs import LogControl
from auditor.model import Evidence, Finding, Level, Severity, failed, passed, unproven
from auditor.registry import check


@check("LOG011", level=Level.RECOMMENDED, severity=Severity.HIGH, references=("CWE-250", "CWE-778", "ASVS-5.0-16.4.2"))
def log_not_switched_off(control: LogControl) -> Iterator[Finding]:
    """The application's role can neither switch its log off nor reach the files that it is in.

    ## Why it matters
    `set pgaudit.log = none` is one statement. A superuser may send it, and so may whoever was granted SET on the
    setting; members of pg_write_server_files and pg_execute_server_program reach the configuration and the log itself.

    ## How to fix it
    Let the application log in as a role of its own that owns nothing and is in no group:

        alter role app nosuperuser nocreaterole;
        revoke set, alter system on parameter pgaudit.log from app;
        revoke pg_write_server_files, pg_execute_server_program from app;

    On Supabase that means another role than `postgres`.
    """
    evidence: Evidence = {"role": control.role, "server_version_num": control.version}
    for way in control.ways:
        yield failed(control.role, f"it {way}", aspect=way, **evidence)
    if control.unknown:
        yield unproven(
            control.role, control.unknown, "let the application log in as a role of its own", aspect="unknown"
        )
    elif not control.ways:
        yield passed(control.role, "it may change no setting of the log, and reaches no file of the server", **evidence)
