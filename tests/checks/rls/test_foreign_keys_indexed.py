from __future__ import annotations

from auditor.facts.columns import Columns, MissingIndex
from auditor.model import failed, passed
from checks.rls.foreign_keys_indexed import foreign_keys_indexed

MISSING = MissingIndex("public.notes", ("org_id",), "foreign key", "notes_org_fk")
PASS = [passed("*", "every foreign key has an index")]


def judge(*missing):
    return list(foreign_keys_indexed(Columns((), missing)))


def unindexed(names, columns, table="public.notes", key="notes_org_fk"):
    return failed(
        table,
        f"foreign key {key} ({names}) has no index",
        remediation=f"    create index on {table} ({names});",
        aspect=key,
        columns=columns,
    )


def test_all_are():
    assert judge() == PASS


def test_one_is_not():
    assert judge(MISSING) == [unindexed("org_id", ["org_id"])]


def test_two_keys_of_one_table_are_told_apart():
    other = MissingIndex("public.notes", ("user_id",), "foreign key", "notes_user_fk")
    assert judge(MISSING, other) == [
        unindexed("org_id", ["org_id"]),
        unindexed("user_id", ["user_id"], key="notes_user_fk"),
    ]


def test_columns_keep_their_order():
    missing = MissingIndex("public.notes", ("z", "a"), "foreign key", "fk")
    assert judge(missing) == [unindexed("z, a", ["z", "a"], key="fk")]


def test_policies_are_for_another_check():
    assert judge(MissingIndex("public.notes", ("org_id",), "policy")) == PASS


def test_hostile_names_are_quoted():
    missing = MissingIndex('public."a.b"', ("order", 'x"); --'), "foreign key", "Fk")
    assert judge(missing) == [unindexed('"order", "x""); --"', ["order", 'x"); --'], table='public."a.b"', key="Fk")]
