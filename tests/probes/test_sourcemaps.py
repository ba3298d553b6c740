from __future__ import annotations

import json
import os
import time
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.facts.served import SourceMap
from auditor.facts.sightings import Nature
from auditor.facts.variables import NameClass, PublicVariable
from auditor.model import Confidence
from auditor.probes.site.maps import read_map
from auditor.probes.sourcemaps import named_values
from tests.probes.maps import coded, mapped, mappings

FUZZ = settings(deadline=None, max_examples=min(2000, int(os.environ.get("AUDIT_FUZZ", "300"))))
SCRIPT, MAP = "https://app.test/a.js", "https://app.test/b.js.map"


def found(script: str, document: object) -> list[PublicVariable]:
    data = document if isinstance(document, bytes) else coded(document)
    return named_values(SCRIPT, script.encode(), MAP, data)


def values(script: str, document: object) -> dict[str, str]:
    """What stands in the script where each name's value is said to be."""
    lines = script.split("\n")
    return {
        one.name: lines[one.served_line - 1][one.served_column - 1 :][: one.value_length] if one.served_line else ""
        for one in found(script, document)
    }


SOURCE = "const a = 1;\nlogin(process.env.NEXT_PUBLIC_ADMIN_PASSWORD);\n"
BUILT = 'const a=1;\nlogin("open sesame");'
EXACT = mapped(SOURCE, BUILT, [("login", "login"), ("process", '"open'), (");", ");")])


def test_a_name_and_its_value():
    assert found(BUILT, EXACT) == [
        PublicVariable(
            "NEXT_PUBLIC_ADMIN_PASSWORD",
            NameClass.SECRET,
            MAP,
            2,
            "source map",
            value_length=11,
            value_kind="",
            value_nature=Nature.UNCLEAR,
            served_at=SCRIPT,
            served_line=2,
            served_column=8,
            confidence=Confidence.PROVEN,
        )
    ]


def test_the_value_is_not_kept():
    assert "open sesame" not in repr(found(BUILT, EXACT))


def test_what_the_scanner_says():
    key = "sb_secret_" + "aB3" * 9
    source, built = "x(process.env.BILLING)", f'x("{key}")'
    [one] = found(built, mapped(source, built, [("process", f'"{key}')]))
    assert (one.name, one.value_length, one.value_nature) == ("BILLING", len(key), Nature.SECRET)
    assert one.value_kind


@pytest.mark.parametrize(
    ("source", "built", "pairs"),
    [
        # what precedes the name is mapped, and not the name
        ("if (typed !== process.env.NEXT_PUBLIC_X) no()", '"hello"!==e&&no()', [("typed", '"hello'), ("no", "no")]),
        ("<a key={process.env.NEXT_PUBLIC_X}/>", 'j("a",{key:"hello"})', [("<a", "j("), ("={", ':"h')]),
        ("const key = process.env.NEXT_PUBLIC_X;", 'let t="hello";', [("key", 't="'), ("key", '"hello')]),
        ("const key =\n  process.env.NEXT_PUBLIC_X;", 'let t="hello";', [("key", "t="), (";", ";")]),
        # strings around it are folded into it
        ('f("Bearer " + process.env.NEXT_PUBLIC_X)', 'f("Bearer hello")', [('"Bearer', '"Bearer'), (")", ")")]),
        ('f("Bearer " + process.env.NEXT_PUBLIC_X)', 'f("Bearer hello")', [('"Bearer', '"B'), ("process", "hello")]),
        ("f(`Bearer ${process.env.NEXT_PUBLIC_X}!`)", "f(`Bearer hello!`)", [("`Bearer", "`Bearer"), (")", ")")]),
        # escapes and columns
        ("é𝒳(process.env.NEXT_PUBLIC_X)", "é('hello')", [("process", "'hello")]),
        ("f(process.env.NEXT_PUBLIC_X ?? 'none')", "f('hello')", [("process", "'hello")]),
        ("f(process.env.NEXT_PUBLIC_X)", "f(`hello`)", [("process", "`hello")]),
    ],
)
def test_how_values_are_written(source, built, pairs):
    assert values(built, mapped(source, built, pairs)) == {"NEXT_PUBLIC_X": "hello"}


