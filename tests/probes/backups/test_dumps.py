from __future__ import annotations

import asyncio
import gzip
import os
import shutil
import struct
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from auditor.facts.backups import Backup, DumpedTable, Kind, LiveIdentity, Source, Status
from auditor.facts.policy import BackupPolicy
from auditor.probes.backups import dumps
from auditor.probes.packed import OutOfTime
from checks.backups.recent_backup import recent_backup
from tests.probes.backups.asking import gather
from tests.probes.net.running import run
from tests.probes.test_pgdump import CLUSTER, ROLES

DATA = Path(__file__).parent.parent / "data"
MADE = datetime(2026, 11, 24, 3, 29, 9, tzinfo=UTC)
"""By the clock of the machine that made file.dump."""
WHOLE = (DATA / "file.dump").read_bytes()
PLAIN = (DATA / "plain.sql").read_bytes()
TABLES = (DumpedTable("public.t", 20, has_data=True), DumpedTable("public.u", 0, has_data=True))


def place(folder, name, data, changed=MADE) -> Path:
    path = folder / name
    path.parent.mkdir(exist_ok=True, parents=True)
    path.write_bytes(data)
    path.chmod(0o600)
    os.utime(path, (changed.timestamp(), changed.timestamp()))
    return path


def look(folder, *, live=None, pattern="*"):
    return run(dumps.ask((f"{folder}/{pattern}",), live, off_host=None)).backups


def verdicts(found):
    return [(finding.subject, str(finding.outcome)) for finding in recent_backup(found, BackupPolicy())]


def other(database):
    """The same dump, of another database."""
    return WHOLE.replace(struct.pack("<BI", 0, 5) + b"small", struct.pack("<BI", 0, len(database)) + database)


def test_what_is_read(tmp_path):
    place(tmp_path, "app.dump", WHOLE)
    place(tmp_path, "app.sql", PLAIN, MADE - timedelta(hours=1))
    found = gather(dumps=(f"{tmp_path}/*",))
    assert found.sources == (Source("dump files"),)
    assert found.backups == (
        Backup(
            "dump files",
            "app.dump",
            Kind.LOGICAL,
            Status.GOOD,
            MADE,
            2588,
            start=MADE,
            format="custom 1.16",
            where="file",
            series=f"{dumps.series(str(tmp_path))}/app.dump custom small",
            database="small",
            server_version="18.6",
            encrypted=False,
            in_full=True,
            tables=TABLES,
        ),
        Backup(
            "dump files",
            "app.sql",
            Kind.LOGICAL,
            Status.GOOD,
            MADE - timedelta(hours=1),
            len(PLAIN),
            format="plain",
            where="file",
            series=f"{dumps.series(str(tmp_path))}/app.sql plain ",
            server_version="18.6",
            encrypted=False,
        ),
    )
    assert (found.live, found.live_unknown) == (None, "the checklist names no database in [env.test]")
    assert timedelta(0) <= datetime.now(UTC) - found.looked_at < timedelta(minutes=1)


def test_the_newest_first(tmp_path):
    for days in (1, 3, 2):
        place(tmp_path, f"{days}.sql", PLAIN, MADE - timedelta(days=days))
    found = look(tmp_path)
    assert [(backup.name, backup.in_full) for backup in found] == [("1.sql", True), ("2.sql", False), ("3.sql", False)]


def test_the_newest_of_the_live_database_is_read_in_full(tmp_path):
    place(tmp_path, "other.dump", other(b"other"), MADE + timedelta(hours=1))
    place(tmp_path, "small.dump", WHOLE)
    live = LiveIdentity("small", "7", 180006, None)
    assert [(b.name, b.in_full, b.tables is not None) for b in look(tmp_path, live=live)] == [
        ("other.dump", True, False),
        ("small.dump", True, True),
    ]


def test_a_damaged_one_is_no_newest(tmp_path):
    place(tmp_path, "cut.dump", WHOLE[:-10], MADE + timedelta(hours=1))
    place(tmp_path, "whole.dump", WHOLE)
    found = look(tmp_path)
    assert [(b.name, b.status, b.tables is not None) for b in found] == [
        ("cut.dump", Status.DAMAGED, False),
        ("whole.dump", Status.GOOD, True),
    ]


