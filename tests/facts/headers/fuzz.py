"""How much the parsers of headers are tried with any text: ``AUDIT_FUZZ=10000`` for more than CI's budget."""

from __future__ import annotations

import os

from hypothesis import settings
from hypothesis import strategies as st

FUZZ = settings(deadline=None, max_examples=int(os.environ.get("AUDIT_FUZZ", "2000")))
SOME = settings(deadline=None, max_examples=min(2000, FUZZ.max_examples))
"""Of what reads files of the repository, and parts of headers: slower, and many."""


def spliced(pieces: list[str], most: int = 40):
    """Texts made of what means something to a parser: a byte for each, as hypothesis takes long over a draw."""
    assert len(pieces) <= 256
    drawn = st.binary(max_size=most) | st.binary(min_size=most // 8, max_size=most)
    return drawn.map(lambda data: "".join(pieces[one % len(pieces)] for one in data))
