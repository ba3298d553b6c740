"""The finder of the standard library: with every rule, it leads to what hyperscan leads to, and takes its time."""

from __future__ import annotations

import os
import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.probes.secrets.found import RUN, Look, numbered
from auditor.probes.secrets.plain import PlainFinder
from auditor.probes.secrets.rules import rules
from auditor.probes.secrets.runs import Runs, runs
from auditor.probes.secrets.scanner import Scanner
from tests.corpus import small
from tests.corpus.encodings import ENCODINGS
from tests.probes.secrets.recipes import made

FUZZ = settings(deadline=None, max_examples=min(600, int(os.environ.get("AUDIT_FUZZ", "60"))))
FAST, PLAIN = Scanner(), Scanner(plain=True)
BODY = small.body(1, 4000)
EXAMPLES = [rule.example for rule in rules()]


def agreed(text: str) -> None:
    fast, plain = ([replace(one, same=0) for one in engine.scan(text.encode(), "p")] for engine in (FAST, PLAIN))
    assert fast == plain


@given(
    st.lists(
        st.tuples(st.sampled_from(EXAMPLES), st.integers(0, 9), st.sampled_from(list(ENCODINGS.values()))), max_size=6
    ),
    st.data(),
)
@FUZZ
def test_both_engines_find_the_same(parts: list, data: st.DataObject):
    text = BODY[:300] + "".join(f"{write('key', made(recipe, seed))};" for recipe, seed, write in parts)
    agreed(text)
    cut = data.draw(st.integers(0, len(text)))
    agreed(text[:cut] + text[cut + 1 :])


def test_every_example_once():
    for number, recipe in enumerate(EXAMPLES):
        agreed(f"{BODY[: number % 90]} {made(recipe)}\n")


@pytest.mark.parametrize(
    ("literal", "shape", "expected"),
    [
        (b"ab_", "ab_[a-z0-9]{20}", Runs(within=True, ahead=True)),
        (b"ab_", "ab_[a-z0-9]{12}", Runs()),
        (b"ab_", "ab_[a-z0-9]{13}", Runs(within=True, ahead=True)),
        (b"ab.", r"ab\.[a-z0-9]{20}", Runs(ahead=True)),
        (b"ab.", r"ab\.(?:[a-z]+\.)?[a-z0-9]{20}", Runs()),
        (b"ab.", r"ab\.(?:[a-z]{1,9}\.)?[a-z0-9]{20}", Runs(ahead=True)),
        (b"ab_", "ab_(?:[a-z]{20}|[0-9.]{20})", Runs()),
        (b"-us1", "[0-9a-f]{32}-us[1-9]{1,2}", Runs(within=True)),
        (b"cd_", "ab_[a-z]{20}", Runs()),
    ],
)
def test_runs_in_shapes(literal: bytes, shape: str, expected: Runs):
    assert runs(literal, shape) == expected


def test_where_a_literal_is():
    looks = [
        Look(b"sk_", rb"sk_[a-z]", within=RUN),
        Look(b"name", rb"name", caseless=True, ahead=True),
        Look(b"SG.", rb"SG\.", ahead=True),
        Look(b"://", rb":\/\/"),
    ]
    value = b"a1" * 10
    data = b"sk_ab x sk_" + value + b" NAME = '" + value + b"' sG. SG." + value + b" name:// SG. name"
    assert PlainFinder(looks).places(data) == [
        (0, 8), (1, data.index(b"NAME")), (2, data.index(b"SG.")), (3, data.index(b"://")),
    ]  # fmt: skip


@pytest.mark.parametrize(("gap", "expected"), [(10, True), (384, True), (385, False)])
def test_how_far_a_run_may_be(gap: int, expected: bool):
    assert numbered(b" " * gap + b"1" * 40, 0) is expected
    assert not numbered(b" " * gap + b"a" * 40, 0)


@pytest.mark.parametrize("piece", ["a1" * 8 + " ", "eyJ", "twilio_token='", "sk_live_", "SG.", "a" * 15 + "1", '"+"'])
def test_time_and_memory_are_bounded(piece: str):
    begun = time.process_time()
    PLAIN.scan((piece * (60_000 // len(piece))).encode(), "p")
    assert time.process_time() - begun < 60