def test_a_bit_in_the_middle_of_the_newest(tmp_path):
    """The table of contents and the end are as they should be: only decompressing finds it."""
    data = bytearray(WHOLE)
    at = data.index(b"x\x9c") + 12
    data[at] ^= 0xFF
    place(tmp_path, "app.dump", bytes(data))
    [found] = look(tmp_path)
    assert (found.status, found.problem) == (Status.DAMAGED, "its compressed data is damaged")


def test_a_file_is_read_once_however_many_patterns_match(tmp_path):
    place(tmp_path, "app.dump", WHOLE)
    place(tmp_path, "sub/app.dump", WHOLE)
    patterns = (f"{tmp_path}/**/*.dump", f"{tmp_path}/*.dump", f"{tmp_path}/app.dump")
    found = gather(dumps=patterns).backups
    assert sorted(backup.name for backup in found) == sorted([f"{tmp_path.name}/app.dump", "sub/app.dump"])


@pytest.mark.parametrize("pattern", ["*.dump", "none/*.dump", "[", "*/*"])
def test_nothing_matches(tmp_path, pattern):
    found = gather(dumps=(f"{tmp_path}/{pattern}",))
    assert (found.sources, found.backups, found.gaps) == ((Source("dump files"),), (), ())
    assert verdicts(found) == [("dump files", "fail")]


def test_what_is_no_dump_by_its_kind_or_name(tmp_path):
    (tmp_path / "folder.dump").mkdir()
    os.mkfifo(tmp_path / "pipe.dump")
    (tmp_path / "gone.dump").symlink_to(tmp_path / "nowhere")
    for name in ("app.dump.sha256", "app.dump.md5", "backup.log", "README.md", ".gitkeep", "app.dump.sig"):
        place(tmp_path, name, b"x")
    assert look(tmp_path) == []


def test_unreadable(tmp_path):
    (tmp_path / "loop.dump").symlink_to(tmp_path / "loop.dump")
    place(tmp_path, "app.dump", WHOLE)
    [good, bad] = look(tmp_path)
    assert good.status is Status.GOOD
    assert bad == Backup(
        "dump files",
        "loop.dump",
        Kind.LOGICAL,
        Status.UNREAD,
        None,
        0,
        problem="it cannot be read: Too many levels of symbolic links",
        hint="let the audit read it",
    )


def test_read_errors_are_told_and_are_no_failure(tmp_path, monkeypatch):
    def read_dump(path, *budgets):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(dumps, "read_dump", read_dump)
    place(tmp_path, "app.dump", WHOLE)
    found = gather(dumps=(f"{tmp_path}/*",))
    [backup] = found.backups
    assert (backup.status, backup.problem) == (Status.UNREAD, "it cannot be read: Permission denied")
    assert verdicts(found) == [("app.dump", "error")]


def test_an_archive_of_the_future_is_not_called_damaged(tmp_path):
    data = bytearray(WHOLE)
    data[6] = 17
    place(tmp_path, "app.dump", bytes(data))
    [backup] = look(tmp_path)
    assert (backup.status, backup.problem) == (
        Status.UNREAD,
        "its archive version is 1.17, and this audit reads 1.12 to 1.16",
    )


def test_time_that_runs_out(tmp_path, monkeypatch):
    def read_dump(path, *budgets):
        raise OutOfTime

    monkeypatch.setattr(dumps, "read_dump", read_dump)
    place(tmp_path, "app.dump", WHOLE)
    [backup] = look(tmp_path)
    assert (backup.status, backup.in_full, backup.format) == (Status.LISTED, False, "not read")


def test_nobody_waits_any_more(tmp_path, monkeypatch):
    """The thread that reads goes on without anybody: it has to see that itself."""
    ended, began = threading.Event(), threading.Event()

    def read_dump(path, *budgets):
        began.set()
        try:
            while True:
                budgets[0].spend()
        finally:
            ended.set()

    monkeypatch.setattr(dumps, "read_dump", read_dump)
    place(tmp_path, "app.dump", WHOLE)

    async def main():
        task = asyncio.create_task(dumps.ask((f"{tmp_path}/*",), None, off_host=None))
        await asyncio.get_running_loop().run_in_executor(None, began.wait)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    run(main())
    assert ended.wait(10)


def test_a_large_one_is_looked_at_from_its_ends(tmp_path, monkeypatch):
    monkeypatch.setattr(dumps, "FULL_SECONDS", 0.0)
    place(tmp_path, "app.dump", WHOLE)
    [backup] = look(tmp_path)
    assert (backup.status, backup.in_full) == (Status.GOOD, False)
    assert [table.rows for table in backup.tables] == [None, None]


