from __future__ import annotations

from dataclasses import replace

from auditor.facts.backups import Source, Status
from checks.backups.backups_succeed import backups_succeed
from tests.checks.backups.making import CUT, DAY, DUMP, ELSEWHERE, FULL, HERE, HOUR, REPO, ages, found, said


def failed_one(age, status=Status.FAILED):
    return replace(ages(FULL, age)[0], name="broken", status=status, problem="barman says FAILED of it")


def judge(*backups, **more):
    return said(backups_succeed(found(*backups, **more)))


def test_the_newest_succeeded():
    assert judge(FULL) == [("pass", REPO, f"the newest backup, {FULL.name}, succeeded")]


def test_a_failure_that_was_made_good():
    assert judge(FULL, failed_one(DAY)) == [("pass", REPO, f"the newest backup, {FULL.name}, succeeded")]


def test_the_newest_failed():
    assert judge(FULL, failed_one(HOUR)) == [
        ("fail", "broken", f"barman says FAILED of it; the newest that succeeded is {FULL.name}")
    ]
    assert judge(failed_one(HOUR)) == [("fail", "broken", "barman says FAILED of it; none has succeeded")]


def test_the_newest_is_being_made():
    running = replace(failed_one(HOUR), status=Status.RUNNING, problem="")
    assert judge(FULL, running) == [("pass", REPO, f"the newest backup, {FULL.name}, succeeded")]


def test_a_state_that_nobody_knows():
    assert judge(FULL, failed_one(HOUR, Status.UNREAD)) == [("error", "broken", "barman says FAILED of it")]


def test_what_a_tool_complains_of():
    sources = (Source(REPO, ("pgBackRest says of the stanza: no valid backups", "and more")),)
    assert judge(sources=sources) == [
        ("fail", REPO, "pgBackRest says of the stanza: no valid backups"),
        ("fail", REPO, "and more"),
    ]
    assert [finding.aspect for finding in backups_succeed(found(sources=sources))] == ["", "1"]
    assert [outcome for outcome, *_ in judge(FULL, sources=sources)] == ["fail", "fail"]


def test_a_stanza_of_another_cluster():
    other = Source("pgBackRest billing", ("pgBackRest says of the stanza: no valid backups",), cluster=ELSEWHERE)
    assert judge(FULL, sources=(Source(REPO, cluster=HERE), other)) == [
        ("pass", REPO, f"the newest backup, {FULL.name}, succeeded")
    ]


def test_a_source_that_could_not_be_asked():
    sources = (Source("dump files"), Source("Supabase", unseen="the Management API answers 403"))
    assert judge(DUMP, sources=sources) == [("error", "Supabase", "the Management API answers 403")]


def test_dumps_say_nothing_of_their_job():
    for one in (DUMP, CUT):
        assert [outcome for outcome, *_ in judge(one)] == ["not-applicable"]
