"""Saved answers of real tools, through the checks: each state fails where it should, and nowhere else."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from auditor.facts.backups import Backups, LiveIdentity, LiveTable, LiveTables, Release, RestoreTools
from auditor.facts.policy import BackupPolicy
from auditor.probes.backups import barman, dumps, pgbackrest
from auditor.probes.backups.reports import Found
from tests.checks.backups.making import ARCHIVING as ANY
from tests.checks.backups.making import WAL
from tests.probes.backups.asking import outcomes
from tests.probes.net.running import run

DATA = Path(__file__).parent / "data"
CLUSTER = "7710926088595221468"
MADE = datetime(2026, 11, 22, 9, 31, 24, tzinfo=UTC)
THEN = datetime(2026, 11, 22, 9, 50, tzinfo=UTC)
LIVE = LiveIdentity("app", CLUSTER, 150018, MADE)
TABLES = LiveTables(
    "app",
    (
        LiveTable("public.orders", 20_000, partitioned=False, row_security=False, inserted=20_000),
        LiveTable("public.tenants", 23, partitioned=False, row_security=True, inserted=23),
        LiveTable("public.users", 2000, partitioned=False, row_security=False, inserted=2000),
    ),
    None,
)


def sample(name):
    return json.loads((DATA / f"{name}.json").read_text())


def failing(found: Found, *, live=LIVE, at=THEN, archiving=None) -> dict[str, list[str]]:
    """The checks that say anything but pass or not applicable."""
    backups = Backups(tuple(found.sources), tuple(found.backups), at, live, gaps=tuple(found.gaps))
    given = (backups, archiving or ARCHIVING, TABLES, BackupPolicy(), Release(None), RestoreTools(None))
    said = outcomes({type(fact): fact for fact in given})
    return {one: rows for one, rows in said.items() if set(rows) - {"pass", "not-applicable"}}


def at(name) -> Found:
    return pgbackrest.read(sample(name))


ARCHIVING = replace(ANY, last_wal=f"{WAL}1F", current_wal=f"{WAL}20")
CIPHER = {"BAK013": ["fail"], "BAK014": ["manual"]}
"""The samples are of a repository without a cipher, of which nobody can tell where it is."""


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("pgbackrest-info-healthy", {}),
        ("pgbackrest-info-page-error", {"BAK002": ["fail", "pass"]}),
        ("pgbackrest-info-stale-9d", {"BAK001": ["fail"]}),
        ("pgbackrest-info-stanza-no-backup", {"BAK001": ["fail"], "BAK003": ["fail"], "BAK017": ["fail"]}),
        ("pgbackrest-info-missing-stanza", {"BAK001": ["fail"], "BAK003": ["fail"], "BAK017": ["fail"]}),
        ("pgbackrest-info-no-stanza", {"BAK001": ["fail"], "BAK003": ["fail"], "BAK017": ["fail"]}),
    ],
)
def test_pgbackrest(name, expected):
    found = failing(at(name))
    if found.get("BAK013"):
        expected = expected | CIPHER
    assert {one: rows for one, rows in found.items() if one != "BAK015"} == expected


def test_the_repository_of_another_cluster():
    live = LiveIdentity("app", "7000000000000000001", 150018, MADE)
    assert failing(at("pgbackrest-info-healthy"), live=live) == {
        "BAK001": ["fail"],
        "BAK009": ["fail"],
        "BAK017": ["fail"],
    }


def test_barman():
    found = Found()
    for name in ("list-backups", "show-backup", "check", "status"):
        found.add(barman.read(sample(f"barman-{name}")))
    assert failing(barman.merged(found)) == {"BAK013": ["manual"], "BAK014": ["manual"]}
    before = barman.read(sample("barman-check-before-backup"))
    assert failing(before) == {"BAK001": ["fail"], "BAK003": ["fail"], "BAK017": ["fail"]}


def test_a_dump_that_row_level_security_has_emptied(tmp_path):
    path = tmp_path / "app.dump"
    shutil.copyfile(DATA / "app-rls-partial.dump", path)
    path.chmod(0o600)
    os.utime(path, (THEN.timestamp() - 200,) * 2)
    found = run(dumps.ask((str(path),), LIVE, off_host=True))
    assert failing(found) == {"BAK007": ["fail"], "BAK013": ["fail"]}
    path.write_bytes(path.read_bytes()[:100_000])
    os.utime(path, (THEN.timestamp() - 200,) * 2)
    found = run(dumps.ask((str(path),), LIVE, off_host=True))
    assert failing(found) == {"BAK001": ["fail"], "BAK004": ["fail"], "BAK017": ["fail"]}