def test_cut_off(tmp_path):
    place(tmp_path, "app.dump", WHOLE[:-10])
    found = gather(dumps=(f"{tmp_path}/*",))
    assert [(b.status, b.problem) for b in found.backups] == [(Status.DAMAGED, "it is cut off")]
    assert verdicts(found) == [("dump files", "fail")]


def test_cut_off_just_now_and_not_being_written(tmp_path):
    place(tmp_path, "app.dump", WHOLE[:-10], datetime.now(UTC))
    [backup] = look(tmp_path)
    assert (backup.status, backup.problem) == (Status.DAMAGED, "it is cut off")


def test_being_written(tmp_path):
    path = place(tmp_path, "app.dump", b"", datetime.now(UTC))
    with path.open("ab") as stream:
        stream.write(WHOLE[:500])
        stream.flush()
        [backup] = look(tmp_path)
    assert (backup.status, backup.problem) == (Status.RUNNING, "it is being written")


def test_a_folder_that_is_being_written(tmp_path):
    """pg_dump writes its table of contents last, and one large table may take hours."""
    path = place(tmp_path / "folder", "4242.dat", b"1\n", datetime.now(UTC))
    with path.open("ab"):
        [backup] = look(tmp_path)
    assert (backup.status, backup.problem) == (Status.RUNNING, "it is being written")
    [backup] = look(tmp_path)
    assert (backup.status, backup.problem) == (
        Status.DAMAGED,
        "it has no table of contents: pg_dump did not finish",
    )


def test_copies_with_times_of_their_own(tmp_path):
    """The newest is what says so inside: that is the one to be read in full."""
    at = WHOLE.index(struct.pack("<BI", 0, 126)) - 10  # the day of the month
    older = WHOLE[:at] + struct.pack("<BI", 0, 20) + WHOLE[at + 5 :]
    place(tmp_path, "new.dump", WHOLE, MADE + timedelta(days=9))
    place(tmp_path, "old.dump", older, MADE + timedelta(days=10))
    found = look(tmp_path)
    assert [(backup.name, backup.in_full) for backup in found] == [("new.dump", True), ("old.dump", False)]
    assert found[0].stop - found[1].stop == timedelta(days=4)


def test_links_to_what_matches_too(tmp_path):
    path = place(tmp_path, "app-2026-11-24.dump", WHOLE)
    (tmp_path / "app-latest.dump").symlink_to(path)
    (tmp_path / "app-weekly.dump").hardlink_to(path)
    assert [backup.name for backup in look(tmp_path)] == ["app-2026-11-24.dump"]


def test_a_name_that_is_no_text(tmp_path):
    place(tmp_path, os.fsdecode(b"app-\xff.dump"), WHOLE)
    [backup] = look(tmp_path)
    assert (backup.name, backup.status) == ("app-\N{REPLACEMENT CHARACTER}.dump", Status.GOOD)


def test_a_dump_of_all_databases(tmp_path):
    place(tmp_path, "all.sql", CLUSTER % (PLAIN, PLAIN))
    [backup] = look(tmp_path, live=LiveIdentity("small", "7", 180006, None))
    assert (backup.status, backup.database, backup.tables) == (Status.GOOD, "", TABLES)
    [backup] = look(tmp_path, live=LiveIdentity("large", "7", 180006, None))
    assert (backup.database, backup.tables) == ("small", None)
    place(tmp_path, "all.sql", ROLES)
    [backup] = look(tmp_path)
    assert (backup.status, backup.problem) == (Status.PARTIAL, "it holds no database, as with --globals-only")


def test_everyone_may_read(tmp_path):
    place(tmp_path, "app.dump", WHOLE).chmod(0o644)
    assert [backup.everyone_reads for backup in look(tmp_path)] == [True]


def test_encrypted(tmp_path):
    place(tmp_path, "app.dump.age", b"age-encryption.org/v1\n" + b"x" * 99)
    [backup] = look(tmp_path)
    assert (backup.status, backup.encrypted, backup.format) == (Status.LISTED, True, "encrypted")


def test_packed_archives(tmp_path):
    place(tmp_path, "app.dump.gz", gzip.compress(WHOLE))
    [backup] = look(tmp_path)
    assert (backup.status, backup.format, backup.tables) == (Status.GOOD, "custom 1.16, gzip", TABLES)


