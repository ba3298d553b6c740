from __future__ import annotations

import pytest

from auditor.facts.audit_logs import AuditTable, AuditTables, Change
from checks.audit_logs.audit_tables_append_only import audit_tables_append_only


def judge(*changes, **values):
    found = AuditTables(("app",), (AuditTable("public.audit_log", False, changes, "owner"),), **values)
    return [(f.outcome.value, f.message) for f in audit_tables_append_only(found)]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ((), [("pass", "none of these roles may change or delete its rows")]),
        ((Change("app", "UPDATE"), Change("app", "DELETE")), [("fail", "app may UPDATE, DELETE")]),
        ((Change("app", "owner"),), [("fail", "app owns it, or may become its owner")]),
        (
            (Change("app", "TRUNCATE"), Change("service_role", "DELETE")),
            [("fail", "app may TRUNCATE; service_role may DELETE")],
        ),
        (
            (Change("app", "DELETE", "guard"),),
            [("error", "app was granted DELETE, and the trigger guard may refuse it, or may not")],
        ),
    ],
)
def test_who_may_do_what(changes, expected):
    assert judge(*changes) == expected


def test_a_superuser():
    assert [outcome for outcome, _ in judge(superuser=True)] == ["fail"]


def test_none_and_missing():
    assert [f.outcome.value for f in audit_tables_append_only(AuditTables(("app",), ()))] == ["not-applicable"]
    assert [f.outcome.value for f in audit_tables_append_only(AuditTables(("app",), (), ("public.x",)))] == ["error"]
