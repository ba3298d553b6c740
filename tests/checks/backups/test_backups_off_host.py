from __future__ import annotations

from dataclasses import replace

from auditor.facts.policy import BackupPolicy
from checks.backups.backups_off_host import backups_off_host
from tests.checks.backups.making import DUMP, DUMPS, FULL, LISTED, found, said

HERE = replace(DUMP, off_host=False)


def judge(*backups, declared=False):
    return said(backups_off_host(found(*backups), BackupPolicy(off_host=declared)))


def test_elsewhere():
    assert judge(HERE, FULL, LISTED) == [("pass", "S3 acme", "its backups are kept in s3")]


def test_beside_the_database():
    assert judge(HERE) == [("fail", DUMPS, "its backups lie on the machine of the database")]
    assert [one for one, *_ in judge(HERE, declared=True)] == ["not-applicable"]


def test_nobody_can_tell():
    assert [one for one, *_ in judge(FULL)] == ["manual"]
    assert [one for one, *_ in judge(FULL, declared=True)] == ["not-applicable"]
    assert [one for one, *_ in judge()] == ["not-applicable"]
