"""What it shares with its siblings is tested beside no_secret_literals."""

from __future__ import annotations

from auditor.facts.repository import ReadFile, SecretLiteral, SecretLiterals, Source, UnreadFile
from auditor.model import Confidence, Location, Severity, failed, not_applicable, unproven
from checks.secrets_manager.ci_holds_no_secret import ci_holds_no_secret

FILE = ReadFile(".github/workflows/ci.yml", Source.CI)


def test_written_out():
    literal = SecretLiteral(
        ".github/workflows/ci.yml", 7, "SMTP_PASSWORD", "value of a secret variable", 14, 5, Source.CI, Severity.HIGH
    )
    assert list(ci_holds_no_secret(SecretLiterals((FILE,), (literal,), tracked=3))) == [
        failed(
            ".github/workflows/ci.yml",
            "SMTP_PASSWORD is written out: value of a secret variable, 14 characters",
            confidence=Confidence.INFERRED,
            location=Location(".github/workflows/ci.yml", 7),
            aspect="SMTP_PASSWORD",
            severity="high",
            key="SMTP_PASSWORD",
            kind="value of a secret variable",
            length=14,
            column=5,
        )
    ]


def test_unread():
    unread = UnreadFile(".github/workflows/ci.yml", Source.CI, "it is too long", "split it")
    assert list(ci_holds_no_secret(SecretLiterals((), (), (unread,), tracked=3))) == [
        unproven(".github/workflows/ci.yml", "it is too long", "split it", aspect="it is too long")
    ]


def test_none_tracked():
    assert list(ci_holds_no_secret(SecretLiterals((), (), tracked=3))) == [not_applicable("no CI file is tracked")]
