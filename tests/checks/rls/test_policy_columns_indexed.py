from __future__ import annotations

from auditor.facts.columns import Columns, MissingIndex
from auditor.model import failed, passed
from checks.rls.policy_columns_indexed import policy_columns_indexed

MISSING = MissingIndex("public.notes", ("owner_id",), "policy")
PASS = [passed("*", "every column that a policy reads has an index")]


def judge(*missing):
    return list(policy_columns_indexed(Columns((), missing)))


def unindexed(names, columns, table="public.notes"):
    return failed(
        table,
        f"policies read {names}, and no index begins with it",
        remediation=f"    create index on {table} ({names});",
        aspect=names,
        columns=columns,
    )


def test_all_are():
    assert judge() == PASS


def test_one_is_not():
    assert judge(MISSING) == [unindexed("owner_id", ["owner_id"])]


def test_two_columns_of_one_table_are_told_apart():
    other = MissingIndex("public.notes", ("org_id",), "policy")
    assert judge(MISSING, other) == [unindexed("owner_id", ["owner_id"]), unindexed("org_id", ["org_id"])]


def test_foreign_keys_are_for_another_check():
    assert judge(MissingIndex("public.notes", ("org_id",), "foreign key", "fk")) == PASS


def test_hostile_names_are_quoted():
    missing = MissingIndex('public."a.b"', ('x"); --',), "policy")
    assert judge(missing) == [unindexed('"x""); --"', ['x"); --'], table='public."a.b"')]
