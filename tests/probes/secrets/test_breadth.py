"""Secrets of many providers in many encodings, by both engines: nearly all are found, and no look-alike fails."""

from __future__ import annotations

import pytest

from auditor.facts.sightings import Nature
from auditor.probes.secrets.scanner import Scanner
from tests.corpus import breadth, small

BODY = small.body(3, 1500)
STEP = 5
"""Of thirty encodings each secret is tried in every fifth, another one the next time."""
MOST_MISSED = 0.03
ENGINES = [Scanner(), Scanner(plain=True)]


def is_found(scanner: Scanner, text: str) -> bool:
    sightings = scanner.scan(f"{BODY};{text};{BODY}".encode(), "a.js")
    return any(one.nature is Nature.SECRET for one in sightings)


@pytest.mark.parametrize("seed", [1, 2])
def test_secrets(seed: int):
    texts = {
        (kind, encoding): write(name, value)
        for number, (kind, (name, value)) in enumerate(breadth.secrets(seed).items())
        for encoding, write in list(breadth.ENCODINGS.items())[(number + seed) % STEP :: STEP]
        if encoding not in breadth.NAMELESS or len(name) <= 6
    }
    missed = [{key for key, text in texts.items() if not is_found(scanner, text)} for scanner in ENGINES]
    assert missed[0] == missed[1]
    assert len(missed[0]) <= MOST_MISSED * len(texts), sorted(missed[0])


@pytest.mark.parametrize("seed", range(3))
def test_look_alikes(seed: int):
    texts = breadth.look_alikes(seed)
    assert [kind for kind, text in texts.items() if is_found(ENGINES[0], text)] == []


def test_there_are_enough_of_them():
    assert len(breadth.secrets(0)) >= 110
    assert len(breadth.look_alikes(0)) >= 75
    assert len(breadth.ENCODINGS) >= 30
