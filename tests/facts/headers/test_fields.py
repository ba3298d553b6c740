from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.facts.headers import HeaderError, fields
from auditor.facts.headers.fields import Framing
from auditor.facts.headers.structured import Bare, Item
from tests.facts.headers.fuzz import SOME, spliced


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((), Framing.ANYBODY),
        (("",), Framing.ANYBODY),
        (("DENY",), Framing.DENIED),
        (("Deny ",), Framing.DENIED),
        (("deny", "DENY"), Framing.DENIED),
        (("SAMEORIGIN",), Framing.SAME_ORIGIN),
        (("SAMEORIGIN, SAMEORIGIN",), Framing.SAME_ORIGIN),
        (("SAMEORIGIN", "sameorigin"), Framing.SAME_ORIGIN),
        (("DENY, SAMEORIGIN",), Framing.CONFLICT),
        (("DENY", "ALLOW-FROM https://a.b"), Framing.CONFLICT),
        (("SAMEORIGIN, ",), Framing.CONFLICT),
        (("ALLOWALL, x",), Framing.CONFLICT),
        (("ALLOW-FROM https://a.b",), Framing.ANYBODY),
        (("ALLOW-FROM https://a.b, ALLOW-FROM https://c.d",), Framing.ANYBODY),
        (("ALLOWALL",), Framing.ANYBODY),
        (("DENY;",), Framing.ANYBODY),
        (('"DENY"',), Framing.ANYBODY),
        (("NONE",), Framing.ANYBODY),
    ],
)
def test_framing(values, expected):
    assert fields.framing(values) is expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((), False),
        (("",), False),
        (("nosniff",), True),
        (("NoSniff\t",), True),
        (("nosniff, nosniff",), True),
        (("nosniff, x",), True),
        (("nosniff", "x"), True),
        (("x, nosniff",), False),
        (("", "nosniff"), False),
        (("nosniff;",), False),
        (('"nosniff"',), False),
        (("no-sniff",), False),
    ],
)
def test_nosniff(values, expected):
    assert fields.nosniff(values) is expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((), ""),
        (("",), ""),
        (("no-referrer",), "no-referrer"),
        (("No-Referrer",), "no-referrer"),
        (("no-referrer, strict-origin-when-cross-origin",), "strict-origin-when-cross-origin"),
        (("no-referrer, future-word",), "no-referrer"),
        (("unsafe-url", "same-origin"), "same-origin"),
        (("no-referrer; x",), ""),
        (("origin-when-crossorigin",), ""),
        (("never",), ""),
    ],
)
def test_referrer_policy(values, expected):
    assert fields.referrer_policy(values) == expected


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("never", "no-referrer"),
        (" Always\n", "unsafe-url"),
        ("origin", "origin"),
        ("no-referrer, origin", ""),
        ("", ""),
    ],
)
def test_meta_referrer_policy(content, expected):
    assert fields.meta_referrer_policy(content) == expected


def test_permissions_policy():
    closed = Item((), inner_list=True)
    assert fields.permissions_policy(("camera=()", "microphone=*")) == {
        "camera": closed,
        "microphone": Item((Bare("token", "*"),), inner_list=False),
    }
    with pytest.raises(HeaderError):
        fields.permissions_policy(("camera 'none'",))


@pytest.mark.parametrize("word", sorted(fields.OPENER_POLICIES))
def test_opener_policy(word):
    assert fields.opener_policy((f'{word}; report-to="x"',)) == word


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        (("Same-Origin",), "Same-Origin is none of"),
        (('"same-origin"',), "same-origin is none of"),
        (("same-site",), "same-site is none of"),
        (("same-origin", "same-origin"), "at character 12 there is ','"),
        (("",), "at character 1 there is nothing"),
    ],
)
def test_no_opener_policy(values, reason):
    with pytest.raises(HeaderError) as caught:
        fields.opener_policy(values)
    assert str(caught.value).startswith(reason)


def test_embedder_policy():
    assert fields.embedder_policy(("require-corp",)) == "require-corp"
    with pytest.raises(HeaderError):
        fields.embedder_policy(("same-origin",))


def test_resource_policy():
    assert fields.resource_policy(("same-site",)) == "same-site"
    for values in (("Same-Site",), ("same-site", "same-site"), ("same-site; x",), ("",)):
        with pytest.raises(HeaderError):
            fields.resource_policy(values)


WORDS = [
    "deny",
    "sameorigin",
    "nosniff",
    "no-referrer",
    "same-origin",
    "require-corp",
    ",",
    ";",
    " ",
    '"',
    "=",
    "(",
    ")",
]


@given(st.lists(st.one_of(spliced(WORDS, 10), st.text(max_size=60)), max_size=3).map(tuple))
@SOME
def test_any_text_is_read_or_refused(values):
    assert fields.framing(values) in Framing
    assert fields.nosniff(values) in (True, False)
    assert fields.referrer_policy(values) in {"", *fields.REFERRER_POLICIES}
    assert fields.meta_referrer_policy("".join(values)) in {"", *fields.REFERRER_POLICIES}
    for read in (fields.permissions_policy, fields.opener_policy, fields.embedder_policy, fields.resource_policy):
        with contextlib.suppress(HeaderError):
            read(values)
