"""Bodies of one kind, and of another."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.probes.rate_limit.bodies import Look, Usual, look


class Body:
    """As much of a response as is looked at."""

    def __init__(self, text: str) -> None:
        self._text = text

    def text(self) -> str:
        return self._text


def seen(value: object) -> Look:
    return look(Body(value if isinstance(value, str) else json.dumps(value)))


def differs(usual: list[object], other: object) -> bool:
    return Usual([seen(one) for one in usual]).differs(seen(other))


class TestKinds:
    @pytest.mark.parametrize(
        ("usual", "other"),
        [
            ({"ok": True, "message": "welcome"}, {"ok": False, "message": "come back tomorrow"}),
            ({"data": {"name": "lamp"}, "msg": "fine"}, {"data": None, "msg": "busy"}),
            ([1, 2, 3], []),
            ([{"name": "lamp"}], []),
            ({"items": [1]}, {"error": "no"}),
            ({"items": [1]}, ""),
            ("welcome to the shop", "slow down"),
        ],
    )
    def test_another(self, usual, other):
        assert differs([usual] * 3, other)
        assert not differs([usual] * 3, usual)

    @pytest.mark.parametrize(
        ("usual", "other"),
        [
            ([{"n": 1}] * 3, {"n": 2}),
            ([[]] * 3, [{"name": "a new one"}]),
            ([{"name": "ann"}, {"name": "bob"}, {"name": "ann"}], {"name": "cid"}),
            ([{"name": "lamp", "state": "sold", "by": "ann"}] * 3, {"name": "lamp", "state": "here", "by": "ann"}),
            ([[{"name": "lamp"}]] * 3, [{"name": "lamp"}, {"name": "desk"}]),
        ],
    )
    def test_the_same(self, usual, other):
        assert not differs(usual, other)

    def test_of_kinds_that_come_and_go_only_words_of_refusal_tell(self):
        varying = Usual([seen("to be or not")]).varying()
        assert not varying.differs(seen("all is well"))
        assert varying.differs(seen("too many requests"))


class TestPlainWords:
    @pytest.mark.parametrize(
        "text",
        ["Rate limit exceeded: 5 per 1 minute", "rate-limited", "Too Many Requests", "Retry in 30 s", "slow down"],
    )
    def test_a_refusal(self, text):
        assert seen(text).plain
        assert seen({"error": text}).plain

    @pytest.mark.parametrize("value", [{"rate_limit": 100}, {"quota": 3}, "try again", "slow down " * 500])
    def test_data(self, value):
        assert not seen(value).plain


class TestHostile:
    @given(
        st.recursive(
            st.none() | st.booleans() | st.text(max_size=9),
            lambda of: st.lists(of) | st.dictionaries(st.text(max_size=5), of),
        )
    )
    def test_nothing_differs_from_itself(self, value):
        assert not differs([value] * 3, value)

    @pytest.mark.parametrize("text", ["[" * 65_536, "rate" * 16_384, "try again " * 6_500, "[" + "1," * 32_000 + "1]"])
    def test_it_takes_little_time(self, text):
        started = time.process_time()
        seen(text)
        assert time.process_time() - started < 1
