"""Every key has a line, and the line is the right one."""

from __future__ import annotations

import re
import tomllib
from datetime import date

import pytest
import tomlkit
from hypothesis import example, given, settings
from hypothesis import strategies as st

from auditor.checklist.lines import DEEPEST, Key, TooDeep, dotted, index, nearest

DOCUMENT = '''\
# [not.a.table]
version = 1
[env.prod]
api = "https://a" # = [b]
text = """
[env.fake]
key = "x" \\"""
"""
literal = \'\'\'
a = 1
\'\'\'
dumps = [ # first
  "a", "]",
  # nothing
  ["b",
   "c"], { x = 1, y.z = [
   2] },
]
"quoted.key"."other key" = 1
'single # key' = 2
"" = 3
dotted . spaced . "deep" = 1979-05-27 07:32:00
float = 1.5
inline = { a = { b = 1 }, c = """
""", d = 2 }
[[waivers]]
check = "A"
[[waivers]] # again
check = "B"
[waivers.more]
x = 1
[[waivers.inner]]
[[ waivers . "inner" ]]
y = 2
[env]
late = true
[env.prod.tls]
'''


def test_a_document_with_everything():
    assert {dotted(key): line for key, line in index(DOCUMENT).items()} == {
        "version": 2,
        "env": 35,
        "env.prod": 3,
        "env.prod.api": 4,
        "env.prod.text": 5,
        "env.prod.literal": 9,
        "env.prod.dumps": 12,
        "env.prod.dumps.0": 13,
        "env.prod.dumps.1": 13,
        "env.prod.dumps.2": 15,
        "env.prod.dumps.2.0": 15,
        "env.prod.dumps.2.1": 16,
        "env.prod.dumps.3": 16,
        "env.prod.dumps.3.x": 16,
        "env.prod.dumps.3.y": 16,
        "env.prod.dumps.3.y.z": 16,
        "env.prod.dumps.3.y.z.0": 17,
        'env.prod."quoted.key"': 19,
        'env.prod."quoted.key"."other key"': 19,
        'env.prod."single # key"': 20,
        'env.prod.""': 21,
        "env.prod.dotted": 22,
        "env.prod.dotted.spaced": 22,
        "env.prod.dotted.spaced.deep": 22,
        "env.prod.float": 23,
        "env.prod.inline": 24,
        "env.prod.inline.a": 24,
        "env.prod.inline.a.b": 24,
        "env.prod.inline.c": 24,
        "env.prod.inline.d": 25,
        "waivers": 26,
        "waivers.0": 26,
        "waivers.0.check": 27,
        "waivers.1": 28,
        "waivers.1.check": 29,
        "waivers.1.more": 30,
        "waivers.1.more.x": 31,
        "waivers.1.inner": 32,
        "waivers.1.inner.0": 32,
        "waivers.1.inner.1": 33,
        "waivers.1.inner.1.y": 34,
        "env.late": 36,
        "env.prod.tls": 37,
    }


def keys(value: object, key: Key = ()) -> list[Key]:
    """Every key path of what tomllib read."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path for name, part in inner for path in [(*key, name), *keys(part, (*key, name))]]


names = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=8) | st.sampled_from(
    ["a", "a-b", "0", "1.5", "a.b", '"', "'", "#", "[x]", "=", "\\", "\n", "é"]
)
scalars = (
    st.booleans()
    | st.integers(-5, 5)
    | st.sampled_from(["]", "}", '"""', "'''", "\n[x]\ny = 1\n", "# no", "a\\", ""])
    | st.floats(allow_nan=False)
    | st.dates(min_value=date(1000, 1, 1))
    | st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=12)
)
values = st.recursive(scalars, lambda v: st.lists(v, max_size=3) | st.dictionaries(names, v, max_size=3), max_leaves=12)
documents = st.dictionaries(names, values, max_size=5)


@settings(deadline=None)
@given(documents)
@example({"a": [{"b": [{"c": 1}, {"c": 2}]}, {"b": []}], "d": {"e": {}}})
def test_every_key_that_tomllib_yields_has_a_line_that_holds_its_name(document):
    text = tomlkit.dumps(document)
    data = tomllib.loads(text)
    found = index(text)
    lines = text.split("\n")
    assert set(found) == set(keys(data))
    for key, line in found.items():
        if isinstance(key[-1], str):
            assert named(key[-1], lines[line - 1]), (key, line, text)


def named(name: str, line: str) -> bool:
    """Whether the line holds the name, bare or in quotes."""
    return name in line or name in map(unquoted, re.findall(r'"(?:[^"\\]|\\.)*"', line))


def unquoted(text: str) -> str | None:
    try:
        return tomllib.loads(f"x = {text}")["x"]
    except tomllib.TOMLDecodeError:
        return None


@settings(deadline=None)
@given(st.text("ab.=[]{}\"'#,\n1 \\", max_size=60))
def test_whatever_tomllib_reads_is_indexed_completely(text):
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    assert set(index(text)) == set(keys(data))


@settings(deadline=None)
@given(documents, st.sampled_from(["\r\n", "\n"]))
def test_line_ends_do_not_matter(document, newline):
    text = tomlkit.dumps(document)
    if "\r" not in text:
        assert index(text.replace("\n", newline)) == index(text)


def test_lines_are_counted_at_newlines_only():
    assert index('a = "\u2028\x85"\nb = 1') == {("a",): 1, ("b",): 2}


@pytest.mark.parametrize("quote", ['"', "'"])
@pytest.mark.parametrize("at_the_end", [3, 4, 5])
def test_quotes_at_the_end_of_a_text_of_several_lines(quote, at_the_end):
    text = f"a = {quote * 3}\nx{quote * at_the_end}\nb = {quote}]{quote}\nc = 1"
    assert list(tomllib.loads(text)) == ["a", "b", "c"]
    assert index(text) == {("a",): 1, ("b",): 3, ("c",): 4}


def test_depth_is_bounded():
    deepest = ".".join("a" * DEEPEST)
    assert len(index(f"{deepest} = 1")) == DEEPEST
    for text in (f"\n{deepest}.a = 1", f"\n[{deepest}.a]", f"\na = {'[' * DEEPEST}1{']' * DEEPEST}"):
        with pytest.raises(TooDeep) as caught:
            index(text)
        assert caught.value.line == 2


@pytest.mark.parametrize(
    ("key", "text"),
    [
        (("env", "prod"), "env.prod"),
        (("waivers", 0, "check"), "waivers.0.check"),
        (("resolve", "api.example.com"), 'resolve."api.example.com"'),
        (("",), '""'),
        (("é",), '"é"'),
        (("a\x1b[2J\x9b\n",), r'"a\u001b[2J\u009b\n"'),
        ((), ""),
    ],
)
def test_keys_are_written_as_in_toml(key, text):
    assert dotted(key) == text


def test_the_nearest_line_is_that_of_the_closest_table():
    lines = {("a",): 1, ("a", "b"): 2}
    assert [nearest(lines, key) for key in [("a", "b", "c"), ("a", "x"), ("a",), ("z",), ()]] == [2, 1, 1, None, None]
