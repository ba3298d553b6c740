"""What of an expression has nothing to do with its row."""

from __future__ import annotations

import pytest

from auditor.facts.ties import calls, for_the_platform, untied, untied_in_view

ANY = "( SELECT 1 FROM shares s WHERE (s.user_id = ( SELECT auth.uid() AS uid)))"
OWN = "(owner = ( SELECT auth.uid() AS uid))"


@pytest.mark.parametrize(
    ("expression", "beside"),
    [
        (f"(EXISTS {ANY})", ()),
        (f"({OWN} OR (EXISTS {ANY}))", ()),
        (f"({OWN} AND (EXISTS {ANY}))", (OWN,)),
        (f"({OWN} AND (is_public OR (EXISTS {ANY})))", (OWN,)),
        (f"(({OWN} AND is_public) OR (EXISTS {ANY}))", ()),
        (f"(CASE WHEN (EXISTS {ANY}) THEN true ELSE false END)", ()),
        (f"(COALESCE({ANY}, false))", ()),
        (f"({ANY} = 'ad)min'::text)", ()),
        (f"(( SELECT auth.uid() AS uid) IN {ANY})", ()),
    ],
)
def test_a_subquery_that_has_nothing_to_do_with_the_row(expression, beside):
    found = [asked for asked in untied(expression, "documents") if "shares" in asked.text]
    assert [(asked.text, asked.beside) for asked in found] == [(ANY, beside)]


@pytest.mark.parametrize(
    "expression",
    [
        f"(org IN {ANY})",
        f"(org = ANY {ANY})",
        f"(is_in(org, {ANY}))",
        f"(NOT (EXISTS {ANY}))",
        f"(is_public OR (NOT (EXISTS {ANY})))",
        "(EXISTS ( SELECT 1 FROM shares s WHERE (s.document_id = documents.id)))",
        "(EXISTS ( SELECT 1 FROM shares s WHERE (s.x IN ( SELECT y.x FROM y WHERE (y.id = documents.id)))))",
        "(EXISTS ( SELECT 1 FROM documents documents_1 WHERE (documents_1.id = documents.parent)))",
    ],
)
def test_a_subquery_that_is_tied_to_the_row(expression):
    assert untied(expression, "documents") == []


def test_names_with_brackets_and_dots():
    assert untied('(EXISTS ( SELECT 1 FROM s WHERE (s."a)b" = "x.y(".id)))', '"x.y("') == []
    (found,) = untied('(EXISTS ( SELECT 1 FROM s WHERE (s."a)b" = other.id)))', '"x.y("')
    assert found.names('"a)b"')
    assert not found.names("user_id")


@pytest.mark.parametrize(
    ("where", "asked"),
    [
        (f"(EXISTS {ANY})", [ANY]),
        (f"((n.owner = ( SELECT auth.uid() AS uid)) OR (EXISTS {ANY}))", [ANY]),
        (f"((n.owner = ( SELECT auth.uid() AS uid)) AND (EXISTS {ANY}))", []),
        ("(EXISTS ( SELECT 1 FROM shares s WHERE (s.id = n.id)))", []),
        ("(core.is_any(n.org) OR (n.owner = ( SELECT auth.uid() AS uid)))", ["core.is_any("]),
        ("(core.is_any(n.org) AND (n.owner = ( SELECT auth.uid() AS uid)))", []),
    ],
)
def test_what_a_view_asks(where, asked):
    definition = f" SELECT n.id, n.body\n   FROM (public.notes n\n     JOIN x USING (id))\n  WHERE {where};"
    assert untied_in_view(definition, ["core.is_any"]) == asked


def test_calls_by_their_whole_name():
    assert [call.beside for call in calls("((a = b) AND core.f(org))", "core.f")] == [("(a = b)",)]
    assert calls("(x_core.f(org) OR core.ff(org))", "core.f") == []
    assert calls("(is_public OR (NOT core.f(org)))", "core.f") == []


@pytest.mark.parametrize(("text", "platform"), [("role = 'super_admin'", True), ("staff = 'admin'", False)])
def test_roles_that_count_everywhere(text, platform):
    assert for_the_platform(text) is platform
