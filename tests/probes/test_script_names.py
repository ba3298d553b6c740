from __future__ import annotations

import os
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.facts.variables import NameClass, PublicVariable
from auditor.model import Confidence
from auditor.probes.script_names import script_variables, settings_variables

FUZZ = settings(deadline=None, max_examples=min(2000, int(os.environ.get("AUDIT_FUZZ", "300"))))
URL = "https://app.test/a.js"


def shown(text: str, variables: list[PublicVariable]) -> dict[str, str]:
    lines = text.split("\n")
    return {
        v.name: lines[v.served_line - 1][v.served_column - 1 :][: v.value_length] if v.served_line else ""
        for v in variables
    }


def named(text: str) -> dict[str, str]:
    return shown(text, script_variables(URL, text))


def given_at_run_time(text: str, *, whole: bool = False) -> dict[str, str]:
    return shown(text, settings_variables(URL, text, whole=whole))


@pytest.mark.parametrize(
    "text",
    [
        'var e={BASE_URL:"/",MODE:"production",PROD:!0,VITE_X:"hello"};',
        'e={"VITE_X":"hello"}',
        "VITE_X = 'hello'",
        "e.VITE_X=`hello`",
        'e["VITE_X"]="hello"',
        r'self.__next_f.push([1,"{\"VITE_X\":\"hello\"}"])',
        r'"{\\\"VITE_X\\\":\\\"hello\\\"}"',
        "<div data-env='{&quot;VITE_X&quot;:&quot;hello&quot;}'>",
        "%22VITE_X%22%3A%22hello%22",
        'f(e.VITE_X); g({VITE_X:"hello"})',
    ],
)
def test_names_and_values(text):
    assert named(text) == {"VITE_X": "hello"}


@pytest.mark.parametrize(
    "text",
    [
        "f(process.env.VITE_X)",
        "let{VITE_X:r}=e.default.env;",
        "const { A, VITE_X } = import.meta.env",
        'process.env["VITE_X"]',
    ],
)
def test_names_without_values(text):
    assert named(text) == {"VITE_X": ""}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Set VITE_X in your environment",
        '"never call a key NEXT_PUBLIC_SERVICE_ROLE_KEY"',
        "VITE_X: your key",
        'VITE_X="your-key-here"',
        "NEXT_PUBLIC_",
        "--VITE_X",
        "EVITE_X",
        "INVITE_PUBLICITY",
    ],
)
def test_what_is_no_variable(text):
    assert named(text) == {}


def test_all_of_a_variable():
    assert script_variables(URL, 'a;\nx={NEXT_PUBLIC_ADMIN_PASSWORD:"open sesame"}') == [
        PublicVariable(
            "NEXT_PUBLIC_ADMIN_PASSWORD",
            NameClass.SECRET,
            URL,
            2,
            "script",
            value_length=11,
            served_at=URL,
            served_line=2,
            served_column=32,
            confidence=Confidence.OBSERVED,
        )
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('window.__ENV={"API":"u","adminPassword":"p"};', {"API": "u", "adminPassword": "p"}),
        ("window._env_ = {\n  API: 'u', // where\n  n: 1,\n};", {"API": "u", "n": "1"}),
        ('self["__RUNTIME_CONFIG__"] = {A:"x"}', {"A": "x"}),
        ("globalThis.APP_CONFIG=Object.freeze({A:'x'})", {"A": "x"}),
        ("window.__env = Object.assign({}, {A:'x'})", {"A": "x"}),
        ('window.__NUXT__={};window.__NUXT__.config={public:{apiSecret:"s",b:{c:"d"}},app:{buildId:"i"}}',
         {"public.apiSecret": "s", "public.b.c": "d", "app.buildId": "i"}),
        ("window.ENV = {}; window.ENV.API = 'u'", {"API": "u"}),
        ("window.dataLayer = {A: 'x'}", {}),
        ("window.env == {A: 'x'}", {}),
        ("", {}),
    ],
)  # fmt: skip
def test_settings(text, expected):
    assert given_at_run_time(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"api": {"url": "u"}, "secret": "s"}', {"api.url": "u", "secret": "s"}),
        ('window.whatever = {A: "x"}', {"A": "x"}),
        ("window.API = 'u';", {"API": "u"}),
        ("not settings", {}),
    ],
)
def test_files_of_settings(text, expected):
    assert given_at_run_time(text, whole=True) == expected


def test_settings_are_public_under_any_name():
    [one] = settings_variables(URL, 'window.__ENV={DATABASE_PASSWORD:"open sesame"}')
    assert (one.class_, one.source, one.value_length) == (NameClass.SECRET, "settings", 11)


@FUZZ
@given(st.text("VITE_X=:{}\"'`\\&quot;window.env \n", max_size=80) | st.text())
def test_any_text(text):
    for whole in (False, True):
        settings_variables(URL, "window.__ENV={" + text, whole=whole)
        settings_variables(URL, text, whole=whole)
    script_variables(URL, "VITE_X" + text)
    script_variables(URL, text)


@pytest.mark.parametrize(
    "piece",
    ["VITE_X:'", "VITE_", "VITE_X\\", "window.env={", "_APP_", 'PUBLIC_X:"\\', "{VITE_X,", "window.env=`", "A" * 50],
)
def test_hostile_texts_take_no_longer(piece):
    text = piece * (100_000 // len(piece))
    started = time.process_time()
    script_variables(URL, text)
    settings_variables(URL, text)
    settings_variables(URL, text, whole=True)
    assert time.process_time() - started < 40


def test_many_objects_of_settings_take_no_longer_than_one():
    started = time.process_time()
    settings_variables(URL, 'window.__ENV={a:"b"};' * 60_000)
    assert time.process_time() - started < 30
