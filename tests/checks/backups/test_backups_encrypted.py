from __future__ import annotations

from dataclasses import replace

import pytest

from auditor.facts.policy import BackupPolicy
from checks.backups.backups_encrypted import backups_encrypted
from tests.checks.backups.making import DUMP, FULL, LISTED, NOW, found, said


def judge(*backups, storage=False):
    return said(backups_encrypted(found(*backups), BackupPolicy(encrypted_storage=storage)))


@pytest.mark.parametrize(
    ("one", "outcome", "with_storage"),
    [
        (replace(FULL, encrypted=True), "pass", "pass"),
        (FULL, "fail", "not-applicable"),
        (DUMP, "fail", "not-applicable"),
        (LISTED, "manual", "not-applicable"),
        (replace(FULL, source="Supabase", encrypted=None), "not-applicable", "not-applicable"),
        (replace(FULL, source="RDS app", encrypted=False), "fail", "not-applicable"),
    ],
)
def test_each_source(one, outcome, with_storage):
    assert [said_ for said_, *_ in judge(one)] == [outcome]
    assert [said_ for said_, *_ in judge(one, storage=True)] == [with_storage]


def test_only_the_newest_of_a_source():
    old = replace(FULL, name="old", stop=NOW.replace(year=2025))
    assert [said_ for said_, *_ in judge(replace(FULL, encrypted=True), old)] == ["pass"]


def test_for_everyone_to_read():
    """An encrypted disk does not help against that."""
    open_ = replace(DUMP, everyone_reads=True)
    assert judge(open_, storage=True)[0] == ("fail", "app.dump", "every account of the machine may read this dump")
    assert judge(open_, replace(open_, name="b"), storage=True)[0][2].endswith("this dump and 1 more")
    assert [said_ for said_, *_ in judge(replace(open_, encrypted=True))] == ["pass"]


def test_nothing():
    assert [said_ for said_, *_ in judge()] == ["not-applicable"]
