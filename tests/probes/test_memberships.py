"""Which rows are made for which members."""

from __future__ import annotations

from dataclasses import replace

import pytest

from auditor.facts.catalog import Catalog, PolicyColumn, RowPolicy
from auditor.facts.lookups import Lookup
from auditor.probes.memberships import _rows
from auditor.probes.personas import STRANGER
from auditor.probes.synthetic_rows import OWNER

POLICY = RowPolicy("public.notes", "p", "SELECT", True, ("authenticated",), "x", None, ("org_id", "owner_id"))


def column(name, table="public.notes", **changes):
    return replace(PolicyColumn(table, name, "uuid", "uuid"), **changes)


LOOKUP = Lookup("core.members", column("user_id", "core.members"), column("org_id", "core.members"))


def rows(members, *columns, policy=POLICY):
    catalog = Catalog(("public",), "a test", "app", (), (policy,), columns=columns)
    return [
        (r.persona.role, r.persona.who, r.persona.user, r.values)
        for r in _rows(catalog, "public.notes", LOOKUP, members)
    ]


def test_strangers_get_a_real_tenant_and_members_one_that_is_not_theirs():
    found = rows([("ann", "one"), ("bob", "two")], column("org_id"), column("owner_id"))
    assert found == [
        ("authenticated", "", STRANGER, {"org_id": "'one'", "owner_id": f"'{OWNER}'"}),
        ("anon", "", STRANGER, {"org_id": "'one'", "owner_id": f"'{OWNER}'"}),
        ("authenticated", "member 1", "ann", {"org_id": "'two'", "owner_id": f"'{OWNER}'"}),
        ("authenticated", "member 2", "bob", {"org_id": "'one'", "owner_id": f"'{OWNER}'"}),
    ]


def test_a_member_of_everything_gets_a_tenant_that_nobody_is():
    found = rows([("ann", "one"), ("ann", "two")], column("org_id"))
    assert [(who, values) for _, who, _, values in found if who] == [("member 1", {"org_id": f"'{OWNER}'"})]


def test_a_few_members_are_enough():
    found = rows([(f"user {n}", f"org {n}") for n in range(20)], column("org_id"))
    assert [who for _, who, _, _ in found if who] == ["member 1", "member 2", "member 3"]


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (("org_id", "team_id"), {"org_id": "'it''s'", "team_id": "'it''s'"}),
        (("org", "owner_id"), {"org": "'it''s'", "owner_id": f"'{OWNER}'"}),
        (("belongs_to", "owner_id"), {"belongs_to": "'it''s'", "owner_id": "'it''s'"}),
    ],
)
def test_columns_for_the_tenant_by_name_else_by_type(columns, expected):
    policy = replace(POLICY, columns=columns)
    assert rows([("ann", "it's")], *map(column, columns), policy=policy)[0][3] == expected


def test_no_rows_without_members_or_without_a_column_for_them():
    assert rows([], column("org_id")) == []
    assert rows([("ann", "one")], column("org_id", type="bigint", category="N")) == []
