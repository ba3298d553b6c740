from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from auditor.facts.certificates import Cause, Key, Problem
from tests.checks.chains import GOOD, LEAF, NOW, PLAIN, R11, X1, chain


@pytest.mark.parametrize(
    ("key", "text"),
    [
        (Key("RSA", 2048), "RSA 2048"),
        (Key("EC", 256, "secp256r1"), "EC secp256r1"),
        (Key("Ed25519"), "Ed25519"),
        (Key("1.2.3"), "1.2.3"),
    ],
)
def test_how_a_key_is_called(key, text):
    assert str(key) == text


def test_the_last_second_counts():
    leaf = replace(LEAF, not_before=NOW, not_after=NOW + timedelta(days=90, seconds=-1))
    assert leaf.lifetime_days == 90.0


def test_nobody_vouches_for_the_root():
    served = replace(GOOD, certificates=(LEAF, R11, X1), path=(0, 1, 2))
    assert list(served.links()) == [(0, LEAF), (1, R11)]


def test_a_leaf_counts_even_as_its_own_root():
    assert list(replace(GOOD, certificates=(X1,), path=(0,)).links()) == [(0, X1)]


def test_what_is_aside_is_no_link():
    assert list(replace(GOOD, path=(0,)).links()) == [(0, LEAF)]


def test_the_leaf():
    assert (GOOD.leaf, PLAIN.leaf) == (LEAF, None)


def test_how_certificates_are_called():
    assert [GOOD.called(0), GOOD.called(1)] == ["the certificate", 'certificate 1 "R11" of the chain']


def test_problems_of_a_kind():
    problems = tuple(Problem(cause, cause.value) for cause in (Cause.EXPIRED, Cause.PURPOSE))
    assert chain(problems=problems).of(Cause.PURPOSE, Cause.REFUSED) == problems[1:]


def test_the_table_has_every_problem_of_a_certificate():
    problems = (Problem(Cause.EXPIRED, "", 0), Problem(Cause.OTHER_NAME, "", 0), Problem(Cause.REFUSED, ""))
    rows = chain(problems=problems).table()
    assert [row["problem"] for row in rows] == ["expired, other-name", ""]
    assert {tuple(row) for row in rows} == {
        ("position", "subject", "issuer", "not_after", "key", "signed", "problem"),
    }
