from __future__ import annotations

import pytest

from auditor.model import failed, passed
from checks.audit_logs.changes_logged import changes_logged
from tests.checks.audit_logs.sample import hidden, role, settings


def judge(statement="none", pgaudit="", **values):
    own = {"log_statement": statement, "pgaudit_log": pgaudit, **values}
    return list(changes_logged(settings(role(**own))))


def evidence(statement, pgaudit):
    sources = {"log_statement": "server", **({"pgaudit.log": "server"} if pgaudit else {})}
    return {"role": "app", "log_statement": statement, "pgaudit_log": pgaudit, "sources": sources}


@pytest.mark.parametrize(
    "pgaudit",
    [
        "all",
        "ALL",
        "ddl, role, write",
        " Role ,DDL",
        "none, ddl, role",
        "all, -read, -misc",
        "-ddl, ddl, role",
        "all,-none",
    ],
)
@pytest.mark.parametrize("statement", ["none", "all"])
def test_by_pgaudit(statement, pgaudit):
    assert judge(statement, pgaudit) == [
        passed("pgaudit.log", f"pgaudit.log is {pgaudit} for app", **evidence(statement, pgaudit))
    ]


@pytest.mark.parametrize("statement", ["ddl", "mod", "all", "DDL"])
@pytest.mark.parametrize("pgaudit", ["", "none", "read, write", "nonsense"])
def test_by_log_statement(statement, pgaudit):
    assert judge(statement, pgaudit) == [
        passed("log_statement", f"log_statement is {statement} for app", **evidence(statement, pgaudit))
    ]


@pytest.mark.parametrize(
    "pgaudit",
    [
        "",
        "none",
        "ddl",
        "role",
        "read, write",
        "all, -ddl",
        "all,-role",
        "ddl, role, -all",
        "all, none, -role",
        "ddlrole",
    ],
)
def test_by_nobody(pgaudit):
    assert judge("none", pgaudit) == [
        failed(
            "log_statement",
            f"neither pgaudit ({pgaudit or 'not set'}) nor log_statement (none) logs changes for app",
            **evidence("none", pgaudit),
        )
    ]


def test_by_the_duration_of_every_statement():
    [finding] = judge(log_min_duration_statement="0")
    assert (finding.outcome, finding.message) == ("pass", "log_min_duration_statement is 0 for app")


@pytest.mark.parametrize("level", ["fatal", "PANIC", "warning, backend:fatal"])
def test_silenced(level):
    [finding] = judge("ddl", log_min_messages=level)
    assert finding.outcome == "fail"
    assert "keeps out" in finding.message


@pytest.mark.parametrize("level", ["log", "debug5", "error", "fatal, backend:warning", "warning, checkpointer:fatal"])
def test_not_silenced(level):
    assert [finding.outcome for finding in judge("ddl", log_min_messages=level)] == ["pass"]


@pytest.mark.parametrize("name", ["log_statement", "pgaudit_log", "log_min_duration_statement", "log_min_messages"])
def test_what_is_hidden_is_no_verdict(name):
    own = {"log_statement": "none", name: hidden(name.replace("pgaudit_", "pgaudit."))}
    [finding] = changes_logged(settings(role(**own)))
    assert finding.outcome == "error"


def test_hidden_and_of_no_consequence():
    assert [f.outcome for f in judge("ddl", hidden("pgaudit.log"), log_min_messages="warning")] == ["pass"]
    assert [f.outcome for f in judge("ddl", log_min_messages=hidden("log_min_messages"))] == ["error"]
