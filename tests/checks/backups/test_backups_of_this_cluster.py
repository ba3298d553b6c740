from __future__ import annotations

from dataclasses import replace

from auditor.facts.backups import Status
from checks.backups.backups_of_this_cluster import backups_of_this_cluster
from tests.checks.backups.making import DAY, DUMP, ELSEWHERE, FULL, LIVE, NOW, REPO, found, said

FOREIGN = replace(FULL, name="foreign", cluster=ELSEWHERE)


def judge(*backups, **more):
    return said(backups_of_this_cluster(found(*backups, **more)))


def test_of_this_one():
    assert judge(FULL, DUMP) == [("pass", REPO, "its newest backup is of the live cluster")]


def test_of_another_one():
    assert judge(FOREIGN) == [("fail", REPO, "its newest backup is of another cluster than the live one")]
    later = replace(FOREIGN, stop=NOW)
    assert [one for one, *_ in judge(FULL, later)] == ["fail"]


def test_older_ones_may_be_of_the_cluster_before_an_upgrade():
    assert [one for one, *_ in judge(replace(FOREIGN, stop=NOW - DAY), FULL)] == ["pass"]


def test_each_source_for_itself():
    assert [(one, name) for one, name, _ in judge(FULL, replace(FOREIGN, source="WAL-G"))] == [
        ("fail", "WAL-G"),
        ("pass", REPO),
    ]


def test_a_repository_of_several_clusters():
    """One report tells of all stanzas: it is enough that one is the live cluster's."""
    other = replace(FOREIGN, source="pgBackRest billing")
    assert [(one, name) for one, name, _ in judge(FULL, other)] == [("pass", REPO)]
    assert [one for one, *_ in judge(other, replace(FOREIGN, source="pgBackRest crm"))] == ["fail", "fail"]


def test_what_nobody_can_tell():
    assert [one for one, *_ in judge(FULL, live=None)] == ["error"]
    assert [one for one, *_ in judge(FULL, live=replace(LIVE, cluster=""))] == ["error"]
    assert [one for one, *_ in judge(DUMP)] == ["not-applicable"]
    assert [one for one, *_ in judge(replace(FULL, status=Status.FAILED))] == ["not-applicable"]
