"""What it shares with its siblings is tested beside no_secret_literals."""

from __future__ import annotations

from auditor.facts.repository import ReadFile, SecretLiteral, SecretLiterals, Source, UnreadFile
from auditor.model import Confidence, Location, Severity, failed, not_applicable, unproven
from checks.secrets_manager.frontend_config_holds_no_secret import frontend_config_holds_no_secret

FILE = ReadFile("next.config.js", Source.FRONTEND)


def test_written_out():
    literal = SecretLiteral(
        "next.config.js", 7, "SMTP_PASSWORD", "value of a secret variable", 14, 5, Source.FRONTEND, Severity.HIGH
    )
    assert list(frontend_config_holds_no_secret(SecretLiterals((FILE,), (literal,), tracked=3))) == [
        failed(
            "next.config.js",
            "SMTP_PASSWORD is written out: value of a secret variable, 14 characters",
            confidence=Confidence.INFERRED,
            location=Location("next.config.js", 7),
            aspect="SMTP_PASSWORD",
            severity="high",
            key="SMTP_PASSWORD",
            kind="value of a secret variable",
            length=14,
            column=5,
        )
    ]


def test_unread():
    unread = UnreadFile("next.config.js", Source.FRONTEND, "it is too long", "split it")
    assert list(frontend_config_holds_no_secret(SecretLiterals((), (), (unread,), tracked=3))) == [
        unproven("next.config.js", "it is too long", "split it", aspect="it is too long")
    ]


def test_none_tracked():
    assert list(frontend_config_holds_no_secret(SecretLiterals((), (), tracked=3))) == [
        not_applicable("no configuration of a frontend is tracked")
    ]
