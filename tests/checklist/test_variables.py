"""``${NAME}``: where values come from, what is told when one is missing, and that no value is ever told."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.checklist.load import load
from auditor.checklist.problems import Problems
from auditor.checklist.variables import Pending, Place, Resolver, pending
from auditor.errors import ChecklistError, Problem
from tests.checklist.conftest import problems, told

LOOKED = "set it; looked in the environment, in --env-file (not given), in env.prod.env_file (not given)"


def resolve(value, **variables):
    """The value, and the messages."""
    found = Problems("c.toml")
    result = Resolver([Place("here", variables)], found).resolve(value, ("key",))
    try:
        found.raise_any()
    except ChecklistError as error:
        return result, [problem.message for problem in error.problems]
    return result, []


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("", ""),
        ("plain $A $$ $", "plain $A $$ $"),
        ("${A}", "one"),
        ("x${A}y${B}${A}z", "xoney${A}onez"),
        ("$${A}", "${A}"),
        ("$${A}${A}", "${A}one"),
        ("$$${A}", "$${A}"),
        ("${_a1}", "under"),
        ("$${", "${"),
    ],
)
def test_what_is_replaced(text, result):
    assert resolve(text, A="one", B="${A}", _a1="under") == (result, [])


@pytest.mark.parametrize(
    "text", ["${", "${}", "${A", "${1A}", "${A-B}", "${A:-x}", "${ A }", "${A}${", "${é}", "${A\n}"]
)
def test_what_is_malformed(text):
    assert resolve(text, A="one") == (text, ["the value has a ${ that no name and } follow"])


def test_everything_inside_is_replaced_but_keys():
    value = {"${A}": ["${A}", {"x": "${A}"}, 1, True], "n": 1.5}
    assert resolve(value, A="one") == ({"${A}": ["one", {"x": "one"}, 1, True], "n": 1.5}, [])


def test_what_waits_is_marked_at_every_depth():
    waiting = pending({"a": ["${A}", "b"], "c": "$${x}", "d": 1})
    assert waiting == {"a": ["${A}", "b"], "c": "$${x}", "d": 1}
    assert [type(text) for text in (*waiting["a"], waiting["c"])] == [Pending, str, Pending]


def test_every_missing_variable_is_told(write):
    path = write('[env.prod]\ndatabase = "postgresql://${USER}:${PASSWORD}@db/${USER}"\napi = "${API}"\n')
    assert told(path, environ={"API": ""}) == [
        (4, "env.prod.database", "the variable USER is not set", LOOKED),
        (4, "env.prod.database", "the variable PASSWORD is not set", LOOKED),
        (5, "env.prod.api", "the variable API is empty", LOOKED),
    ]


def test_the_places_in_their_order(write, tmp_path):
    path = write('[env.prod]\nenv_file = "own.env"\nabsent = []\nhealth = "/${A}/${B}/${C}"\n')
    (tmp_path / "given.env").write_text("A=given\nB=given\n")
    (tmp_path / "own.env").write_text("A=own\nB=own\nC=own\n")
    checklist = load(path, "prod", environ={"A": "process"}, env_file=tmp_path / "given.env")
    assert checklist.environment.health == "/process/given/own"


def test_an_empty_value_is_looked_for_further_on(write, tmp_path):
    path = write('[env.prod]\nenv_file = "own.env"\nhealth = "${A}"\n')
    (tmp_path / "own.env").write_text("A=/own\n")
    assert load(path, "prod", environ={"A": ""}).environment.health == "/own"


def test_the_places_are_named_with_their_files(write, tmp_path):
    path = write('[env.prod]\nenv_file = "own.env"\nhealth = "${A}"\n')
    given = tmp_path / "given.env"
    given.write_text("A=\n")
    looked = (
        f"set it; looked in the environment, in {given} (--env-file), "
        f"in {tmp_path / 'own.env'} (env.prod.env_file; there is no such file)"
    )
    assert problems(path, env_file=given) == (
        Problem("the variable A is empty", str(path), 5, "env.prod.health", looked),
    )


def test_a_missing_file_of_the_checklist_is_no_error_but_one_of_the_command_line_is(write, tmp_path):
    path = write('[env.prod]\nenv_file = "own.env"\n')
    assert load(path, "prod", environ={}).environment.name == "prod"
    missing = tmp_path / "given.env"
    assert problems(path, env_file=missing) == (
        Problem("there is no such file", str(missing), None, "", "check --env-file"),
    )


def test_problems_of_all_files_are_told_together(write, tmp_path):
    path = write('[env.prod]\nenv_file = "own.env"\nhealth = "${A}"\nx = 1\n')
    given, own = tmp_path / "given.env", tmp_path / "own.env"
    given.write_text("A=1\nhunter2\n")
    own.mkdir()
    found = problems(path, env_file=given)
    assert [(problem.path, problem.line, problem.message) for problem in found] == [
        (str(path), 5, "the variable A is not set"),
        (str(path), 6, 'the key "x" is not known'),
        (str(given), 2, "the line is not NAME=value"),
        (str(own), None, "this is a folder, not a file"),
    ]


def test_the_file_may_be_named_by_a_variable(write, tmp_path):
    path = write('[env.prod]\nenv_file = "${WHERE}.env"\nhealth = "${A}"\n')
    (tmp_path / "here.env").write_text("A=/here\n")
    assert load(path, "prod", environ={"WHERE": "here"}).environment.health == "/here"
    assert [problem.message for problem in problems(path)] == [
        "the variable WHERE is not set",
        "the variable A is not set",
    ]


def test_only_what_this_run_reads_is_resolved(write):
    path = write("""
