"""The scanner on the small corpus: what is planted is found, and what is public fails nothing."""

import pytest

from auditor.facts.sightings import Nature
from auditor.probes.secrets.scanner import Scanner
from tests.corpus import small
from tests.corpus.make import matrix, planted, public

BODIES = small.bodies()
SEEDS = (1, 2, 3)
MOST_MISSED = 0.03


def found(texts):
    """How many secrets are in each text."""
    scan = Scanner().scan
    return [sum(one.nature is Nature.SECRET for one in scan(text.data, text.place)) for text in texts]


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_planted_is_found(seed):
    texts = planted(BODIES, seed)
    missed = [(text.kind, text.encoding) for text, secrets in zip(texts, found(texts), strict=True) if not secrets]
    assert len(missed) <= MOST_MISSED * len(texts), missed


@pytest.mark.parametrize("seed", SEEDS)
def test_no_look_alike_fails(seed):
    texts = public(BODIES, seed)
    assert [text.kind for text, secrets in zip(texts, found(texts), strict=True) if secrets] == []


def test_encodings_hide_little():
    texts = matrix(BODIES)
    missed = [(text.kind, text.encoding) for text, secrets in zip(texts, found(texts), strict=True) if not secrets]
    assert len(missed) <= 14, missed


def test_text_without_secrets_has_none():
    scan = Scanner().scan
    assert [scan(body.encode(), "a.js") for body in BODIES] == [[]] * len(BODIES)
