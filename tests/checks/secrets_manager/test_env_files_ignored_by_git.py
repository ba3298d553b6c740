from __future__ import annotations

from auditor.facts.git_hygiene import GitHygiene, IgnoredName
from auditor.model import Confidence, Gap, Location, failed, passed
from checks.secrets_manager.env_files_ignored_by_git import env_files_ignored_by_git


def judge(*names, gaps=()):
    return list(env_files_ignored_by_git(GitHygiene(1, ignored=names, gaps=gaps)))


def test_ignored_and_not():
    found = judge(
        IgnoredName(".env", True, ".gitignore", 1, ".env"),
        IgnoredName("web/.env", False),
        IgnoredName(".env.local", False, ".gitignore", 2, "!.env.local"),
    )
    assert found == [
        failed(
            "web/.env",
            "would not be ignored: no pattern covers it",
            confidence=Confidence.PROVEN,
            reproduce="git check-ignore --verbose --no-index web/.env",
            pattern="",
            source="",
            folders=["web"],
        ),
        failed(
            ".env.local",
            "would not be ignored: `!.env.local` takes it back",
            confidence=Confidence.PROVEN,
            location=Location(".gitignore", 2),
            reproduce="git check-ignore --verbose --no-index .env.local",
            pattern="!.env.local",
            source=".gitignore",
            folders=["."],
        ),
        passed(
            "*",
            "git ignores 1 of 3 names of files of secrets",
            confidence=Confidence.PROVEN,
            names=[".env"],
            patterns=[".gitignore:1 .env"],
        ),
    ]


def test_git_did_not_say():
    assert judge(gaps=(Gap("*", "x"),)) == []


def test_one_cause_is_told_once():
    [found] = judge(*(IgnoredName(f"{folder}.env.production", False) for folder in ("", "apps/web/", "packages/ui/")))
    assert (found.subject, found.message) == (
        ".env.production",
        "would not be ignored in 3 folders: no pattern covers it",
    )
    assert found.evidence["folders"] == [".", "apps/web", "packages/ui"]
