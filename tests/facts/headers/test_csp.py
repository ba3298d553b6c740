from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from auditor.facts.headers.csp import Policy, parse_header, parse_meta, parse_policy
from auditor.facts.headers.grammar import mistakes
from auditor.facts.headers.scripts import weaknesses
from tests.facts.headers.fuzz import FUZZ, spliced


@pytest.mark.parametrize(
    ("text", "directives"),
    [
        ("", ()),
        (" ; ;; ", ()),
        ("default-src 'self'", (("default-src", ("'self'",)),)),
        ("DEFAULT-SRC 'Self' HTTPS:", (("default-src", ("'Self'", "HTTPS:")),)),
        ("\tscript-src\n'self'\f\r a.b ;img-src", (("script-src", ("'self'", "a.b")), ("img-src", ()))),
        ("script-src\xa0'self'", ()),
        ("upgrade-insecure-requests", (("upgrade-insecure-requests", ()),)),
    ],
)
def test_directives(text, directives):
    assert parse_policy(text).directives == directives


def test_of_repeated_directives_the_first_counts():
    policy = parse_policy("script-src 'self'; Script-Src *; img-src *; script-src b.c")
    assert policy == Policy((("script-src", ("'self'",)), ("img-src", ("*",))), repeated=("script-src",))


def test_a_directive_with_other_characters_is_skipped():
    assert parse_policy("script-src ü.example; img-src a.b") == Policy(
        (("img-src", ("a.b",)),), skipped=("script-src",)
    )


def test_commas_and_fields_separate_policies():
    found = parse_header(("default-src 'self', img-src *,, ", "script-src 'none'"))
    assert [policy.directives[0][0] for policy in found] == ["default-src", "img-src", "script-src"]


def test_commas_separate_nothing_in_a_meta_element():
    assert parse_meta(("img-src a, script-src b", "")) == (
        Policy((("img-src", ("a,", "script-src", "b")),), meta=True),
    )


@pytest.mark.parametrize("name", ["frame-ancestors", "sandbox", "report-uri"])
def test_what_does_not_count_in_a_meta_element(name):
    text = f"{name} 'none'"
    assert parse_policy(text).get(name) == ("'none'",)
    assert parse_policy(text, meta=True).get(name) is None


@pytest.mark.parametrize(
    ("name", "chain"),
    [
        ("script-src", ["default-src"]),
        ("script-src-elem", ["script-src", "default-src"]),
        ("script-src-attr", ["script-src", "default-src"]),
        ("style-src-elem", ["style-src", "default-src"]),
        ("style-src-attr", ["style-src", "default-src"]),
        ("worker-src", ["child-src", "script-src", "default-src"]),
        ("frame-src", ["child-src", "default-src"]),
        ("object-src", ["default-src"]),
        ("img-src", ["default-src"]),
        ("base-uri", []),
        ("form-action", []),
        ("frame-ancestors", []),
    ],
)
def test_which_directive_speaks(name, chain):
    rest = [name, *chain]
    while rest:
        text = ";".join(f"{known} {known}.example" for known in reversed(rest))
        assert parse_policy(text).effective(name) == (rest[0], (f"{rest[0]}.example",))
        rest.pop(0)
    assert parse_policy("manifest-src x").effective(name) is None


PIECES = [
    *("script-src", "default-src", "script-src-elem", "base-uri", "sandbox", "self", "'self'", "'none'", "*", "*.com"),
    *("'unsafe-inline'", "'strict-dynamic'", "'nonce-abc'", "'sha256-YQ=='", "https:", "http://a.b:*/c/", "é", "//"),
    *(" ", " ", " ", ";", ";", ",", "\t", "\n", "'", ":", "allow-scripts", "127.0.0.1", "[::1]", "\x00"),
]


@given(st.one_of(spliced(PIECES, 60), st.text(max_size=300)))
@example("a;" * 4000)
@example("," * 8000)
@example("script-src " + "'nonce-" * 1000)
@example("script-src " + "*." * 4000)
@example("script-src " + "a." * 4000 + "!")
@example("script-src " + "a:" * 4000)
@FUZZ
def test_any_text_is_a_policy(text):
    policies = (*parse_header((text,)), *parse_meta((text,)))
    for policy in policies:
        names = [name for name, _ in policy.directives]
        assert len(names) == len(set(names))
        assert sum(1 for _ in mistakes(policy)) >= len(policy.repeated)
    assert all(weakness.kind for weakness in weaknesses(policies))


@pytest.mark.parametrize(
    "text",
    [
        ", ".join(f"script-src https://a{i}.com" for i in range(2000)),
        "script-src " + " ".join(f"http://a{i}.com" for i in range(3000)),
        "script-src " + " ".join(f"*.a{i}.com" for i in range(3000)) + " 'unsafe-eval'",
        ", ".join("script-src * data: blob:" for _ in range(2000)),
    ],
    ids=["many policies", "many hosts", "many wildcards", "many wide policies"],
)
def test_a_policy_without_end_takes_no_time(text, clock):
    with clock(1.0):
        weaknesses(parse_header((text,)))
        for policy in parse_header((text,)):
            list(mistakes(policy))
