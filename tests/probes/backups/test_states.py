"""Real PostgreSQL 15 with real pgBackRest, in every state that its archive and its repository can be in."""

from __future__ import annotations

import os
import subprocess

import pytest

from auditor.facts.backups import Archiving, Backups, DumpedTable, Kind, LiveTable, LiveTables, Status
from auditor.probes.backups import dumps
from auditor.probes.packed import Budget
from auditor.probes.pgdump import read_dump
from tests.probes.backups.asking import everything, judged, outcomes
from tests.probes.backups.backrest import BIN, needed, stand

pytestmark = [needed, pytest.mark.xdist_group("pgbackrest")]

NOTHING = "there is no good backup to look at, which recent-backup tells"


@pytest.fixture(scope="module")
def server():
    with stand() as running:
        running.backrest("repo", "stanza-create")
        running.setting("archive_command", running.archive_command("repo"))
        running.backrest("repo", "--type=full", "backup")
        running.backrest("repo", "--type=diff", "backup")
        running.wait("select count(*) = 0 from pg_ls_archive_statusdir() where name like '%.ready'")
        yield running


@pytest.fixture(scope="module")
def folder(server, tmp_path_factory):
    """Dumps by pg_dump 15, one in every format."""
    folder = tmp_path_factory.mktemp("dumps")
    for letter, name in (("c", "app.dump"), ("t", "app.tar"), ("d", "folder"), ("p", "app.sql")):
        dump(folder / name, server.url("boss"), f"-F{letter}")
    return folder


def dump(path, url, *options):
    """As a careful job does it."""
    before = os.umask(0o077)
    try:
        subprocess.run([BIN / "pg_dump", *options, "-f", path, url], check=True)
    finally:
        os.umask(before)


def asked(server, repository="repo", user="auditor", **sources):
    command = ("pgbackrest", f"--config={server.config(repository)}", "info", "--output=json")
    if server.account:
        command = ("setpriv", f"--reuid={server.account['user']}", "--clear-groups", *command)
    return everything(server.url(user), pgbackrest_command=command, **sources)


def only(facts, check_id):
    [finding] = judged(facts, check_id)
    return str(finding.outcome), finding.message


class TestHealthy:
    def test_everything_that_can_pass_does(self, server):
        facts = asked(server)
        assert outcomes(facts) == {
            "BAK001": ["pass"],
            "BAK002": ["pass"],
            "BAK003": ["pass"],
            "BAK004": ["not-applicable"],
            "BAK005": ["not-applicable"],
            "BAK006": ["not-applicable"],
            "BAK007": ["not-applicable"],
            "BAK008": ["pass"],
            "BAK009": ["pass"],
            "BAK010": ["not-applicable"],
            "BAK011": ["pass"],
            "BAK012": ["not-applicable"],
            "BAK013": ["fail"],  # cipher none
            "BAK014": ["manual"],
            "BAK015": ["not-applicable"],
            "BAK016": ["not-applicable"],
            "BAK017": ["pass"],
            "BAK018": ["pass"],
        }

    def test_what_is_known_of_a_backup(self, server):
        found = asked(server)[Backups]
        full, diff = found.backups
        assert (full.kind, diff.kind, full.status, diff.status) == (
            Kind.FULL,
            Kind.DIFFERENTIAL,
            Status.GOOD,
            Status.GOOD,
        )
        [(identifier,)] = server.run("select system_identifier::text from pg_control_system()")
        assert full.cluster == diff.cluster == found.live.cluster == identifier
        assert full.start < full.stop <= diff.start < diff.stop <= found.looked_at
        assert (full.encrypted, full.off_host, full.server_version, full.where) == (False, None, "15", "repo1")
        assert (found.live.database, found.live.major, found.gaps) == ("app", 15, ())
        [(made,)] = server.run("select to_timestamp((system_identifier >> 32)::float8) from pg_control_system()")
        assert found.live.made_at == made

    def test_the_archiver(self, server):
        found = asked(server)[Archiving]
        assert (found.mode, found.command, found.wal_level, found.failed) == ("on", True, "replica", 0)
        assert (found.waiting, found.in_recovery, found.segment_bytes) == (None, False, 16 << 20)
        assert len(found.last_wal[:24]) == 24
        assert len(found.current_wal) == 24

    def test_a_role_with_pg_monitor_counts_what_waits(self, server):
        assert asked(server, user="boss")[Archiving].waiting == 0

    def test_live_tables(self, server):
        found = asked(server)[LiveTables]
        assert found == LiveTables(
            "app",
            (
                LiveTable("public.orders", 2000, partitioned=False, row_security=False, inserted=2000),
                LiveTable("public.prices", 50, partitioned=True, row_security=False, inserted=0),
                LiveTable("public.prices_low", 50, partitioned=False, row_security=False, inserted=50),
                LiveTable("public.tenants", 21, partitioned=False, row_security=True, inserted=21),
            ),
            None,
        )


