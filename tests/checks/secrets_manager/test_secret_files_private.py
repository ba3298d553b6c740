from __future__ import annotations

import pytest

from auditor.facts.git_hygiene import SecretFile, SecretFiles
from auditor.model import Confidence, Gap, failed, not_applicable, passed
from checks.secrets_manager.secret_files_private import secret_files_private

SEEN = {"uid": 1000, "gid": 100, "kind": "environment file"}


def judge(*files, **more):
    return list(secret_files_private(SecretFiles(True, files, **more)))


@pytest.mark.parametrize("mode", [0o600, 0o400, 0o640, 0o700])
def test_private(mode):
    assert judge(SecretFile(".env", mode, 1000, 100, "environment file")) == [
        passed(
            ".env",
            f"the environment file has mode {mode:04o}",
            confidence=Confidence.PROVEN,
            mode=f"{mode:04o}",
            **SEEN,
        )
    ]


@pytest.mark.parametrize(
    ("mode", "who"),
    [
        (0o644, "everybody may read"),
        (0o660, "its group may write"),
        (0o666, "its group may write and everybody may read and write"),
        (0o777, "its group may write and run and everybody may read and write and run"),
    ],
)
def test_open(mode, who):
    assert judge(SecretFile(".env", mode, 1000, 100, "environment file")) == [
        failed(
            ".env",
            f"the environment file has mode {mode:04o}: {who} it",
            confidence=Confidence.PROVEN,
            reproduce="ls -l .env",
            mode=f"{mode:04o}",
            **SEEN,
        )
    ]


def test_a_key_is_for_nobody_else():
    (found,) = judge(SecretFile("a.key", 0o640, 0, 0, "key file"))
    assert found.message == "the key file has mode 0640: its group may read it"


def test_nothing_seen():
    assert judge() == [
        not_applicable("no untracked file of secrets lies in the checkout: their modes on the server were not seen")
    ]
    assert judge(gaps=(Gap("a", "b"),)) == []
    assert list(secret_files_private(SecretFiles(False))) == [not_applicable("this system has no POSIX modes")]