class TestTimes:
    def test_a_copy_is_as_old_as_the_dump_says(self, tmp_path):
        """Copying renews the time of the file, not that of the data."""
        place(tmp_path, "app.dump", WHOLE, MADE + timedelta(days=9))
        [backup] = look(tmp_path)
        assert (backup.stop, backup.start) == (MADE + timedelta(hours=12), None)

    @pytest.mark.parametrize("zone", range(-12, 15))
    def test_whatever_the_zone_of_the_machine_that_made_it(self, tmp_path, zone):
        made = MADE - timedelta(hours=zone)
        place(tmp_path, "app.dump", WHOLE, made)
        [backup] = look(tmp_path)
        known = {0, made.astimezone().utcoffset() // timedelta(hours=1)}
        # in any other zone it may as well have been copied some hours later
        assert (backup.stop, backup.start) == (made, made if zone in known else None)

    @pytest.mark.parametrize(("took", "known"), [(0, True), (29, True), (31, False), (95, False), (-1, False)])
    def test_how_long_it_took(self, tmp_path, took, known):
        """Half hours cannot be told from zones."""
        place(tmp_path, "app.dump", WHOLE, MADE + timedelta(minutes=took))
        [backup] = look(tmp_path)
        assert backup.start == (MADE if known else None)

    def test_sql_has_no_time_inside(self, tmp_path):
        place(tmp_path, "app.sql", PLAIN)
        [backup] = look(tmp_path)
        assert (backup.stop, backup.start) == (MADE, None)


class TestFolders:
    @pytest.fixture
    def folder(self, tmp_path):
        """What the files of a dump in the directory format are called, and a table of contents without data."""
        place(tmp_path, "app/toc.dat", (DATA / "toc.dat").read_bytes())
        return tmp_path

    def test_its_files_are_no_dumps_of_their_own(self, folder):
        place(folder, "app/3001.dat.gz", gzip.compress(b""))
        found = look(folder, pattern="**")
        assert [backup.name for backup in found] == ["app"]

    def test_without_table_of_contents(self, folder):
        place(folder, "other/3001.dat.gz", gzip.compress(b""))
        found = {backup.name: backup.problem for backup in look(folder)}
        assert found["other"] == "it has no table of contents: pg_dump did not finish"

    def test_with_one_that_is_cut_off(self, folder):
        data = (DATA / "toc.dat").read_bytes()
        place(folder, "app/toc.dat", data[:-9])
        assert [backup.problem for backup in look(folder)] == ["its table of contents is cut off"]
        place(folder, "app/toc.dat", data[:9])
        assert [backup.problem for backup in look(folder)] == ["it ends inside its header"]

    def test_a_thousand_dumps_are_enough(self, tmp_path):
        for number in range(1002):
            (tmp_path / f"{number}.sql").write_bytes(b"")
        assert len(dumps.dump_files([f"{tmp_path}/*"])[0]) == 1000
        shutil.rmtree(tmp_path)


@pytest.mark.parametrize("changed", [10**12, -(10**12), 253_402_300_799])
def test_files_of_no_year(tmp_path, monkeypatch, changed):
    """Some file systems keep such times."""
    place(tmp_path, "app.dump", WHOLE)
    monkeypatch.setattr(dumps, "dump_files", lambda _: ([(float(changed), len(WHOLE), tmp_path / "app.dump")], []))
    [backup] = look(tmp_path)
    latest = MADE + timedelta(hours=12) if changed > 0 else datetime(1970, 1, 1, tzinfo=UTC)
    assert (backup.status, backup.stop) == (Status.GOOD, latest)


@pytest.mark.parametrize("year", [9999, 1])
def test_dumps_of_no_year(tmp_path, year):
    there = WHOLE.index(struct.pack("<BI", 0, 126))
    sign, size = (0, year - 1900) if year > 1900 else (1, 1900 - year)
    place(tmp_path, "app.dump", WHOLE[:there] + struct.pack("<BI", sign, size) + WHOLE[there + 5 :])
    [backup] = look(tmp_path)
    assert (backup.status, backup.stop) == (Status.GOOD, MADE)


def test_holes(tmp_path):
    """What is left of a block that never got to the disk."""
    at = PLAIN.index(b"FROM stdin;") + 20
    place(tmp_path, "app.sql", PLAIN[:at] + bytes(9) + PLAIN[at + 9 :])
    [backup] = look(tmp_path)
    told = "it holds zero bytes, which pg_dump never writes into text: a part of it was lost"
    assert (backup.status, backup.problem) == (Status.DAMAGED, told)
