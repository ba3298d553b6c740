"""What it shares with its siblings is tested beside no_secret_literals."""

from __future__ import annotations

from auditor.facts.repository import ReadFile, SecretLiteral, SecretLiterals, Source, UnreadFile
from auditor.model import Confidence, Location, Severity, failed, not_applicable, unproven
from checks.secrets_manager.dockerfile_holds_no_secret import dockerfile_holds_no_secret

FILE = ReadFile("Dockerfile", Source.DOCKERFILE)


def test_written_out():
    literal = SecretLiteral(
        "Dockerfile", 7, "SMTP_PASSWORD", "value of a secret variable", 14, 5, Source.DOCKERFILE, Severity.HIGH
    )
    assert list(dockerfile_holds_no_secret(SecretLiterals((FILE,), (literal,), tracked=3))) == [
        failed(
            "Dockerfile",
            "SMTP_PASSWORD is written out: value of a secret variable, 14 characters",
            confidence=Confidence.INFERRED,
            location=Location("Dockerfile", 7),
            aspect="SMTP_PASSWORD",
            severity="high",
            key="SMTP_PASSWORD",
            kind="value of a secret variable",
            length=14,
            column=5,
        )
    ]


def test_unread():
    unread = UnreadFile("Dockerfile", Source.DOCKERFILE, "it is too long", "split it")
    assert list(dockerfile_holds_no_secret(SecretLiterals((), (), (unread,), tracked=3))) == [
        unproven("Dockerfile", "it is too long", "split it", aspect="it is too long")
    ]


def test_none_tracked():
    assert list(dockerfile_holds_no_secret(SecretLiterals((), (), tracked=3))) == [
        not_applicable("no Dockerfile is tracked")
    ]
