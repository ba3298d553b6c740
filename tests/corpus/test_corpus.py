"""The corpus is what the benchmark says that it is."""

import re

from tests.corpus import small
from tests.corpus.encodings import ENCODINGS
from tests.corpus.make import matrix, planted, public

BODIES = small.bodies(4)


def test_there_is_enough_of_everything():
    assert len(ENCODINGS) == 18
    texts = planted(BODIES)
    assert len(texts) >= 60
    assert {text.encoding for text in texts} == set(ENCODINGS)
    assert len({text.kind for text in texts}) == len(texts)
    assert len(public(BODIES)) >= 40
    assert len(matrix(BODIES)) == 144


def test_it_is_the_same_for_the_same_seed():
    assert planted(BODIES, 1) == planted(BODIES, 1)
    assert planted(BODIES, 1) != planted(BODIES, 2)


def test_places_are_of_every_kind():
    assert {re.sub(r"\d+", "", text.place) for text in planted(BODIES)} == {
        "_next/static/chunks/.js", "page.html", "legacy.html", "_next/static/chunks/.js.map", "env.js",
    }  # fmt: skip


def test_generated_text_is_long_and_minified():
    for body in BODIES:
        assert len(body) >= 20_000
        assert "\n" not in body
