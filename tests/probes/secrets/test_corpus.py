"""The scanner on the small corpus: what is planted is found, and what is public fails nothing."""

import pytest

from auditor.facts.sightings import Nature
from tests.corpus import small
from tests.corpus.make import matrix, planted, public

scanner = pytest.importorskip("auditor.probes.secrets.scanner", reason="there is no scanner yet")
BODIES = small.bodies()
SEEDS = (1, 2, 3)


def found(texts):
    """How many secrets are in each text."""
    scan = scanner.Scanner().scan
    return [sum(one.nature is Nature.SECRET for one in scan(text.data, text.place)) for text in texts]


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_planted_is_found(seed):
    texts = planted(BODIES, seed)
    missed = [(text.kind, text.encoding) for text, secrets in zip(texts, found(texts), strict=True) if not secrets]
    assert len(missed) <= 0.03 * len(texts), missed


@pytest.mark.parametrize("seed", SEEDS)
def test_no_look_alike_fails(seed):
    texts = public(BODIES, seed)
    assert [text.kind for text, secrets in zip(texts, found(texts), strict=True) if secrets] == []


def test_encodings_hide_little():
    texts = matrix(BODIES)
    missed = [(text.kind, text.encoding) for text, secrets in zip(texts, found(texts), strict=True) if not secrets]
    assert len(missed) <= 14, missed


def test_text_without_secrets_has_none():
    scan = scanner.Scanner().scan
    assert [scan(body.encode(), "a.js") for body in BODIES] == [[]] * len(BODIES)
