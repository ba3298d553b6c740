"""What spreads from callee to caller, and what does not."""

from __future__ import annotations

import pytest

from auditor.probes.risks import Body, Reach, Trait

SING, HELPER, OUTER = 1, 2, 3
TABLE, VIEW = 10, 11
RELATIONS = {TABLE: ("table", "members"), VIEW: ("view", "loud")}
VOLATILE = "it calls core.sing(), which is volatile or not to be trusted"


def body(oid, name, text="", volatility="stable", language="sql"):
    return Body(oid, name, f"core.{name}()", volatility, language, text)


SINGING = body(SING, "sing", volatility="volatile", language="plpgsql")


def reach(*bodies, operators=(), casts=(), volatile=("pg_sleep",)):
    return Reach(bodies, RELATIONS, frozenset(volatile), dict(operators), dict(casts))


def risk(found, text="", functions=(), relations=()):
    return found.traits(found.spread(), text, functions, relations).get(Trait.RISK, "")


@pytest.mark.parametrize(
    ("one", "why"),
    [
        (SINGING, VOLATILE),
        (body(1, "f", language="c"), "it calls core.f(), which is written in c: the audit cannot look into it"),
        (body(1, "f", language="c", volatility="immutable"), ""),
        (body(1, "f", language="internal", volatility="immutable"), ""),
        (body(1, "f", language="plv8", volatility="immutable"),
         "it calls core.f(), which is written in plv8: the audit cannot look into it"),
        (body(1, "f", language="aggregate", volatility="immutable"),
         "it calls core.f(), which is written in aggregate: the audit cannot look into it"),
        (body(1, "f", "select pg_sleep(1)"), "it calls pg_sleep(), which is volatile or not to be trusted"),
        (body(1, "f", "set role x"), "it runs SET, and what that does cannot be told"),
        (body(1, "f", "select session_user"), "it asks for session_user, which in a trial is the audit's own"),
        (body(1, "f", "select 1"), ""),
    ],
)  # fmt: skip
def test_of_a_function(one, why):
    assert risk(reach(one), functions=[1]) == why


def test_through_functions_at_any_depth():
    found = reach(SINGING, body(HELPER, "helper", "select core.sing()"), body(OUTER, "outer", "select helper()"))
    assert risk(found, functions=[OUTER]) == VOLATILE


def test_functions_that_call_each_other_end():
    found = reach(body(HELPER, "helper", "select outer()"), body(OUTER, "outer", "select helper()"))
    assert risk(found, functions=[OUTER]) == ""


def test_by_an_operator_in_a_body():
    found = reach(SINGING, body(HELPER, "helper", "select a === b"), operators={"===": {SING}})
    assert risk(found, functions=[HELPER]) == VOLATILE


def test_by_a_cast_in_a_body():
    found = reach(SINGING, body(HELPER, "helper", "select a::core.person"), casts={"person": {SING}})
    assert risk(found, functions=[HELPER]) == VOLATILE


def test_by_a_view():
    found = reach(SINGING, body(HELPER, "helper", "select 1 from core.loud"))
    found.add(("view", VIEW), "select 1 where core.sing()", [SING], [])
    assert risk(found, functions=[HELPER]) == VOLATILE
    assert risk(found, relations=[VIEW]) == VOLATILE


def test_by_the_policies_of_a_table():
    found = reach(SINGING)
    found.add(("table", TABLE), "core.sing()", [SING], [])
    assert risk(found, relations=[TABLE]) == VOLATILE


def test_by_its_own_text():
    assert risk(reach(), "pg_sleep(1) is null") == "it calls pg_sleep(), which is volatile or not to be trusted"
    assert risk(reach(), "'pg_sleep(1)' is null") == ""


def test_a_function_that_is_not_known_is_not_harmless():
    found = reach(body(HELPER, "helper"))
    found.add(("view", VIEW), "", [999], [])
    assert risk(found, relations=[VIEW]) == "it calls a function that the audit cannot look into"


@pytest.mark.parametrize("trait", [Trait.METADATA, Trait.CALLER])
def test_what_the_policies_of_a_table_ask_its_readers_do_not(trait):
    text = "(auth.jwt() -> 'user_metadata' ->> 'id') = owner"
    found = reach(body(HELPER, "helper", "select 1 from members"))
    found.add(("table", TABLE), text, [], [])
    assert trait not in found.traits(found.spread(), "", [HELPER], [TABLE])
    assert trait in found.traits(found.spread(), text, [], [])


def test_metadata_through_a_view():
    found = reach()
    found.add(("view", VIEW), "select raw_user_meta_data from auth.users", [], [])
    assert Trait.METADATA in found.traits(found.spread(), "", [], [VIEW])


def test_auth_uid_asks_for_those_who_ask_with_it():
    uid = Body(SING, "uid", "auth.uid()", "stable", "sql", "select current_setting('request.jwt.claims')")
    signed_in = body(HELPER, "signed_in", "select auth.uid() is not null")
    mine = body(OUTER, "mine", "select owner = auth.uid()")
    found = reach(uid, signed_in, mine).spread()[Trait.CALLER]
    assert set(found) == {("function", OUTER)}


def test_names_that_a_source_uses():
    found = reach(SINGING, body(HELPER, "helper", "select sing() from members"))
    source = found.bodies[HELPER]
    assert (found.calls(source), found.reads(source)) == ({SING}, {TABLE})
