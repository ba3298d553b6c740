"""What it shares with its siblings is tested beside no_secret_literals."""

from __future__ import annotations

from auditor.facts.repository import ReadFile, SecretLiteral, SecretLiterals, Source, UnreadFile
from auditor.model import Confidence, Location, Severity, failed, not_applicable, unproven
from checks.secrets_manager.code_defaults_hold_no_secret import code_defaults_hold_no_secret

FILE = ReadFile("app/settings.py", Source.CODE)


def test_written_out():
    literal = SecretLiteral(
        "app/settings.py", 7, "SMTP_PASSWORD", "value of a secret variable", 14, 5, Source.CODE, Severity.HIGH
    )
    assert list(code_defaults_hold_no_secret(SecretLiterals((FILE,), (literal,), tracked=3))) == [
        failed(
            "app/settings.py",
            "SMTP_PASSWORD is written out: value of a secret variable, 14 characters",
            confidence=Confidence.INFERRED,
            location=Location("app/settings.py", 7),
            aspect="SMTP_PASSWORD",
            severity="high",
            key="SMTP_PASSWORD",
            kind="value of a secret variable",
            length=14,
            column=5,
        )
    ]


def test_unread():
    unread = UnreadFile("app/settings.py", Source.CODE, "it is too long", "split it")
    assert list(code_defaults_hold_no_secret(SecretLiterals((), (), (unread,), tracked=3))) == [
        unproven("app/settings.py", "it is too long", "split it", aspect="it is too long")
    ]


def test_none_tracked():
    assert list(code_defaults_hold_no_secret(SecretLiterals((), (), tracked=3))) == [
        not_applicable("no code is tracked that could be read")
    ]
