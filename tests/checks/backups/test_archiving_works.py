from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from auditor.facts.backups import Source
from checks.backups.archiving_works import archiving_works
from tests.checks.backups.making import ARCHIVING, DAY, DUMP, FULL, HERE, HOUR, MINUTE, NOW, REPO, WAL, found, said


def judge(*backups, sources=(), **more):
    [one] = said(archiving_works(replace(ARCHIVING, **more), found(*backups, sources=sources)))
    return one


def outcome(**more):
    return judge(**more)[0]


def test_working():
    assert judge() == ("pass", "pg_stat_archiver", f"{WAL}07 was archived 10.0 min ago, nothing waits")


def test_failing_now():
    """Fresh backups, a command in place, archive_mode on."""
    failing = {"failed": 6, "last_failed_wal": f"{WAL}08", "last_failed_time": NOW - MINUTE}
    assert judge(FULL, **failing) == (
        "fail",
        "pg_stat_archiver",
        f"archiving {WAL}08 failed; the last that succeeded was 10.0 min ago",
    )
    assert judge(last_wal="", last_time=None, **failing)[2] == f"archiving {WAL}08 failed; none has succeeded"


def test_recovered():
    """failed_count never goes back to 0."""
    recovered = {"failed": 3, "last_failed_wal": f"{WAL}01", "last_failed_time": NOW - HOUR}
    assert judge(**recovered)[::2] == (
        "pass",
        f"{WAL}07 was archived 10.0 min ago, nothing waits; the 3 failures before are made good",
    )


@pytest.mark.parametrize("age", [MINUTE, DAY, 300 * DAY])
def test_an_idle_server(age):
    assert outcome(last_time=NOW - age) == "pass"
    assert outcome(last_time=NOW - age, current_wal=f"{WAL}07", current_offset=0) == "pass"


@pytest.mark.parametrize("waiting", [None, 2])
def test_stalled(waiting):
    """The command hangs: no failure is counted, and full segments wait."""
    stalled = {"current_wal": f"{WAL}0A", "waiting": waiting, "oldest_waiting": NOW - HOUR if waiting else None}
    assert judge(last_time=NOW - HOUR, **stalled)[::2] == (
        "fail",
        "2 segments wait, and the archiver does nothing about it",
    )
    assert (
        outcome(last_time=NOW - MINUTE, **(stalled | {"oldest_waiting": NOW - MINUTE if waiting else None})) == "pass"
    )


def test_a_full_segment_that_is_named_by_what_is_written_next():
    """At the very end of a segment the server still names that one."""
    assert outcome(current_wal=f"{WAL}08", current_offset=0, last_time=NOW - HOUR) == "fail"


def test_far_behind():
    busy = {"current_wal": f"{WAL}7F", "last_time": NOW - timedelta(seconds=1)}
    assert judge(**busy)[::2] == ("fail", "the archiver falls behind: 119 segments wait")


class TestBackupFiles:
    """The name of a backup's own file is that of the segment that the backup began in."""

    LAST = f"{WAL}07.00000028.backup"

    @pytest.mark.parametrize("current", ["08", "09"])
    def test_behind_a_backup(self, current):
        assert outcome(last_wal=self.LAST, current_wal=WAL + current, last_time=NOW - DAY) == "pass"

    def test_behind_a_long_one(self):
        long = {"last_wal": self.LAST, "current_wal": f"{WAL}30", "last_time": NOW - DAY}
        assert outcome(**long) == "error"
        assert outcome(**long, waiting=0) == "pass"
        told = Source(REPO, archives_wal=True, archived_to=f"{WAL}2F", cluster=HERE)
        assert judge(FULL, sources=(told,), **long)[0] == "pass"
        assert judge(FULL, sources=(replace(told, cluster="7"),), **long)[0] == "error"
        assert judge(FULL, sources=(replace(told, archived_to=f"{WAL}20"),), **long)[0] == "fail"


def test_nothing_yet():
    assert outcome(last_wal="", last_time=None, archived=0, waiting=0) == "error"
    assert outcome(last_wal="", last_time=None, archived=0, waiting=3, oldest_waiting=NOW - HOUR) == "fail"


@pytest.mark.parametrize("name", ["", "00000002.history", "x" * 24, f"{WAL}0Z", f"{WAL}FF", "é" * 24])
def test_names_that_tell_nothing(name):
    assert outcome(last_wal=name) == "error"


def test_across_the_end_of_a_log_file():
    before, after = "0000000100000000000000FF", "000000020000000100000000"
    assert outcome(last_wal=before, current_wal=after, last_time=NOW - DAY) == "pass"
    assert outcome(last_wal=before, current_wal=after[:-1] + "1", last_time=NOW - DAY) == "fail"
    small = {"segment_bytes": 1 << 20, "last_time": NOW - DAY}
    assert outcome(last_wal="000000010000000000000FFF", current_wal="000000010000000100000000", **small) == "pass"


def test_no_command():
    assert outcome(command=False) == "fail"
    assert outcome(command=False, command_hidden=True) == "pass"


def test_a_command_that_keeps_nothing():
    assert judge(discards=True)[::2] == (
        "fail",
        "the archive_command keeps nothing, as /bin/true does: the log is thrown away",
    )
    failing = {"failed": 6, "last_failed_wal": f"{WAL}08", "last_failed_time": NOW - MINUTE}
    assert judge(discards=True, **failing)[2] == f"archiving {WAL}08 failed; the last that succeeded was 10.0 min ago"


def test_off():
    assert judge(DUMP, mode="off")[0] == "not-applicable"
    assert judge(FULL, mode="off")[::2] == (
        "fail",
        "archive_mode is off: its backups cannot be brought to a consistent state",
    )
    assert judge(replace(FULL, source="barman app"), mode="off")[0] == "not-applicable"  # it may stream the log


def test_a_standby():
    assert outcome(in_recovery=True, current_wal="") == "error"
