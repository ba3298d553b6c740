"""What the tools print: saved answers of real ones; where there was none to run, answers in documented shapes."""

from __future__ import annotations

import copy
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.errors import Unavailable
from auditor.facts.backups import Backup, Kind, Source, Status
from auditor.model import Gap
from auditor.probes.backups import barman, listings, pgbackrest, rds, supabase, wal_g
from auditor.probes.backups.reports import Found, shaped

DATA = Path(__file__).parent / "data"
FUZZ = settings(max_examples=min(5000, int(os.environ.get("AUDIT_FUZZ", "200"))), deadline=None)


def sample(name):
    return json.loads((DATA / f"{name}.json").read_text())


def at(seconds) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def said(found: Found):
    return [(backup.name, backup.status, backup.problem) for backup in found.backups]


class TestPgBackRest:
    def test_healthy(self):
        found = pgbackrest.read(sample("pgbackrest-info-healthy"))
        assert found.sources == [
            Source(
                "pgBackRest app",
                archives_wal=True,
                note="archived up to 000000010000000000000008",
                archived_to="000000010000000000000008",
                cluster="7710926088595221468",
            )
        ]
        full, diff, incr = found.backups
        assert full == Backup(
            "pgBackRest app",
            "20261122-093200F",
            Kind.FULL,
            Status.GOOD,
            at(1795339922),
            32875739,
            start=at(1795339920),
            format="full",
            where="repo1",
            series="pgBackRest app/1/full",
            cluster="7710926088595221468",
            server_version="15",
            encrypted=False,
        )
        assert (diff.kind, incr.kind) == (Kind.DIFFERENTIAL, Kind.INCREMENTAL)

    @pytest.mark.parametrize("name", ["pgbackrest-info-page-error", "pgbackrest-info-set-page-error"])
    def test_page_errors_in_the_newest_while_the_status_is_ok(self, name):
        report = sample(name)
        assert report[0]["status"]["code"] == 0
        *good, newest = pgbackrest.read(report).backups
        assert all(backup.status is Status.GOOD for backup in good)
        assert newest.status is Status.DAMAGED
        files = ": base/16471/16472" if "set" in name else ""
        assert newest.problem == f"pgBackRest found page errors in it{files}"

    def test_what_builds_on_a_damaged_one_is_not_good_either(self):
        report = sample("pgbackrest-info-healthy")
        report[0]["backup"][0]["error"] = True
        assert [backup.problem for backup in pgbackrest.read(report).backups] == [
            "pgBackRest found page errors in it",
            "it builds on 20261122-093200F, in which pgBackRest found page errors",
            "it builds on 20261122-093200F, in which pgBackRest found page errors",
        ]

    def test_one_that_does_not_say(self):
        report = sample("pgbackrest-info-healthy")
        del report[0]["backup"][0]["error"]
        report[0]["backup"][1]["error"] = None
        assert [bool(backup.hint) for backup in pgbackrest.read(report).backups] == [True, True, False]

    def test_stanzas_without_backups(self):
        missing = pgbackrest.read(sample("pgbackrest-info-missing-stanza"))
        assert missing == Found(
            [Source("pgBackRest app", ("pgBackRest says of the stanza: missing stanza path",), note="nothing archived")]
        )
        [source] = pgbackrest.read(sample("pgbackrest-info-stanza-no-backup")).sources
        assert source.complaints == ("pgBackRest says of the stanza: no valid backups",)
        assert (source.archives_wal, source.archived_to) == (False, "")
        assert pgbackrest.read(sample("pgbackrest-info-no-stanza")) == Found(
            [Source("pgBackRest", ("it knows no stanza",))]
        )

    def test_encrypted(self):
        report = sample("pgbackrest-info-healthy")
        report[0]["repo"][0]["cipher"] = "aes-256-cbc"
        assert all(backup.encrypted for backup in pgbackrest.read(report).backups)

    def test_two_repositories(self):
        report = sample("pgbackrest-info-healthy")
        [stanza] = report
        second = copy.deepcopy(stanza["backup"][0])
        second["database"] = {"id": 2, "repo-key": 2}
        stanza["backup"].append(second)
        stanza["db"].append({"id": 2, "repo-key": 2, "system-id": 7, "version": "16"})
        stanza["repo"].append(
            {"key": 2, "cipher": "aes-256-cbc", "status": {"code": 6, "message": "requested backup not found"}}
        )
        stanza["status"] = {"code": 4, "message": "different across repos"}
        found = pgbackrest.read(report)
        assert [(b.cluster, b.server_version, b.encrypted, b.where) for b in found.backups[2:]] == [
            ("7710926088595221468", "15", False, "repo1"),
            ("7", "16", True, "repo2"),
        ]
        assert found.sources[0].complaints == (
            "pgBackRest says of the stanza: different across repos",
            "pgBackRest says of repository 2: requested backup not found",
        )

    def test_before_there_were_several_repositories(self):
        """pgBackRest 2.31 and older: no ``repo``, no ``repo-key``."""
        row = {
            "label": "x",
            "timestamp": {"start": 1, "stop": 7},
            "type": "full",
            "database": {"id": 1},
            "error": False,
        }
        stanza = {
            "name": "a",
            "status": {"code": 0},
            "backup": [row],
            "cipher": "aes-256-cbc",
            "db": [{"id": 1, "system-id": 9, "version": "12"}],
        }
        [backup] = pgbackrest.read([stanza]).backups
        assert (backup.encrypted, backup.cluster, backup.where, backup.size_bytes) == (True, "9", "", 0)