class TestDumps:
    """By pg_dump 15, in every format, packed in every way."""

    @pytest.mark.parametrize("name", ["app.dump", "app.tar", "folder", "app.sql"])
    def test_every_format_holds_every_row(self, server, folder, name):
        facts = asked(server, dumps=(str(folder / name),))
        [dump] = [backup for backup in facts[Backups].backups if backup.kind is Kind.LOGICAL]
        assert (dump.status, dump.in_full, dump.server_version) == (Status.GOOD, True, "15.18")
        assert dump.tables == (
            DumpedTable("public.orders", 2000, has_data=True),
            DumpedTable("public.prices", None, has_data=False),
            DumpedTable("public.prices_low", 50, has_data=True),
            DumpedTable("public.tenants", 21, has_data=True),
        )
        for check_id in ("BAK001", "BAK004", "BAK006", "BAK007", "BAK017"):
            assert {str(finding.outcome) for finding in judged(facts, check_id)} == {"pass"}, check_id

    @pytest.mark.parametrize("letter", ["c", "p"])
    def test_rows_of_insert_statements(self, server, tmp_path, letter):
        for option in ("--inserts", "--column-inserts", "--rows-per-insert=7"):
            dump(tmp_path / "i", server.url("boss"), f"-F{letter}", option)
            [backup] = everything(server.url(), dumps=(str(tmp_path / "i"),))[Backups].backups
            assert [table.rows for table in backup.tables if table.has_data] == [2000, 50, 21], option

    def test_the_tables_that_a_dump_leaves_out(self, server, tmp_path):
        path = tmp_path / "some.dump"
        dump(path, server.url("boss"), "-Fc", "--table=tenants", "--table=orders", "--exclude-table-data=orders")
        facts = asked(server, dumps=(str(path),))
        assert {finding.subject: finding.message for finding in judged(facts, "BAK006")} == {
            "public.orders": "the newest dump, some.dump, holds no rows of it",
            "public.prices_low": "the newest dump, some.dump, holds nothing of it",
        }

    def test_rows_that_row_level_security_hides(self, server, tmp_path):
        server.run("create role reader login; grant select on all tables in schema public to reader")
        for extra, name in (("-Fc", "rls.dump"), ("-Fp", "rls.sql"), ("--inserts", "rls.inserts.sql")):
            path = tmp_path / name
            dump(path, server.url("reader"), "--enable-row-security", "--no-blobs", extra)  # and pg_dump is content
            facts = asked(server, dumps=(str(path),))
            [hidden] = judged(facts, "BAK007")
            assert (str(hidden.outcome), hidden.subject) == ("fail", "public.tenants")
            rows = {table.name: table.rows for table in facts[Backups].backups[0].tables}
            assert (rows.get("public.tenants") or 0, rows["public.orders"]) == (0, 2000)

    @pytest.mark.parametrize("option", ["--schema-only", "--section=pre-data", "--section=post-data"])
    def test_no_rows_at_all(self, server, tmp_path, option):
        path = tmp_path / "schema.dump"
        dump(path, server.url("boss"), "-Fc", option)
        facts = everything(server.url(), dumps=(str(path),))
        assert [str(finding.outcome) for finding in judged(facts, "BAK001")] == ["fail"]
        assert only(facts, "BAK004")[0] == "fail"

    @pytest.mark.parametrize("option", ["--data-only", "--section=data"])
    @pytest.mark.parametrize("letter", ["c", "t", "d", "p"])
    def test_rows_without_definitions(self, server, tmp_path, option, letter):
        path = tmp_path / "rows.dump"
        dump(path, server.url("boss"), f"-F{letter}", option)
        facts = everything(server.url(), dumps=(str(path),))
        assert only(facts, "BAK001") == ("fail", "there is no good backup")
        assert only(facts, "BAK004") == (
            "fail",
            "this dump is no backup: it holds rows and no definition of any table, as with --data-only",
        )

    def test_rows_beside_their_definitions(self, server, tmp_path):
        dump(tmp_path / "schema.sql", server.url("boss"), "--schema-only")
        dump(tmp_path / "data.sql", server.url("boss"), "--data-only")
        facts = everything(server.url(), dumps=(f"{tmp_path}/*.sql",))
        assert [only(facts, one)[0] for one in ("BAK001", "BAK004", "BAK006")] == ["pass"] * 3
        os.utime(tmp_path / "schema.sql", (0, 0))
        assert only(everything(server.url(), dumps=(f"{tmp_path}/*.sql",)), "BAK001")[0] == "fail"

    def test_another_database(self, server, tmp_path):
        path = tmp_path / "postgres.dump"
        dump(path, server.url("boss", "postgres"), "-Fc")
        facts = everything(server.url(), dumps=(str(path),))
        assert only(facts, "BAK001") == ("fail", "there is no good backup of this database")
        assert only(facts, "BAK010") == ("fail", "it is of postgres, and the live database is another one")

    @pytest.mark.parametrize("letter", ["c", "d", "p"])
    def test_a_hole_in_the_rows(self, server, tmp_path, monkeypatch, letter):
        monkeypatch.setattr(dumps, "_RECENTLY", 0)  # nobody is writing it
        path = tmp_path / "app"
        dump(path, server.url("boss"), f"-F{letter}", "-Z0")
        file = max(path.glob("*.dat"), key=lambda part: part.stat().st_size) if letter == "d" else path
        data = file.read_bytes()
        at = data.index(b"\torder 100\n")
        file.write_bytes(data[:at] + bytes(9) + data[at + 9 :])
        outcome, message = only(everything(server.url(), dumps=(str(path),)), "BAK004")
        assert (outcome, "zero bytes" in message) == ("fail", True)

    @pytest.mark.parametrize("letter", ["c", "t", "d", "p"])
    def test_names_in_another_encoding(self, server, tmp_path, letter):
        server.run('create table "größe" (id int); insert into "größe" values (1)')
        try:
            dump(tmp_path / "app", server.url("boss"), f"-F{letter}", "-E", "LATIN1")
            assert "public.größe" in {table.name for table in read_dump(tmp_path / "app", Budget(60)).tables}
        finally:
            server.run('drop table "größe"')

    def test_a_folder_without_one_of_its_files(self, server, folder, tmp_path, monkeypatch):
        monkeypatch.setattr(dumps, "_RECENTLY", 0)  # nobody is writing it
        copy = tmp_path / "copy"
        subprocess.run(["cp", "-a", folder / "folder", copy], check=True)
        [data, *_] = sorted(copy.glob("*.dat.gz"))
        data.write_bytes(data.read_bytes()[:-5])
        assert only(everything(server.url(), dumps=(str(copy),)), "BAK004") == (
            "fail",
            "this dump is not good: a compressed file in it is cut off or damaged",
        )
        data.unlink()
        assert "is not there" in only(everything(server.url(), dumps=(str(copy),)), "BAK004")[1]
        (copy / "toc.dat").unlink()
        assert only(everything(server.url(), dumps=(str(copy),)), "BAK004") == (
            "fail",
            "this dump is not good: it has no table of contents: pg_dump did not finish",
        )

    def test_every_cut_through_a_tar_archive(self, folder, tmp_path):
        path = tmp_path / "cut.tar"
        path.write_bytes((folder / "app.tar").read_bytes())
        for size in range(path.stat().st_size - 512, 700, -1021):
            os.truncate(path, size)
            assert read_dump(path).problem, size
            assert read_dump(path, Budget(60)).problem, size

    def test_a_dump_that_is_being_written(self, server, folder, tmp_path):
        path = tmp_path / "now.dump"
        whole = (folder / "app.dump").read_bytes()
        with path.open("wb") as stream:
            stream.write(whole[:5000])
            stream.flush()
            facts = everything(server.url(), dumps=(str(path),))
            assert only(facts, "BAK004") == ("error", "the only dump is being written now")
            facts = everything(server.url(), dumps=(str(path), str(folder / "app.dump")))
            assert {str(finding.outcome) for finding in judged(facts, "BAK004")} == {"pass"}
            assert only(facts, "BAK001")[0] == "pass"
            stream.write(whole[5000:])