@pytest.mark.parametrize(
    ("source", "built", "pairs"),
    [
        ("f(process.env.NEXT_PUBLIC_X)", "f(void 0)", [("f(", "f("), ("process", "void"), (")", ")")]),
        ("f(process.env.NEXT_PUBLIC_X ?? 'basic')", "f('basic')", [("f(", "f("), ("'basic", "'basic")]),
        ("const a = process.env.NEXT_PUBLIC_X ?? 'basic';", "let t='basic';", [("a =", "t='"), ("a =", "'basic")]),
        ("f('other', process.env.NEXT_PUBLIC_X)", "f('other',void 0)", [("f(", "f("), ("'other", "'other")]),
        ("<a b={s.c} key={process.env.NEXT_PUBLIC_X}/>", 'j("a",{b:"css",key:n})', [("={s", ':"css'), ("s.c", '"css')]),
        ("const {NEXT_PUBLIC_X} = process.env;", 'let {NEXT_PUBLIC_X:e}=r.env;x("no")', [("{NEXT", "{NEXT")]),
        ("f(process.env.NEXT_PUBLIC_X)", "f('')", [("process", "''")]),
        ("f(process.env.NEXT_PUBLIC_X)", "f('your-key-here')", [("process", "'your")]),
    ],
)
def test_names_without_a_value(source, built, pairs):
    [one] = found(built, mapped(source, built, pairs))
    assert (one.name, one.value_length, one.served_at) == ("NEXT_PUBLIC_X", 0, "")
    assert one.confidence is Confidence.INFERRED


def test_what_is_read_on_the_server_is_not_told():
    source, built = "f(process.env.DATABASE_URL)", "f(e.env.DATABASE_URL)"
    assert found(built, mapped(source, built, [("process", "e.env")])) == []


@pytest.mark.parametrize(
    "name", ["webpack://_N_E/./node_modules/x/index.js", "turbopack:///[project]/node_modules/x/a.js"]
)
def test_libraries(name):
    source, built = "f(process.env.DEBUG_X); g(process.env.NEXT_PUBLIC_X)", "f('one'); g('two')"
    document = mapped(source, built, [("process.env.D", "'one"), ("process.env.N", "'two")], name)
    assert values(built, document) == {"NEXT_PUBLIC_X": "two"}


class TestForms:
    def test_sections(self):
        one, two = "f(process.env.NEXT_PUBLIC_A)", "g(process.env.NEXT_PUBLIC_B)"
        built = "/* head */f('one')\n\n  g('two')"
        document = {
            "version": 3,
            "sections": [
                {"offset": {"line": 0, "column": 10}, "map": mapped(one, "f('one')", [("process", "'one")])},
                {"offset": {"line": 2, "column": 2}, "map": mapped(two, "g('two')", [("process", "'two")])},
            ],
        }
        assert values(built, document) == {"NEXT_PUBLIC_A": "one", "NEXT_PUBLIC_B": "two"}
        assert read_map(coded(document), MAP, SCRIPT) == SourceMap(MAP, SCRIPT, 2, 2)

    def test_a_guard_before_it(self):
        assert values(BUILT, b")]}'\n" + coded(EXACT)) == {"NEXT_PUBLIC_ADMIN_PASSWORD": "open sesame"}

    def test_a_byte_order_mark(self):
        assert values(BUILT, b"\xef\xbb\xbf" + coded(EXACT)) == {"NEXT_PUBLIC_ADMIN_PASSWORD": "open sesame"}

    def test_a_source_root_changes_nothing(self):
        assert values(BUILT, {**EXACT, "sourceRoot": "/x"}) == {"NEXT_PUBLIC_ADMIN_PASSWORD": "open sesame"}

    def test_sources_without_content(self):
        document = {"version": 3, "sources": ["a", None], "sourcesContent": [None], "mappings": "AAAA"}
        assert found(BUILT, document) == []
        assert read_map(coded(document), MAP, SCRIPT) == SourceMap(MAP, SCRIPT, 2, 0)

    @pytest.mark.parametrize("data", [b"", b"<!doctype html>", b"[]", b"null", b'{"a": 1}', b")]}'", b"[" * 100_000])
    def test_what_is_no_map(self, data):
        assert found(BUILT, data + b" process.env.NEXT_PUBLIC_X") == []
        assert read_map(data, MAP, SCRIPT) is None


