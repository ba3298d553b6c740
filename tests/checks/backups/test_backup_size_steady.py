from __future__ import annotations

from dataclasses import replace

import pytest

from auditor.facts.backups import Kind
from auditor.facts.policy import BackupPolicy
from checks.backups.backup_size_steady import backup_size_steady
from tests.checks.backups.making import CUT, DAY, DUMP, FULL, HOUR, LISTED, ages, found, said


def judge(*backups):
    return said(backup_size_steady(found(*backups), BackupPolicy()))


def pair(new, before, one=DUMP, age=HOUR):
    newest, older = ages(one, age, age + DAY)
    return [replace(newest, size_bytes=new), replace(older, size_bytes=before)]


@pytest.mark.parametrize(
    ("new", "outcome"), [(1_000_000, "pass"), (9_000_000, "pass"), (500_000, "pass"), (499_999, "fail"), (1, "fail")]
)
@pytest.mark.parametrize("one", [DUMP, LISTED, FULL])
def test_sizes(one, new, outcome):
    [(said_, name, _)] = judge(*pair(new, 1_000_000, one))
    assert (said_, name) == (outcome, f"{one.name}-0")


def test_what_it_says():
    assert judge(*pair(300_000, 1_000_000)) == [("fail", "app.dump-0", "it has only 30% of the size of app.dump-1")]


def test_what_cannot_be_compared():
    nothing = [("not-applicable", "*", "no two backups of the same kind can be compared yet")]
    assert judge(DUMP) == nothing
    assert judge(*pair(10, 60_000)) == nothing  # definitions alone take as much
    assert judge(*pair(10, 1_000_000, age=30 * DAY)) == nothing  # a job that has ended
    assert judge(DUMP, CUT) == nothing  # another check's finding
    assert judge(*pair(10, 1_000_000, replace(FULL, kind=Kind.INCREMENTAL, source="WAL-G"))) == nothing
    first, second = pair(10, 1_000_000)
    assert judge(first, replace(second, series="another")) == nothing