[env.prod]
api = "${API}"
[env.other]
api = "${OTHER}"
absent = ["${OTHER}"]
resolve = { "a.b" = "${OTHER}" }
tls = { trust = "${OTHER}" }
[items.rls]
title = "costs ${5}"
""")
    checklist = load(path, "prod", environ={"API": "https://a"})
    assert checklist.environment.api == "https://a"
    assert checklist.item("rls").titles["en"] == "costs ${5}"


def test_policy_and_waivers_are_resolved(write):
    path = write("""
[env.prod]
[policy.cors]
allowed_origins = ["https://${HOST}"]
[[waivers]]
check = "RLS001"
subject = "${SCHEMA}.*"
reason = "for $${x}"
owner = "${OWNER}"
expires = 2027-01-31
""")
    checklist = load(path, "prod", environ={"HOST": "a.b", "SCHEMA": "public", "OWNER": "data-team"})
    (waiver,) = checklist.waivers
    assert (waiver.subject, waiver.reason, waiver.owner) == ("public.*", "for ${x}", "data-team")
    assert [problem.message for problem in problems(path)] == [
        "the variable HOST is not set",
        "the variable SCHEMA is not set",
        "the variable OWNER is not set",
    ]


@pytest.mark.parametrize("value", ["\udcff", "a\0b"])
def test_a_value_that_is_no_text(write, value):
    path = write('[env.prod]\nhealth = "${A}"\n')
    assert told(path, environ={"A": value}) == [
        (4, "env.prod.health", "the variable A is not UTF-8, or holds a NUL", "set it to plain text")
    ]


WITH_VARIABLES = """[env.prod]
absent = ["${V}"]
frontend = "${V}"
api = "x${V}"
health = "${V}"
database = "${V}"
auditor_database = "host=db password=${V}"
repository = "${V}"
prometheus = "https://u:${V}@p/?x"
alertmanager = "${V}"
env_file = "none.env"
[env.prod.supabase]
url = "${V}"
anon_key = "${V}"
service_key = "${V}"
project_ref = "${V}"
access_token = "${V}"
api_url = "${V}"
[env.prod.resolve]
"a.b" = "${V}"
[env.prod.network]
source_address = "${V}"
http_port = "${V}"
[env.prod.tls]
ca_file = "${V}"
trust = "${V}"
[env.prod.backups]
dumps = ["${V}"]
pgbackrest_info = "${V}"
command = ["${V}"]
[policy.cors]
allowed_origins = ["${V}"]
endpoints = ["${V}"]
token = "${V}"
[policy.rls]
public_tables = ["${V}"]
[policy.rate_limiting]
limit = "${V}"
trust_private_peer = "${V}"
[policy.backups]
max_age = "${V}"
[[waivers]]
check = "${V}"
expires = "${V}"
"""


@pytest.mark.parametrize(
    "value",
    [
        "hunter2 secret", "~/hunter2", "hunter2\nsecret", "postgresql://u:hunter2/x@db/y", "https://u:hunter2@x/y?z#",
        "host=db password='hunter2", "sb_secret_hunter2hunter2", "sb_publishable_hunter2 ", "[hunter2", "https://[hunter2",
        "postgresql://u:hunter2%@db/y", "hunter2://x", "GET hunter2", "hunter2/minute", "\x1bhunter2",
    ],
)  # fmt: skip
def test_a_wrong_value_is_never_told_only_its_variable(write, value):
    found = told(write(WITH_VARIABLES), environ={"V": value})
    assert len(found) > 15
    assert not any("hunter2" in str(part) for problem in found for part in problem)
    about = {key for _, key, message, _ in found if "${V}" in message}
    assert {"env.prod.frontend", "env.prod.database", "policy.cors.endpoints.0"} <= about


def test_how_a_wrong_value_of_a_variable_is_told(write):
    path = write('[env.prod]\napi = "${SCHEME}://${HOST}"\nabsent = ["${SURFACE}"]\n')
    environ = {"SCHEME": "ftp", "HOST": "a", "SURFACE": "promethus"}
    assert told(path, environ=environ) == [
        (
            4,
            "env.prod.api",
            "the value of ${SCHEME} and ${HOST} does not begin with http:// or https://",
            'write scheme and host, such as "https://app.example.com"',
        ),
        (5, "env.prod.absent.0", "the value of ${SURFACE} is not a surface", 'did you mean "prometheus"?'),
    ]


@settings(deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["V", "W"]),
        st.text(max_size=30) | st.text(st.characters(max_codepoint=0x10FFFF), min_size=1).map("Qz7xK9".__add__),
    )
)
def test_any_values_load_or_are_refused_without_being_told(tmp_path_factory, environ):
    path = tmp_path_factory.mktemp("c") / "checklist.toml"
    path.write_text("version = 1\n" + WITH_VARIABLES)
    with pytest.raises(ChecklistError) as caught:
        load(path, "prod", environ=environ)
    assert "Qz7xK9" not in str(caught.value) + repr(caught.value.problems)
