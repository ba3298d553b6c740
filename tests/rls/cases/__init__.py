"""Every case: what is known from other tools, and what is not."""

from __future__ import annotations

from tests.rls.case import Case

from . import anything, applications, claims, deeper, holes, known, names, products, reads, untried, ways, writes

CASES: tuple[Case, ...] = (
    *known.CASES,
    *reads.CASES,
    *writes.CASES,
    *ways.CASES,
    *names.CASES,
    *untried.CASES,
    *deeper.CASES,
    *products.CASES,
    *applications.CASES,
    *holes.CASES,
    *anything.CASES,
    *claims.CASES,
)
