from __future__ import annotations

from dataclasses import replace

from auditor.facts.backups import Kind, Source
from auditor.facts.policy import BackupPolicy
from auditor.model import Gap
from checks.backups.loss_within_rpo import loss_within_rpo
from tests.checks.backups.making import (
    ARCHIVING,
    CUT,
    DAY,
    DUMP,
    DUMPS,
    ELSEWHERE,
    FULL,
    HOUR,
    MINUTE,
    NOW,
    REPO,
    WAL,
    ages,
    found,
    said,
)


def judge(*backups, rpo=None, archiving=ARCHIVING, **more):
    return said(loss_within_rpo(found(*backups, **more), archiving, BackupPolicy(rpo=rpo)))


def measured(*backups, archiving=ARCHIVING, **more):
    [one] = loss_within_rpo(found(*backups, **more), archiving, BackupPolicy())
    return one.evidence["loss_s"], one.evidence["told_by"]


def test_dumps_alone():
    """From when it was begun: what came later is not in it."""
    assert judge(DUMP) == [("pass", DUMPS, "at most 3.0 h would be lost (backup app.dump), within 24.0 h")]
    assert judge(DUMP, rpo=HOUR)[0][::2] == (
        "fail",
        "at most 3.0 h would be lost (backup app.dump), beyond 1.0 h",
    )
    assert [one for one, *_ in judge(*ages(DUMP, 2 * DAY))] == ["fail"]


def test_the_log():
    assert measured(FULL, DUMP) == (600, f"{WAL}07 was archived last")


def test_an_idle_server():
    idle = replace(ARCHIVING, last_time=NOW - 5 * DAY, current_offset=200)
    assert measured(*ages(FULL, 5 * DAY), archiving=idle) == (0, f"nothing was written since {WAL}07 was archived")


def test_archive_timeout():
    idle = replace(ARCHIVING, last_time=NOW - 5 * HOUR, timeout_s=60)
    assert measured(FULL, archiving=idle) == (60, "archive_timeout")


def test_a_full_segment_is_no_idle_server():
    full = replace(ARCHIVING, current_offset=0, last_time=NOW - MINUTE)
    assert measured(FULL, archiving=full) == (60, f"{WAL}07 was archived last")


def test_archiving_that_fails():
    failing = replace(
        ARCHIVING, last_failed_time=NOW - MINUTE, last_time=NOW - 2 * HOUR, timeout_s=60, current_offset=9
    )
    assert measured(FULL, archiving=failing) == (7200, f"{WAL}07 was archived last, and archiving does not work")


def test_a_log_that_is_thrown_away():
    assert measured(FULL, archiving=replace(ARCHIVING, discards=True))[1] == f"backup {FULL.name}"


def test_the_log_of_nothing():
    """Segments without a full backup before them, or of another cluster, restore nothing."""
    for one in (replace(FULL, kind=Kind.INCREMENTAL), replace(FULL, cluster="")):
        assert measured(one) == (10860, f"backup {FULL.name}")
    [(outcome, *_)] = judge(replace(FULL, cluster=ELSEWHERE))
    assert outcome == "fail"
    assert measured(FULL, archiving=replace(ARCHIVING, mode="off"))[0] == 10860


def test_a_window():
    source = Source("Supabase", archives_wal=True, window_start=NOW - 8 * DAY, window_end=NOW - 2 * MINUTE)
    one = replace(FULL, source="Supabase", cluster="")
    assert measured(one, sources=(source,)) == (120, "the newest moment that it can restore")


def test_nothing():
    for backups in ((), (CUT,)):
        assert judge(*backups) == [("fail", "everything", "nothing could be restored: all would be lost")]
    assert judge(gaps=(Gap(REPO, "no report"),)) == []
