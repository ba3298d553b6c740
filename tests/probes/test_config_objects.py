from __future__ import annotations

import os
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.probes.config_objects import entries_of, json_entries, objects
from auditor.probes.javascript import tokens

FUZZ = settings(deadline=None, max_examples=min(2000, int(os.environ.get("AUDIT_FUZZ", "300"))))


def read(text: str, *, deep: bool = False) -> dict[str, str | None]:
    return {entry.name: entry.value for entry in entries_of(tokens(text), deep=deep)}


def under(text: str, key: str, *, deep: bool = False) -> list[dict[str, str | None]]:
    return [{e.name: e.value for e in entries_of(part, deep=deep)} for part in objects(text, key)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{}", {}),
        ("{a: 'x', 'b-c': `y`, \"d\": 1,}", {"a": "x", "b-c": "y", "d": "1"}),
        ("{a: process.env.A, b: 'x'}", {"a": None, "b": "x"}),
        ("{a: {b: 'x'}, c: 'y'}", {"a": None, "c": "y"}),
        ("{a: [1, {b: 2}], c: 'y'}", {"a": None, "c": "y"}),
        ("{A, b: 'x'}", {"A": None, "b": "x"}),
        ("{b: 'x', A}", {"A": None, "b": "x"}),
        ("{...rest, b: 'x'}", {"...": None, "b": "x"}),
        ("{[key]: 'y', b: 'x'}", {"b": "x"}),
        ("{a() { return {c: 1} }, b: 'x'}", {"b": "x"}),
        ("{a: () => { return {c: 1} }, b: 'x'}", {"a": None, "b": "x"}),
        ("{a: `x${y}z`, b: 'x' /* , c: 'no' */}", {"a": None, "b": "x"}),
        ("{a: 'x'} , {b: 'y'}", {"a": "x"}),
        ("{a: 'x'", {"a": "x"}),
        ("not an object", {}),
        ("", {}),
    ],
)
def test_entries(text, expected):
    assert read(text) == expected


def test_objects_within():
    text = "{public: {apiKey: 'k', more: {url: 'u', z}}, secret: 's'}"
    assert read(text, deep=True) == {
        "public.apiKey": "k",
        "public.more.url": "u",
        "public.more.z": None,
        "secret": "s",
    }


@pytest.mark.parametrize(
    "text",
    [
        "module.exports = { env: { A: 'x' } }",
        "export default withX({ reactStrictMode: true, 'env': { A: 'x' } })",
        "const config = {}; config.env = { A: 'x' };",
        "const env = { A: 'x' }; export default { env, }",
        "const vars = { A: 'x' }; export default { env: vars }",
        "const vars: Record<string, string> = { A: 'x' }; export default { env: vars }",
        "export default { env: Object.freeze({ A: 'x' }) }",
    ],
)
def test_where_a_key_is_given_an_object(text):
    assert {"A": "x"} in under(text, "env")


def test_keys_within_keys():
    text = "export default defineNuxtConfig({ runtimeConfig: { secret: 's', public: { a: 'x', b: { c: 'y' } } } })"
    assert under(text, "runtimeConfig.public", deep=True) == [{"a": "x", "b.c": "y"}]


def test_where_values_stand():
    text = "{ a: 'xyz' }"
    entry = next(entries_of(tokens(text)))
    assert (text[entry.start], text[entry.value_start :][:3]) == ("a", "xyz")


def test_json():
    found = {entry.name: entry.value for entry in json_entries('{"a": {"b": "x"}, "c": ["y"], "d": 1}')}
    assert found == {"a.b": "x", "c": "y"}


def test_json_with_comments():
    assert [e.name for e in json_entries('{"a": "x", // why\n "b": "y",}')] == ["a", "b"]


@FUZZ
@given(st.text("ab{}[]():,'\"`$.=/\n; ", max_size=60) | st.text())
def test_any_text(text):
    read(text)
    read(text, deep=True)
    under(text, "a", deep=True)
    list(json_entries(text))


@pytest.mark.parametrize("piece", ["{a:", "a:{", "{", "[", "a={", "{a:1},", "const a=", "env:env,", "env:{},", '{"a":'])
def test_hostile_objects_take_no_longer(piece):
    text = piece * (20_000 // len(piece))
    started = time.process_time()
    read("{" + text, deep=True)
    for part in objects(text, "env"):
        list(entries_of(part, deep=True))
    list(json_entries(text))
    assert time.process_time() - started < 30