class TestHostile:
    def test_maps_within_maps(self):
        document: dict = {"version": 3, "sources": ["a"], "sourcesContent": [SOURCE], "mappings": "AAAA"}
        for _ in range(100):
            document = {"version": 3, "sections": [{"offset": {"line": 0, "column": 0}, "map": document}] * 2}
            if len(coded(document)) > 100_000:
                break
        found(BUILT, document)

    @pytest.mark.parametrize("part", ["[],", "{},", '"",', "1,", '""', '"a":', "[", " ", "\\"])
    def test_parts_without_end(self, part):
        """A list takes thirty times the memory of its two characters."""
        data = ('{"mappings":"env","names":[' + part * (6_000_000 // len(part))).encode()
        tracemalloc.start()
        assert read_map(data + b"0]}", MAP, SCRIPT) is None or part == " "
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 30_000_000

    @pytest.mark.parametrize(
        "part",
        [
            None,
            1,
            "x",
            [],
            {"map": None},
            {"offset": 1, "map": {}},
            {"offset": {"line": -1, "column": "x"}, "map": EXACT},
        ],
    )
    def test_sections_of_nonsense(self, part):
        found(BUILT, {"version": 3, "sections": [part], "x": "env"})

    def test_places_beyond_everything(self):
        source = "f(process.env.NEXT_PUBLIC_X)"
        far = [(9, 9, 0, 0, 2), (9, 10, 0, 99, 2), (10, 0, 0, 0, 10**9)]
        document = {"version": 3, "sources": ["a"], "sourcesContent": [source], "mappings": mappings(far)}
        [one] = found("x", document)
        assert one.value_length == 0

    def test_many_names_near_one_long_line(self):
        source = "\n".join(f"f(process.env.NEXT_PUBLIC_X{n})" for n in range(2_000))
        places = [(0, n, 0, n, 2) for n in range(2_000)]
        document = {"version": 3, "sources": ["a"], "sourcesContent": [source], "mappings": mappings(places)}
        started = time.process_time()
        found("'" * 3_000_000, document)
        assert time.process_time() - started < 40

    @FUZZ
    @given(
        st.recursive(
            st.none() | st.integers() | st.text() | st.sampled_from(["AAAA,IACA;C", SOURCE, "process.env.VITE_X"]),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(
                    st.sampled_from(
                        ["version", "sources", "sourcesContent", "mappings", "sections", "map", "offset", "line"]
                    ),
                    inner,
                    max_size=6,
                )
            ),
        ),
        st.text(max_size=50),
    )
    def test_any_document(self, document, script):
        data = json.dumps(document).encode("utf-8", "surrogatepass") + b" " * 3
        named_values(SCRIPT, script.encode("utf-8", "surrogatepass"), MAP, data)
        read_map(data, MAP, SCRIPT)

    @FUZZ
    @given(st.binary(max_size=200), st.text("AgDC,;/+z", max_size=60))
    def test_any_script(self, script, places):
        document = {"version": 3, "sources": ["a"], "sourcesContent": [SOURCE], "mappings": places}
        named_values(SCRIPT, script, MAP, coded(document))


def test_a_large_map_without_names_is_quick():
    text = "export const answer = process.env.NODE_ENV;\n" * 30_000
    document = {"version": 3, "sources": ["a"], "sourcesContent": [text], "mappings": "AAAA;" * 30_000}
    started = time.process_time()
    assert found("x", document) == []
    assert time.process_time() - started < 20


def test_one_wide_character_does_not_widen_all():
    document = {"version": 3, "sources": ["a"], "sourcesContent": ["\U0001f600" + "x" * 4_000_000], "mappings": "AAAA"}
    data = json.dumps(document, ensure_ascii=False).encode()
    tracemalloc.start()
    assert read_map(data, MAP, SCRIPT) == SourceMap(MAP, SCRIPT, 1, 1)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2.5 * len(data)


@pytest.mark.parametrize("before", ["é", "\U0001f600", "\\u00e9", "\u2028"])
@pytest.mark.parametrize("ascii_only", [True, False])
def test_characters_before_a_name(before, ascii_only):
    source = f"'{before}'; f(process.env.NEXT_PUBLIC_X)"
    document = mapped(source, "'?'; f('open sesame')", [("process.env", "'open")])
    data = json.dumps(document, ensure_ascii=ascii_only).encode()
    assert values("'?'; f('open sesame')", data) == {"NEXT_PUBLIC_X": "open sesame"}
