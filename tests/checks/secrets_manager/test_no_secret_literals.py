from __future__ import annotations

from auditor.facts.repository import SecretLiteral, SecretLiterals
from auditor.model import Confidence, Gap, Location, failed, passed
from checks.secrets_manager.no_secret_literals import no_secret_literals

PASSWORD = SecretLiteral(".env", 3, "POSTGRES_PASSWORD", "value of a secret variable", 12)
GAP = Gap("compose.yml", "compose.yml cannot be read: Permission denied")


def judge(files, *literals, gaps=()):
    return list(no_secret_literals(SecretLiterals(files, literals, gaps)))


def clean(path):
    return passed(path, "holds no secret literal", confidence=Confidence.INFERRED)


FOUND = failed(
    ".env",
    "POSTGRES_PASSWORD is written out: value of a secret variable, 12 characters",
    confidence=Confidence.INFERRED,
    location=Location(".env", 3),
    aspect="POSTGRES_PASSWORD",
    key="POSTGRES_PASSWORD",
    kind="value of a secret variable",
    length=12,
)


def test_clean():
    assert judge((".env", "compose.yml")) == [clean(".env"), clean("compose.yml")]


def test_written_out():
    assert judge((".env", "compose.yml"), PASSWORD) == [FOUND, clean("compose.yml")]


def test_each_literal_is_told():
    other = SecretLiteral(".env", 4, "STRIPE_SECRET_KEY", "Stripe secret key", 32)
    assert [(f.aspect, f.location) for f in judge((".env",), PASSWORD, other)] == [
        ("POSTGRES_PASSWORD", Location(".env", 3)),
        ("STRIPE_SECRET_KEY", Location(".env", 4)),
    ]


def test_nothing_tracked():
    assert judge(()) == [passed("*", "no environment or compose file is tracked", confidence=Confidence.INFERRED)]


def test_gaps_only():
    """The file is tracked; nobody could read it."""
    assert judge((), gaps=(GAP,)) == []


def test_a_gap_beside_clean_files():
    assert judge((".env",), gaps=(GAP,)) == [clean(".env")]