class TestArchiving:
    """In order: what one test leaves behind, the next one begins with."""

    def test_failing(self, server):
        server.setting("archive_command", "/bin/false")
        server.run("insert into orders select generate_series(3001, 3100)")
        server.run("select pg_switch_wal()")
        server.wait("select last_failed_time > last_archived_time from pg_stat_archiver")
        facts = asked(server)
        outcome, message = only(facts, "BAK008")
        assert outcome == "fail"
        assert facts[Archiving].last_failed_wal in message
        # the repository looks as healthy as before
        assert [only(facts, one)[0] for one in ("BAK001", "BAK002", "BAK003", "BAK009")] == ["pass"] * 4
        assert "archiving does not work" in judged(facts, "BAK017")[0].message

    def test_recovered(self, server):
        server.setting("archive_command", server.archive_command("repo"))
        server.run("insert into orders select generate_series(4001, 4100)")
        server.run("select pg_switch_wal()")
        server.wait("select last_failed_time < last_archived_time from pg_stat_archiver")
        server.wait("select count(*) = 0 from pg_ls_archive_statusdir() where name like '%.ready'")
        facts = asked(server)
        assert facts[Archiving].failed > 0
        outcome, message = only(facts, "BAK008")
        assert (outcome, "failures before are made good" in message) == ("pass", True)
        assert judged(facts, "BAK017")[0].evidence["loss_s"] <= 60

    def test_no_command(self, server):
        server.setting("archive_command", "")
        assert only(asked(server), "BAK008") == (
            "fail",
            "archive_mode is on, and no command or library archives anything",
        )

    def test_a_command_that_keeps_nothing(self, server):
        server.setting("archive_command", "/bin/true")
        server.run("insert into orders select generate_series(5001, 5100)")
        [(done,)] = server.run("select archived_count from pg_stat_archiver")
        server.run("select pg_switch_wal()")
        server.wait(f"select archived_count > {done} from pg_stat_archiver")
        assert only(asked(server), "BAK008") == (
            "fail",
            "the archive_command keeps nothing, as /bin/true does: the log is thrown away",
        )
        server.setting("archive_command", server.archive_command("repo"))