class TestBarman:
    def test_reports_of_the_same_server_are_one(self):
        found = Found()
        for name in ("list-backups", "show-backup", "check", "status"):
            found.add(barman.read(sample(f"barman-{name}")))
        found = barman.merged(found)
        [source] = found.sources
        assert (source.name, source.complaints, source.archives_wal) == ("barman app", (), True)
        assert "RECOVERY WINDOW OF 7 DAYS" in source.note
        assert found.backups == [
            Backup(
                "barman app",
                "20261122T093440",
                Kind.FULL,
                Status.GOOD,
                at(1795340083),
                33175073,
                start=at(1795340080),
                format="base backup",
                where="barman",
                series="barman app/shown",
                server_version="15.18",
            )
        ]

    def test_a_check_that_fails(self):
        [source] = barman.read(sample("barman-check-before-backup")).sources
        assert source.complaints == ("barman check says FAILED of wal archive: please make sure WAL shipping is setup",)

    def test_states(self):
        rows = [
            {"backup_id": "20261124T030000", "status": "DONE", "end_time_timestamp": "1795489200", "size_bytes": 5},
            {"backup_id": "20261125T030000", "status": "FAILED"},
            {"backup_id": "20261126T030000", "status": "STARTED"},
            {"backup_id": "20261126T040000", "status": "WAITING_FOR_WALS", "end_time_timestamp": "1795665600"},
            {"backup_id": "x", "status": "PONDERING"},
        ]
        found = barman.read({"app": rows}).backups
        assert [(backup.status, backup.problem) for backup in found] == [
            (Status.GOOD, ""),
            (Status.FAILED, "barman says FAILED of it"),
            (Status.RUNNING, ""),
            (Status.GOOD, ""),
            (Status.UNREAD, "barman says PONDERING of it"),
        ]
        assert found[1].start == datetime(2026, 11, 25, 3, tzinfo=UTC)

    def test_no_server(self):
        assert barman.read({}).sources == [Source("barman", ("it knows no server",))]


