from __future__ import annotations

from auditor.facts.repository import DEFAULT_VALUE, SecretLiteral, SecretLiterals, Source
from auditor.model import Outcome
from checks.secrets_manager.development_files_hold_no_secret import development_files_hold_no_secret


def judge(*literals, tracked=9):
    return [f.outcome for f in development_files_hold_no_secret(SecretLiterals((), literals, tracked=tracked))]


def one(kind="value of a secret variable", development=True):
    return SecretLiteral("compose.dev.yml", 3, "X", kind, 12, source=Source.COMPOSE, development=development)


def test_told():
    assert judge(one()) == [Outcome.FAIL]


def test_what_others_tell():
    assert judge(one(DEFAULT_VALUE), one(development=False)) == [Outcome.PASS]


def test_nothing_tracked():
    assert judge(tracked=0) == [Outcome.ERROR]
