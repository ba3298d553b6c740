"""The lines go somewhere, and the files that the server writes are rotated and private."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

from auditor.facts.audit_logs import LogSettings
from auditor.facts.log_rules import is_on
from auditor.facts.policy import AuditLogPolicy
from auditor.model import Evidence, Finding, Level, Severity, failed, not_applicable, passed, unproven
from auditor.registry import check

_LAPS = (
    ("Y", timedelta(days=36500)),
    ("y", timedelta(days=36500)),
    ("s", timedelta(days=36500)),
    ("F", timedelta(days=36500)),
    ("j", timedelta(days=365)),
    ("m", timedelta(days=365)),
    ("b", timedelta(days=365)),
    ("B", timedelta(days=365)),
    ("U", timedelta(days=365)),
    ("V", timedelta(days=365)),
    ("d", timedelta(days=28)),
    ("e", timedelta(days=28)),
    ("a", timedelta(days=7)),
    ("A", timedelta(days=7)),
    ("u", timedelta(days=7)),
    ("w", timedelta(days=7)),
    ("H", timedelta(days=1)),
    ("I", timedelta(hours=12)),
    ("M", timedelta(hours=1)),
    ("S", timedelta(minutes=1)),
)
"""Escapes of ``log_filename`` (strftime) and how long it takes until a name comes again, the longest first."""


@check(
    "LOG008",
    level=Level.RECOMMENDED,
    severity=Severity.LOW,
    references=("CWE-779", "CIS-PostgreSQL-17-3.1.2", "CIS-PostgreSQL-17-3.1.6"),
)
def log_destination_sound(settings: LogSettings, policy: AuditLogPolicy) -> Iterator[Finding]:
    """The database's lines go where they are kept: to stderr for a container or service, or to files that rotate.

    ## Why it matters
    `logging_collector = off` is right in a container: whoever runs it takes stderr. Files that the server writes itself
    must rotate before the disk is full, must not be overwritten too soon, and are nobody else's to read.

    ## How to fix it
        alter system set log_rotation_age = '1d';
        alter system set log_filename = 'postgresql-%Y-%m-%d_%H%M%S.log';
        alter system set log_truncate_on_rotation = off;
        alter system set log_file_mode = '0600';
    """
    words = {word.strip().lower() for word in settings.setting("log_destination").value.split(",")} - {""}
    if not words:
        yield not_applicable("no line goes anywhere", "log_destination")
        return
    collected = is_on(settings.setting("logging_collector").value)
    structured = sorted(words & {"csvlog", "jsonlog"})
    evidence: Evidence = {"log_destination": ", ".join(sorted(words)), "logging_collector": collected}
    if structured and not collected:
        yield failed(
            "log_destination",
            f"{' and '.join(structured)} needs logging_collector, which is off: lines go to stderr, as text",
            **evidence,
        )
    elif collected:
        yield passed("log_destination", "the server writes files of its own", **evidence)
    else:
        where = "syslog" if words == {"syslog"} else "stderr, which whoever runs the server takes"
        yield passed("log_destination", f"lines go to {where}", **evidence)
    if collected and words - {"syslog", "eventlog"}:
        yield _rotation(settings)
        yield _lap(settings, policy)
        yield _mode(settings)


def _rotation(settings: LogSettings) -> Finding:
    age, size = settings.setting("log_rotation_age").value, settings.setting("log_rotation_size").value
    evidence: Evidence = {"log_rotation_age_min": age, "log_rotation_size_kb": size}
    if age in ("", "0") and size in ("", "0"):
        return failed("rotation", "the file is never rotated: it grows until the disk is full", **evidence)
    return passed("rotation", "a new file is begun before one is too old or too large", **evidence)


def _lap(settings: LogSettings, policy: AuditLogPolicy) -> Finding:
    truncates, name = settings.setting("log_truncate_on_rotation"), settings.setting("log_filename")
    evidence: Evidence = {"log_filename": name.value, "retention_days": policy.retention.days}
    if not is_on(truncates.value):
        return passed("overwriting", "log_truncate_on_rotation is off: nothing is overwritten", **evidence)
    if settings.setting("log_rotation_age").value == "0":
        return passed("overwriting", "only rotation by age overwrites a file, and log_rotation_age is 0", **evidence)
    if name.hidden:
        return unproven("overwriting", name.hidden, "grant pg_read_all_settings to the audit's role")
    escapes = set(re.findall(r"%[-_0^#EO]*([A-Za-z])", name.value.replace("%%", "")))
    if not escapes:  # the server truncates a file of another name than the last one (logfile_rotate)
        return passed("overwriting", f"{name.value} is always the same file, which is appended to", **evidence)
    lap = next((length for escape, length in _LAPS if escape in escapes), timedelta(0))
    if lap >= policy.retention:
        return passed("overwriting", "a file is overwritten after the promised time at the earliest", **evidence)
    return failed(
        "overwriting",
        f"{name.value} is overwritten after {_shown(lap)}, and {_shown(policy.retention)} are promised",
        **evidence,
    )


def _shown(length: timedelta) -> str:
    hours = length.total_seconds() / 3600
    return f"{hours / 24:g} days" if hours >= 24 else f"{hours:g} hours"


def _mode(settings: LogSettings) -> Finding:
    mode = settings.setting("log_file_mode").value
    open_ = re.fullmatch(r"0?[0-7]{3}", mode) is not None and bool(int(mode, 8) & 0o007)
    if open_:
        return failed("log_file_mode", f"log_file_mode is {mode}: every user of the host reads the log", value=mode)
    return passed("log_file_mode", f"log_file_mode is {mode}", value=mode)