class TestOtherRepositories:
    def test_a_stanza_without_backups(self, server):
        server.backrest("empty", "stanza-create")
        facts = asked(server, "empty")
        assert only(facts, "BAK001") == ("fail", "there is no good backup")
        assert only(facts, "BAK003") == ("fail", "pgBackRest says of the stanza: no valid backups")
        assert only(facts, "BAK017") == ("fail", "nothing could be restored: all would be lost")
        assert only(facts, "BAK009") == ("not-applicable", "no backup here says which cluster it is of")
        assert only(facts, "BAK011") == ("not-applicable", NOTHING)

    def test_no_stanza(self, server):
        facts = asked(server, "none")
        assert only(facts, "BAK001")[0] == "fail"
        assert only(facts, "BAK003") == ("fail", "it knows no stanza")

    def test_another_cluster(self, server, cluster):
        """The repository of one server, the audit of another."""
        command = ("pgbackrest", f"--config={server.config('repo')}", "info", "--output=json")
        if server.account:
            command = ("setpriv", f"--reuid={server.account['user']}", "--clear-groups", *command)
        facts = everything(cluster.url(), pgbackrest_command=command)
        outcome, message = only(facts, "BAK009")
        assert (outcome, message) == ("fail", "its newest backup is of another cluster than the live one")
        assert only(facts, "BAK001") == ("fail", "there is no good backup of this database")
        assert only(facts, "BAK008") == (
            "not-applicable",
            "archive_mode is off: no log is archived, and backups alone count",
        )
        assert only(facts, "BAK017")[0] == "fail"