class TestWalG:
    """Shaped by WAL-G's source; there is no binary of it in any package registry that the tests may use."""

    ROW: ClassVar = {
        "backup_name": "base_000000010000000000000004",
        "time": "2026-11-24T03:00:09Z",
        "wal_file_name": "000000010000000000000004",
        "start_time": "2026-11-24T03:00:00.123456789Z",
        "finish_time": "2026-11-24T03:00:08.5Z",
        "date_fmt": "%Y-%m-%dT%H:%M:%S.%fZ",
        "hostname": "db",
        "data_dir": "/var/lib/postgresql/15/main",
        "pg_version": 150018,
        "start_lsn": 67108904,
        "finish_lsn": 67109176,
        "is_permanent": False,
        "system_identifier": 7710926088595221468,
        "uncompressed_size": 32875739,
        "compressed_size": 6805598,
    }  # fmt: skip

    def test_a_backup(self):
        found = wal_g.read([self.ROW])
        assert found.sources == [Source("WAL-G", archives_wal=True)]
        assert found.backups == [
            Backup(
                "WAL-G",
                "base_000000010000000000000004",
                Kind.FULL,
                Status.GOOD,
                datetime(2026, 11, 24, 3, 0, 8, 500000, tzinfo=UTC),
                6805598,
                start=datetime(2026, 11, 24, 3, 0, 0, 123456, tzinfo=UTC),
                format="base backup",
                where="storage of WAL-G",
                series="WAL-G/full",
                cluster="7710926088595221468",
                server_version="15.18",
            )
        ]

    def test_newer_releases_call_the_time_otherwise(self):
        row = {"backup_name": "base_0_D_1", "modification_time": "2026-11-24T03:00:09Z", "creation_time": "x"}
        [found] = wal_g.read([row]).backups
        assert (found.kind, found.stop) == (Kind.INCREMENTAL, datetime(2026, 11, 24, 3, 0, 9, tzinfo=UTC))

    def test_without_times_of_its_own(self):
        """Go writes the year 1 for a time that is none."""
        row = self.ROW | {"finish_time": "0001-01-01T00:00:00Z", "start_time": "0001-01-01T00:00:00Z"}
        [found] = wal_g.read([row]).backups
        assert (found.start, found.stop) == (None, datetime(2026, 11, 24, 3, 0, 9, tzinfo=UTC))

    @pytest.mark.parametrize("report", [None, []])
    def test_none(self, report):
        assert wal_g.read(report) == Found([Source("WAL-G", archives_wal=True)])


class TestListings:
    """Shaped by the API reference of Amazon S3."""

    @staticmethod
    def page(*rows, **more):
        keys = ("Key", "Size", "LastModified")
        return {"Contents": [dict(zip(keys, row, strict=True)) for row in rows], **more}

    def test_dumps_among_other_things(self):
        found = listings.read(
            self.page(
                ("app/", 0, "2026-11-24T03:00:00+00:00"),
                ("app/2026-11-24.dump", 5000, "2026-11-24T03:00:00+00:00"),
                ("app/2026-11-23.sql.gz", 4000, "2026-11-23T03:00:00.000Z"),
                ("app/2026-11-22.dump.gpg", 4000, "2026-11-22T03:00:00.000Z"),
                ("app/2026-11-24.dump.sha256", 64, "2026-11-24T03:00:01+00:00"),
                ("images/logo.png", 64, "2026-11-24T03:00:01+00:00"),
                ("app/empty.dump", 0, "2026-11-24T03:00:00+00:00"),
                Name="acme",
            )
        )
        assert found.sources == [Source("S3 acme", note="2 objects are no dumps by their names")]
        assert [(b.name, b.status, b.size_bytes, b.encrypted, b.off_host) for b in found.backups] == [
            ("app/2026-11-24.dump", Status.LISTED, 5000, None, True),
            ("app/2026-11-23.sql.gz", Status.LISTED, 4000, None, True),
            ("app/2026-11-22.dump.gpg", Status.LISTED, 4000, True, True),
            ("app/empty.dump", Status.DAMAGED, 0, None, True),
        ]
        assert found.backups[0].series == "app/#-#-#.dump"

    def test_folders_are_one_dump_each(self):
        found = listings.read(
            self.page(
                ("d/1/toc.dat", 10, "2026-11-24T03:00:02Z"),
                ("d/1/3001.dat.gz", 500, "2026-11-24T03:00:01Z"),
                ("d/2/3001.dat.gz", 500, "2026-11-24T03:00:01Z"),
            )
        )
        assert [(b.name, b.size_bytes, b.stop.second) for b in found.backups] == [("d/1", 510, 2)]
        assert found.sources[0].note == "1 objects are no dumps by their names"

    @pytest.mark.parametrize("more", [{"NextToken": "x"}, {"IsTruncated": True, "NextContinuationToken": "x"}])
    def test_cut_off(self, more):
        assert listings.read(self.page(Name="acme", **more)).gaps == [
            Gap("S3 acme", "the listing is cut off: it goes on after its last page", "save all pages")
        ]

    def test_nothing(self):
        assert listings.read({"RequestCharged": None}) == Found([Source("S3")])


