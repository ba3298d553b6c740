from __future__ import annotations

from dataclasses import replace

import pytest

from auditor.facts.backups import RestoreTools
from checks.backups.restore_tools_fit import restore_tools_fit
from tests.checks.backups.making import DUMP, FULL, LISTED, LIVE, found, said

NONE = RestoreTools(None)


def judge(*backups, tools=NONE, **more):
    return [one for one, *_ in said(restore_tools_fit(found(*backups, **more), tools))]


@pytest.mark.parametrize(
    ("format_", "server", "there", "outcome"),
    [
        ("custom 1.14", "15.18", 15, "pass"),
        ("custom 1.14", "15.18", 18, "pass"),
        ("custom 1.14", "15.18", 14, "fail"),
        ("custom 1.16", "15.18", 15, "fail"),  # by pg_dump 17 or 18: "unsupported version (1.16) in file header"
        ("custom 1.16, gzip", "15.18", 17, "pass"),
        ("directory 1.15", "15.18", 15, "fail"),
        ("custom 1.12", "9.6.24", 9, "pass"),
        ("plain", "15.18", 14, "fail"),
        ("plain", "15.18", 16, "pass"),
        ("plain", "", 16, "error"),
        ("custom 1.99", "", 16, "error"),
    ],
)
def test_dumps(format_, server, there, outcome):
    assert judge(replace(DUMP, format=format_, server_version=server), tools=RestoreTools(there, "ssh")) == [outcome]


@pytest.mark.parametrize(("there", "outcome"), [(15, "pass"), (14, "fail"), (16, "fail")])
def test_physical_ones_want_their_own(there, outcome):
    assert judge(FULL, tools=RestoreTools(there, "ssh")) == [outcome]


def test_physical_ones_that_do_not_say():
    silent = replace(FULL, source="barman app", server_version="", cluster="")
    assert judge(silent, tools=RestoreTools(15, "ssh")) == ["pass"]
    assert judge(silent, tools=RestoreTools(16, "ssh")) == ["fail"]
    assert judge(silent, tools=RestoreTools(15, "ssh"), live=None) == ["error"]


def test_without_a_command_the_live_server_stands_for_one_like_it():
    assert judge(DUMP) == judge(FULL) == ["pass"]
    assert said(restore_tools_fit(found(DUMP), NONE))[0][2] == (
        "it needs PostgreSQL 15 or newer, and the live server has 15"
    )
    assert judge(replace(DUMP, format="custom 1.16")) == ["error"]
    assert judge(FULL, live=replace(LIVE, server_version=160004)) == ["error"]
    assert judge(DUMP, live=None) == ["error"]


def test_what_is_not_asked():
    assert judge(LISTED) == ["error"]
    assert judge(replace(FULL, source="RDS app")) == ["not-applicable"]
    assert judge() == ["not-applicable"]
