"""Drills, and how they are judged."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from auditor.facts.policy import BackupPolicy
from auditor.facts.restore_drill import Drill, End, RestoreDrill, TableRows, Timing
from checks.backups.data_age import data_age
from checks.backups.nothing_skipped import nothing_skipped
from checks.backups.restore_drill import restore_drill
from checks.backups.restore_time import restore_time
from checks.backups.restored_identity import restored_identity
from checks.backups.restored_rows import restored_rows
from checks.backups.restored_schema import restored_schema

NOW = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)
GOOD = Drill(
    "dump", "app.dump", End.RESTORED, taken_at=NOW, size_bytes=9, format="custom 1.14", database="app",
    restored_with="PostgreSQL 15.18 in /bin", contained=("no network",), timing=Timing(1.0, 2.0, 0.5),
    compared=True, live_database="app", live_cluster="7", live_version="15.18", objects=28,
    rows=(TableRows("public.orders", 200, 200, column="created_at", newest_restored=NOW, newest_live=NOW),),
)  # fmt: skip
CUT = Drill("dump", "app.dump", End.FAILED, "it is cut off")
UNDONE = Drill("dump", "app.dump", End.UNDONE, "the disk of /tmp is full", "free some")
ALONE = replace(GOOD, compared=False, uncompared="no answer", uncompared_hint="check it", live_database="")
CHECKS = (restore_drill, restored_schema, restored_rows, nothing_skipped, restore_time, restored_identity, data_age)


def judge(check, *drills, gaps=(), empty=(), **policy):
    found = RestoreDrill(drills, NOW, gaps, empty)
    wants = "policy" in check.__code__.co_varnames[: check.__code__.co_argcount]
    return list(check(found, BackupPolicy(**policy)) if wants else check(found))


def outcomes(check, *drills, **policy):
    return [(finding.outcome, finding.message) for finding in judge(check, *drills, **policy)]