class TestRds:
    """Shaped by the API reference of Amazon RDS."""

    INSTANCE: ClassVar = {
        "DBInstanceIdentifier": "app-prod", "Engine": "postgres", "EngineVersion": "15.18", "AllocatedStorage": 20,
        "BackupRetentionPeriod": 7, "LatestRestorableTime": "2026-11-24T17:55:00+00:00", "StorageEncrypted": True,
    }  # fmt: skip
    SNAPSHOT: ClassVar = {
        "DBInstanceIdentifier": "app-prod", "DBSnapshotIdentifier": "rds:app-prod-2026-11-24-03-00",
        "Engine": "postgres", "EngineVersion": "15.18", "Status": "available", "SnapshotType": "automated",
        "SnapshotCreateTime": "2026-11-24T03:00:30+00:00", "Encrypted": True, "AllocatedStorage": 20,
    }  # fmt: skip
    AUTOMATED: ClassVar = {
        "DBInstanceIdentifier": "app-prod", "Engine": "postgres", "Status": "active", "Encrypted": True,
        "BackupRetentionPeriod": 7,
        "RestoreWindow": {"EarliestTime": "2026-11-17T03:00:00+00:00", "LatestTime": "2026-11-24T17:55:00+00:00"},
    }  # fmt: skip

    def test_reports_of_the_same_instance_are_one(self):
        found = Found()
        for key, row in (
            ("DBInstances", self.INSTANCE),
            ("DBSnapshots", self.SNAPSHOT),
            ("DBInstanceAutomatedBackups", self.AUTOMATED),
        ):
            found.add(rds.read({key: [row]}))
        found = rds.merged(found)
        assert found.sources == [
            Source(
                "RDS app-prod",
                archives_wal=True,
                window_start=datetime(2026, 11, 17, 3, tzinfo=UTC),
                window_end=datetime(2026, 11, 24, 17, 55, tzinfo=UTC),
                note="keeps automated backups for 7 days",
            )
        ]
        assert [(b.name, b.kind, b.status, b.encrypted, b.off_host) for b in found.backups] == [
            ("point-in-time recovery", Kind.SNAPSHOT, Status.GOOD, True, True),
            ("rds:app-prod-2026-11-24-03-00", Kind.SNAPSHOT, Status.GOOD, True, True),
        ]

    def test_automated_backups_are_off(self):
        row = self.INSTANCE | {"BackupRetentionPeriod": 0, "LatestRestorableTime": None}
        found = rds.read({"DBInstances": [row]})
        assert (found.sources[0].complaints, found.backups) == (
            ("automated backups are off: BackupRetentionPeriod is 0",),
            [],
        )

    def test_states(self):
        rows = [self.SNAPSHOT | {"Status": state} for state in ("failed", "creating", "incompatible-restore")]
        assert [b.status for b in rds.read({"DBSnapshots": rows}).backups] == [
            Status.FAILED,
            Status.RUNNING,
            Status.UNREAD,
        ]

    def test_other_engines_are_others(self):
        found = rds.read({"DBInstances": [self.INSTANCE | {"Engine": "mysql"}]})
        assert found.sources == [Source("RDS", ("the report holds none of its DBInstances",))]

    def test_clusters(self):
        row = {
            "DBClusterIdentifier": "app", "Engine": "aurora-postgresql", "BackupRetentionPeriod": 1,
            "EarliestRestorableTime": "2026-11-23T03:00:00Z", "LatestRestorableTime": "2026-11-24T17:55:00Z",
            "StorageEncrypted": False,
        }  # fmt: skip
        [source] = rds.read({"DBClusters": [row]}).sources
        assert (source.name, source.window_start) == ("RDS app", datetime(2026, 11, 23, 3, tzinfo=UTC))


