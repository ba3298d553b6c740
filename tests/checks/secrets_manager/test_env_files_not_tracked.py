from __future__ import annotations

import pytest

from auditor.facts.git_hygiene import GitHygiene, Holds, TrackedEnvFile
from auditor.model import Confidence, Gap, Location, failed, passed, unproven
from checks.secrets_manager.env_files_not_tracked import env_files_not_tracked


def judge(*files, tracked=3, **more):
    return list(env_files_not_tracked(GitHygiene(tracked, files, **more)))


def test_none():
    assert judge(examples=(".env.example",)) == [
        passed(
            "*",
            "no .env file among 3 tracked files, 1 examples apart",
            confidence=Confidence.PROVEN,
            tracked_files=3,
            examples=[".env.example"],
        )
    ]


def test_with_secrets():
    assert judge(TrackedEnvFile("a/.env", "live", Holds.SECRETS, 5, ("A_KEY", "B_KEY"), 2)) == [
        failed(
            "a/.env",
            "is tracked, and gives values to A_KEY, B_KEY",
            confidence=Confidence.PROVEN,
            location=Location("a/.env", 2),
            reproduce="git ls-files -- a/.env",
            secrets=["A_KEY", "B_KEY"],
            holds="secrets",
            variables=5,
        )
    ]


@pytest.mark.parametrize(
    ("name", "role", "holds", "outcome"),
    [
        (".env", "live", Holds.NOTHING, "fail"),
        (".env", "live", Holds.SETTINGS, "fail"),
        (".env", "live", Holds.PUBLIC, "pass"),
        (".ENV", "live", Holds.SETTINGS, "fail"),
        (".env", "live", Holds.UNKNOWN, "fail"),
        (".env", "live", Holds.ENCRYPTED, "pass"),
        (".env", "live", Holds.LINK, "pass"),
        (".env.production", "live", Holds.SETTINGS, "pass"),
        (".env.production", "live", Holds.SECRETS, "fail"),
        (".env.local", "local", Holds.SETTINGS, "fail"),
        (".env.local", "local", Holds.PUBLIC, "fail"),
        (".env.local", "local", Holds.NOTHING, "fail"),
        (".env.test", "stage", Holds.SETTINGS, "pass"),
        (".env.test", "stage", Holds.SECRETS, "fail"),
        (".env.test", "stage", Holds.UNKNOWN, "error"),
        (".envrc", "live", Holds.NOTHING, "pass"),
        (".envrc", "live", Holds.SECRETS, "fail"),
    ],
)
def test_each(name, role, holds, outcome):
    assert [finding.outcome for finding in judge(TrackedEnvFile(name, role, holds))] == [outcome]


def test_nothing_was_looked_at():
    assert judge(tracked=0) == [
        unproven("*", "git tracks no file at all here, so nothing was looked at", "point `repository` at a checkout")
    ]
    assert judge(tracked=0, gaps=(Gap("x", "y"),)) == []
