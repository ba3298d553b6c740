from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.facts.catalog import Relation
from auditor.facts.database import qualified, quoted

IDENTIFIERS = st.text(st.characters(exclude_characters="\x00\x01", exclude_categories=["Cs"]), min_size=1, max_size=12)
TRICKY = st.text('a."', min_size=1, max_size=5)
NAMES = IDENTIFIERS | TRICKY


def table(schema, name):
    return Relation(schema, name, "table", "postgres", True)


@pytest.mark.parametrize(
    ("name", "sql"),
    [
        ("notes", "notes"),
        ("_a1$", "_a1$"),
        ("Notes", '"Notes"'),
        ("a.b", '"a.b"'),
        ("a b", '"a b"'),
        ('say "hi"', '"say ""hi"""'),
        ('"', '""""'),
        ("1a", '"1a"'),
        ("$a", '"$a"'),
        ("", '""'),
        ("notes\n", '"notes\n"'),
        ("ñandú", '"ñandú"'),
        ("order", '"order"'),
        ("user", '"user"'),
        ("ordering", "ordering"),
        ("x; drop table y; --", '"x; drop table y; --"'),
    ],
)
def test_quoted(name, sql):
    assert quoted(name) == sql


@given(NAMES)
def test_a_quoted_name_reads_back(name):
    sql = quoted(name)
    if sql.startswith('"'):
        assert sql[1:-1].replace('""', '"') == name
        assert '"' not in sql[1:-1].replace('""', "")
    else:
        assert sql == name


@pytest.mark.parametrize(
    ("name", "sql"),
    [
        ("public\x01notes", "public.notes"),
        ("a.b\x01c", '"a.b".c'),
        ("a\x01b.c", 'a."b.c"'),
        ('Odd\x01qu"ote', '"Odd"."qu""ote"'),
        ("public\x01is_admin\x01", "public.is_admin()"),
        ("public\x01f\x01a integer, b text", "public.f(a integer, b text)"),
        ("public\x01order\x01n integer", 'public."order"(n integer)'),
    ],
)
def test_qualified(name, sql):
    assert qualified(name) == sql


@given(NAMES, NAMES)
def test_qualified_says_what_a_relation_says(schema, name):
    assert qualified(f"{schema}\x01{name}") == str(table(schema, name))


@given(NAMES, NAMES, NAMES, NAMES)
def test_two_tables_never_look_alike(schema, name, other_schema, other_name):
    one, other = table(schema, name), table(other_schema, other_name)
    assert (str(one) == str(other)) == ((schema, name) == (other_schema, other_name))


@given(NAMES, NAMES, NAMES, NAMES)
def test_a_declared_name_means_one_table_only(schema, name, other_schema, other_name):
    one, other = table(schema, name), table(other_schema, other_name)
    for declared in (str(one), f"{schema}.{name}"):
        if one.named_in([declared]) and other.named_in([declared]):
            assert (schema, name) == (other_schema, other_name)
