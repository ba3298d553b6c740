"""The drill of a real repository of pgBackRest, and the reading of its report."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from hypothesis import given

from auditor.facts.restore_drill import End
from auditor.model import Outcome
from auditor.probes.backups import pgbackrest
from auditor.probes.restore_drill.outcomes import NotRestored, Undone
from auditor.probes.restore_drill.physical import base_command, newest, segments
from checks.backups.restored_identity import restored_identity
from tests.probes.backups.test_tools import JSON, REAL, changed
from tests.probes.restore_drill.fuzz import FUZZ
from tests.probes.restore_drill.servers import DEBIAN, backed_up, drill, fill, server

REPORT = Path(__file__).parents[1] / "backups/data/pgbackrest-info-healthy.json"
CLUSTER = "7710926088595221468"

needs_pgbackrest = pytest.mark.skipif(
    not (DEBIAN.exists() and shutil.which("pgbackrest")), reason="takes Debian's PostgreSQL 15 and pgBackRest"
)


def report(name="healthy"):
    return json.loads(REPORT.with_name(f"pgbackrest-info-{name}.json").read_text())


def identifier(running):
    [(found,)] = running.run("select system_identifier::text from pg_control_system()")
    return found


@pytest.fixture(scope="module")
def repository():
    with backed_up() as found:
        yield found


@pytest.fixture(scope="module")
def other():
    """Another cluster with the same database."""
    with server(DEBIAN) as running:
        fill(running)
        yield running


@needs_pgbackrest
@pytest.mark.xdist_group("drill-physical")
class TestARepository:
    @pytest.fixture(autouse=True)
    def _place(self, place):
        return place

    def test_restored_and_compared(self, repository):
        files = {path: path.stat().st_mtime_ns for path in repository.repository.rglob("*")}
        [found] = drill(live=repository.server, command=repository.command).drills
        assert (found.end, found.problem, found.differences, found.skipped) == (End.RESTORED, "", (), ())
        assert [(table.table, table.restored, table.live) for table in found.rows] == [
            ("public.orders", 20000, 20000),
            ("public.tenants", 21, 21),
            ("public.users", 2000, 2000),
        ]
        assert found.cluster == found.live_cluster
        assert found.restored_with == f"PostgreSQL {found.live_version} in {DEBIAN}"
        assert "archive_mode=off" in found.contained
        assert {path: path.stat().st_mtime_ns for path in repository.repository.rglob("*")} == files

    def test_wal_is_missing(self, repository):
        for path in repository.repository.glob("archive/*/*/*/0*.gz"):
            path.rename(path.with_name(f"gone-{path.name}"))
        try:
            [found] = drill(live=repository.server, command=repository.command).drills
        finally:
            for path in repository.repository.glob("archive/*/*/*/gone-*"):
                path.rename(path.with_name(path.name.removeprefix("gone-")))
        assert found.end is End.FAILED
        assert found.problem.endswith("which it takes, is not in the archive")

    def test_a_backup_of_another_cluster(self, repository, other):
        """With the same database in it: only the identifiers tell."""
        drills = drill(live=other, command=repository.command)
        [found] = drills.drills
        assert (found.end, found.differences, found.rows[1].restored) == (End.RESTORED, (), 21)
        [one] = restored_identity(drills)
        assert (one.outcome, one.message) == (Outcome.FAIL, "it is a backup of another cluster")
        assert one.evidence["system_identifier"] == identifier(repository.server) != identifier(other)

    def test_no_room(self, repository):
        [found] = drill(live=repository.server, command=repository.command, drill_max_disk=20_000_000).drills
        assert (found.end, found.hint) == (End.UNDONE, "raise drill_max_disk in [policy.backups]")

    def test_no_such_configuration(self, repository):
        command = ("pgbackrest", "--config=/no/such/file", "info", "--output=json")
        [found] = drill(live=repository.server, command=command).drills
        assert found.end is End.UNDONE
        assert found.problem.startswith("pgBackRest tells of no backups: ERROR: ")


class TestReports:
    def test_the_newest(self):
        found = newest(report(), CLUSTER)
        assert (found.stanza, found.label, found.kind, found.major) == (
            "app", "20261122-093200F_20261122-093205I", "incr", 15,
        )  # fmt: skip

    def test_of_another_cluster(self):
        """It is restored all the same: that it is another's is told by its control file."""
        assert newest(report(), "1").stanza == "app"

    @pytest.mark.parametrize("name", ["no-stanza", "stanza-no-backup", "missing-stanza"])
    def test_none(self, name):
        with pytest.raises(NotRestored, match="pgBackRest has no backup"):
            newest(report(name), CLUSTER)

    @pytest.mark.parametrize("shape", [{}, None, [None], [{"backup": [{}]}], [{"backup": [1], "db": []}], 7, "x"])
    def test_another_shape(self, shape):
        with pytest.raises((Undone, NotRestored)):
            newest(shape, CLUSTER)

    def test_a_segment_that_is_none(self):
        """It becomes an argument and the name of a file."""
        odd = report()
        odd[0]["backup"][-1]["archive"]["start"] = "--delta"
        with pytest.raises(Undone):
            newest(odd, CLUSTER)


@given(JSON | changed(REAL[pgbackrest.read]))
@FUZZ
def test_any_report_is_read_or_refused(odd):
    try:
        found = newest(odd, CLUSTER)
    except (NotRestored, Undone):
        return
    assert found.label


class TestCommands:
    def test_what_the_drill_chooses_is_left_out(self):
        command = (
            "/usr/bin/pgbackrest", "--config=/etc/x.conf", "--stanza=app", "--repo1-path=/r", "info", "--output=json",
            "--log-level-console=info", "--pg1-path=/var/lib/postgresql/15/main", "--delta",
        )  # fmt: skip
        assert base_command(command) == ("/usr/bin/pgbackrest", "--config=/etc/x.conf", "--repo1-path=/r")

    @pytest.mark.parametrize("command", [("ssh", "db", "pgbackrest", "info"), ("cat", "info.json"), ("pgbackrest",)])
    def test_others(self, command):
        with pytest.raises(Undone, match="so the drill cannot restore with it"):
            base_command(command)


def test_segments():
    assert list(segments("0000000100000000000000FE", "000000010000000100000001", 16 << 20)) == [
        "0000000100000000000000FE",
        "0000000100000000000000FF",
        "000000010000000100000000",
        "000000010000000100000001",
    ]
    assert len(list(segments("000000010000000000000000", "00000001FFFFFFFF000000FF", 16 << 20))) == 4097