class TestSupabase:
    """Shaped by the OpenAPI document of the Management API."""

    def test_daily(self):
        found = supabase.read(
            {
                "pitr_enabled": False,
                "physical_backup_data": {},
                "backups": [
                    {"id": 3, "is_physical_backup": True, "status": "COMPLETED", "inserted_at": "2026-11-24T03:00:00Z"},
                    {"id": 2, "is_physical_backup": True, "status": "FAILED", "inserted_at": "2026-11-23T03:00:00Z"},
                    {"id": 1, "is_physical_backup": True, "status": "REMOVED", "inserted_at": "2026-11-01T03:00:00Z"},
                    {"id": 4, "is_physical_backup": True, "status": "PENDING", "inserted_at": "2026-11-24T04:00:00Z"},
                ],
            }
        )
        assert found.sources == [Source("Supabase", note="no point-in-time recovery")]
        assert said(found) == [
            ("backup 3", Status.GOOD, ""),
            ("backup 2", Status.FAILED, "Supabase says FAILED of it"),
            ("backup 4", Status.RUNNING, ""),
        ]

    def test_point_in_time(self):
        window = {"earliest_physical_backup_date_unix": 1795000000, "latest_physical_backup_date_unix": 1795600000}
        found = supabase.read({"pitr_enabled": True, "backups": [], "physical_backup_data": window})
        [source] = found.sources
        assert (source.archives_wal, source.window_start, source.window_end) == (True, at(1795000000), at(1795600000))
        assert [(b.name, b.stop) for b in found.backups] == [("point-in-time recovery", at(1795600000))]

    @pytest.mark.parametrize("window", [None, {}, {"latest_physical_backup_date_unix": 0}])
    def test_enabled_and_nothing_there_yet(self, window):
        found = supabase.read({"pitr_enabled": True, "backups": [], "physical_backup_data": window})
        assert (found.backups, found.sources[0].archives_wal) == ([], False)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)
REAL = {
    pgbackrest.read: [sample(f"pgbackrest-info-{name}") for name in ("healthy", "page-error", "stanza-no-backup")],
    barman.read: [sample(f"barman-{name}") for name in ("list-backups", "show-backup", "check", "status")],
    wal_g.read: [[TestWalG.ROW]],
    listings.read: [TestListings.page(("a.dump", 1, "2026-11-24T03:00:00Z"), Name="x")],
    rds.read: [{"DBInstances": [TestRds.INSTANCE], "DBSnapshots": [TestRds.SNAPSHOT]}],
    supabase.read: [
        {"pitr_enabled": True, "backups": [{"id": 1, "status": "COMPLETED", "inserted_at": "2026-11-24T03:00:00Z"}],
         "physical_backup_data": {"earliest_physical_backup_date_unix": 1, "latest_physical_backup_date_unix": 2}}
    ],
}  # fmt: skip


@st.composite
def reports(draw):
    """A reader, and a real report in which a few values are something else; or any JSON."""
    reader = draw(st.sampled_from(sorted(REAL, key=lambda one: one.__module__)))
    if draw(st.integers(0, 4)) == 0:
        return reader, draw(JSON)
    return reader, draw(changed(REAL[reader]))


@st.composite
def changed(draw, real):
    """A real report in which a few values are something else."""
    report = copy.deepcopy(draw(st.sampled_from(real)))
    for _ in range(draw(st.integers(1, 3))):
        node = report
        while isinstance(node, (list, dict)) and node:
            key = draw(st.sampled_from(sorted(node) if isinstance(node, dict) else range(len(node))))
            if not isinstance(node[key], (list, dict)) or draw(st.booleans()):
                if isinstance(node, dict) and draw(st.booleans()):
                    del node[key]
                else:
                    node[key] = draw(JSON)
                break
            node = node[key]
    return report


@given(reports())
@FUZZ
def test_any_report_is_read_or_refused(given_):
    reader, report = given_
    try:
        found = shaped("the tool", "how", reader, report)
    except Unavailable:
        return
    for backup in found.backups:
        assert isinstance(backup, Backup)
        assert backup.stop is None or backup.stop.tzinfo is UTC
        assert isinstance(backup.cluster, str)
        assert backup.size_bytes >= 0
        if backup.status in {Status.DAMAGED, Status.FAILED}:
            assert backup.problem


def test_pgbackrest_after_an_upgrade():
    """The log of the cluster before is no log of this one."""
    databases = [{"id": 1, "repo-key": 1, "system-id": 7, "version": "14"}, {"id": 2, "repo-key": 1, "system-id": 8}]
    old = {"database": {"id": 1, "repo-key": 1}, "id": "14-1", "min": "0" * 24, "max": "0000000100000000000000AA"}
    new = {"database": {"id": 2, "repo-key": 1}, "id": "15-2", "min": None, "max": None}
    stanza = {"name": "app", "status": {"code": 0, "message": "ok"}, "db": databases, "archive": [old, new]}
    [source] = pgbackrest.read([stanza]).sources
    assert (source.cluster, source.archives_wal, source.archived_to) == ("8", False, "")
    new["max"] = "000000010000000000000003"
    [source] = pgbackrest.read([stanza]).sources
    assert (source.archives_wal, source.archived_to) == (True, "000000010000000000000003")
