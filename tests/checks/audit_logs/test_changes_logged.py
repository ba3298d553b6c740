from __future__ import annotations

import pytest

from auditor.facts.database import LogSettings
from auditor.model import failed, passed
from checks.audit_logs.changes_logged import changes_logged

SOURCES = (("log_statement", "server"), ("pgaudit.log", "role"))


def judge(statement="none", pgaudit=""):
    return list(changes_logged(LogSettings("app", "on", "on", statement, "%m ", pgaudit, SOURCES)))


def evidence(statement, pgaudit):
    return {
        "role": "app",
        "log_statement": statement,
        "pgaudit_log": pgaudit,
        "sources": {"log_statement": "server", "pgaudit.log": "role"},
    }


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
        passed("pgaudit.log", f"pgaudit logs {pgaudit} for app", **evidence(statement, pgaudit))
    ]


@pytest.mark.parametrize("statement", ["ddl", "mod", "all", "DDL"])
@pytest.mark.parametrize("pgaudit", ["", "none", "read, write"])
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
            "neither pgaudit nor log_statement (none) logs changes for app",
            **evidence("none", pgaudit),
        )
    ]
