"""The rows that policies are tried on."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.facts.catalog import Catalog, PolicyColumn, RowPolicy
from auditor.facts.row_trials import Row
from auditor.probes.personas import STRANGER
from auditor.probes.synthetic_rows import OWNER, SyntheticRows, _combinations, _samples, literal

UUID = ("uuid", "uuid")
TEXT = ("text", "S")
NUMBER = ("bigint", "N")


def column(name, kind=UUID, **changes):
    return replace(PolicyColumn("public.notes", name, *kind), **changes)


def rows(row, *columns):
    policy = RowPolicy("public.notes", "own", "ALL", True, ("public",), "x", None, tuple(c.name for c in columns))
    return SyntheticRows(Catalog(("public",), "a test", "app", (), (policy,), columns)).of("public.notes", row)


@pytest.mark.parametrize(
    ("name", "kind", "value"),
    [
        ("owner_id", UUID, f"'{OWNER}'"),
        ("whatever", UUID, f"'{OWNER}'"),
        ("owner_id", TEXT, f"'{OWNER}'"),
        ("created_by", TEXT, f"'{OWNER}'"),
        ("organisation_slug", TEXT, f"'{OWNER}'"),
        ("email", TEXT, f"'{OWNER}'"),
        ("id", NUMBER, "32011"),
        ("assigned_by", NUMBER, "32011"),
    ],
)
def test_a_column_that_names_somebody_names_somebody_else(name, kind, value):
    assert rows(Row.FOREIGN, column(name, kind)) == [{name: value}]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("amount", NUMBER),
        ("paid", NUMBER),
        ("owner_id", ("uuid[]", "A")),
        ("owner_since", ("date", "D")),
        ("geometry", ("public.geometry", "U")),
    ],
)
def test_what_names_nobody_and_may_be_empty_is(name, kind):
    assert rows(Row.FOREIGN, column(name, kind)) == [{name: "null"}]


@pytest.mark.parametrize(
    ("changes", "values"),
    [
        ({"category": "B"}, ["true", "false"]),
        ({"category": "E", "labels": ("a", "it's")}, ["'a'", "'it''s'"]),
        ({"category": "S", "labels": ("a", "b"), "nullable": False}, ["'a'", "'b'"]),
        ({"category": "S"}, ["null", "'x'", "'spoken of'"]),
        ({"category": "S", "nullable": False}, ["'x'", "'spoken of'"]),
        ({"category": "S", "default": "'it''s'"}, ["'it''s'"]),
        ({"category": "N", "nullable": False}, ["0", "1000"]),
        ({"category": "D", "nullable": False}, ["'1970-01-01'", "'2200-01-01'"]),
        ({"category": "U", "nullable": False}, ["null"]),
    ],
)
def test_the_states_of_a_column(changes, values):
    assert _samples(column("state", **changes), ["'spoken of'"]) == values


def test_an_ownerless_row_keeps_what_cannot_be_empty():
    found = rows(Row.OWNERLESS, column("id", nullable=False), column("owner_id"))
    assert found == [{"id": f"'{OWNER}'", "owner_id": "null"}]
    assert rows(Row.OWNERLESS, column("id", nullable=False)) == []


def test_a_shared_row_is_the_callers_in_a_tenant_that_is_not():
    found = rows(Row.SHARED, column("user_id"), column("org_id"))
    assert found == [{"user_id": f"'{STRANGER}'", "org_id": f"'{OWNER}'"}]
    assert rows(Row.SHARED, column("user_id")) == rows(Row.SHARED, column("org_id")) == []


def test_an_own_row():
    assert rows(Row.OWN, column("id"), column("n_id", NUMBER)) == [{"id": f"'{STRANGER}'", "n_id": "32012"}]


def test_a_chosen_row_leaves_the_default():
    state = column("state", TEXT, default="'private'")
    assert rows(Row.FOREIGN, column("owner_id"), state) == [{"owner_id": f"'{OWNER}'", "state": "'private'"}]
    assert [row["state"] for row in rows(Row.CHOSEN, column("owner_id"), state)] == ["null", "'x'"]
    assert rows(Row.CHOSEN, column("owner_id"), column("state", TEXT)) == []


def test_a_spoofed_row_is_the_callers_in_the_name_of_somebody_else():
    assert rows(Row.SPOOFED, column("sender_id"), column("recipient_id")) == [
        {"sender_id": f"'{OWNER}'", "recipient_id": f"'{STRANGER}'"}
    ]
    assert rows(Row.SPOOFED, column("sender_id")) == []
    assert rows(Row.SPOOFED, column("user_a"), column("user_b")) == []


def json_rows(row, using, kind="jsonb", **changes):
    columns = (column("owner_id"), replace(PolicyColumn("public.notes", "data", kind, "U"), **changes))
    policy = RowPolicy("public.notes", "own", "ALL", True, ("public",), using, None, ("owner_id", "data"))
    catalog = Catalog(("public",), "a test", "app", (), (policy,), columns)
    return [values["data"] for values in SyntheticRows(catalog).of("public.notes", row)]


@pytest.mark.parametrize(
    ("name", "kind", "filled"),
    [
        ("member_ids", "uuid[]", f"'{{{OWNER}}}'"),
        ("whatever", "uuid[]", f"'{{{OWNER}}}'"),
        ("members", "text[]", f"'{{{OWNER}}}'"),
        ("shared_with", "bigint[]", "'{32011}'"),
    ],
)
def test_a_filled_row_names_its_owner_in_arrays(name, kind, filled):
    owner = column("owner_id")
    assert rows(Row.FILLED, owner, column(name, (kind, "A"))) == [{"owner_id": f"'{OWNER}'", name: filled}]
    assert rows(Row.FILLED, owner, column("tags", ("text[]", "A"))) == []


def test_a_filled_row_names_its_owner_in_json():
    assert json_rows(Row.FILLED, "((data ->> 'owner'::text) IS NOT NULL)") == [literal(f'{{"owner": "{OWNER}"}}')]
    assert json_rows(Row.FILLED, "((data ->> 'title'::text) IS NOT NULL)") == []
    assert json_rows(Row.FILLED, "((other ->> 'owner'::text) IS NOT NULL)") == []


@pytest.mark.parametrize(
    ("using", "values"),
    [
        ("((data ->> 'private'::text))::boolean", ["'{}'", """'{"private": true}'""", """'{"private": false}'"""]),
        ("((data ->> 'state'::text) = 'public'::text)", ["'{}'", """'{"state": "x"}'"""]),
        ("(((data ->> 'level'::text))::integer > 1)", ["'{}'"]),
        ("((data ->> 'owner'::text) = 'x'::text)", ["'{}'"]),
    ],
)
def test_the_states_of_json(using, values):
    assert json_rows(Row.FOREIGN, using, nullable=False) == values
    assert json_rows(Row.FOREIGN, using, nullable=False, default="'{}'") == values


def test_rows_by_the_kind_of_their_owner():
    def kinds(*columns):
        policy = RowPolicy("public.notes", "own", "ALL", True, ("public",), "x", None, tuple(c.name for c in columns))
        catalog = Catalog(("public",), "a test", "app", (), (policy,), columns)
        return SyntheticRows(catalog).of_kinds("public.notes")

    kind = column("owner_type", TEXT, labels=("user", "org"))
    assert kinds(column("owner_id"), kind) == {
        "owner_type is user": [{"owner_id": f"'{OWNER}'", "owner_type": "'user'"}],
        "owner_type is org": [{"owner_id": f"'{OWNER}'", "owner_type": "'org'"}],
    }
    assert kinds(column("author_id"), kind) == {}
    assert kinds(column("owner_id"), replace(kind, labels=("user", "public"))) == {}


def test_rows_of_a_tenant_that_a_policy_names():
    using = "(org_slug = COALESCE((auth.jwt() ->> 'org'::text), 'acme'::text)) OR (org_slug = 'public'::text)"
    policy = RowPolicy("public.notes", "own", "ALL", True, ("public",), using, None, ("org_slug",))
    for found, kind in (([{"org_slug": "'acme'"}], TEXT), ([], UUID)):
        catalog = Catalog(("public",), "a test", "app", (), (policy,), (column("org_slug", kind),))
        assert SyntheticRows(catalog).of("public.notes", Row.NAMED) == found


def test_tokens_are_not_what_a_client_may_say():
    columns = (column("org_id"), column("share_token"))
    policy = RowPolicy("public.notes", "own", "ALL", True, ("public",), "x", None, ("org_id", "share_token"))
    found = SyntheticRows(Catalog(("public",), "a test", "app", (), (policy,), columns))
    assert found.without_secrets("public.notes") == [{"org_id": f"'{OWNER}'", "share_token": f"'{STRANGER}'"}]


@pytest.mark.parametrize("name", ["expires_at", "expiry", "valid_until"])
def test_what_has_expired_is_as_good_as_gone(name):
    assert rows(Row.FOREIGN, column(name, ("date", "D"), default="now()")) == [{name: "'2200-01-01'"}]


def test_the_owner_is_not_the_stranger():
    assert OWNER != STRANGER


def test_columns_that_decide_nothing_are_left_out():
    policy = RowPolicy("public.notes", "own", "ALL", True, ("public",), "x", None, ("owner_id",))
    catalog = Catalog(
        ("public",), "a test", "app", (), (policy,), (column("owner_id"), column("other", ("boolean", "B")))
    )
    assert SyntheticRows(catalog).of("public.notes", Row.FOREIGN) == [{"owner_id": f"'{OWNER}'"}]
    whole = replace(policy, using="is_mine(notes.*)")
    assert len(SyntheticRows(replace(catalog, policies=(whole,))).of("public.notes", Row.FOREIGN)) == 2


@given(st.lists(st.integers(1, 4), min_size=1, max_size=8))
def test_every_value_of_every_column_occurs(sizes):
    samples = [[f"{number}.{value}" for value in range(size)] for number, size in enumerate(sizes)]
    found = _combinations(samples)
    assert len(found) == len(set(found)) <= 400
    assert {value for row in found for value in row} == {value for values in samples for value in values}


def test_one_flag_among_many_is_tried_both_ways_with_all_others_alike():
    found = _combinations([["true", "false"]] * 6)
    for position in range(6):
        others = {(row[:position] + row[position + 1 :], row[position]) for row in found}
        for rest in (("true",) * 5, ("false",) * 5):
            assert {(rest, "true"), (rest, "false")} <= others


@pytest.mark.parametrize(
    ("value", "sql"), [("a", "'a'"), ("it's", "'it''s'"), ("a\\b", "E'a\\\\b'"), ("'\\", "E'''\\\\'"), ("", "''")]
)
def test_literals(value, sql):
    assert literal(value) == sql
