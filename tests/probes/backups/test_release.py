from __future__ import annotations

import subprocess
from datetime import UTC, datetime

import pytest

from auditor.checklist.model import BackupSources, Environment
from auditor.errors import Unavailable
from auditor.facts.backups import Release, RestoreTools
from auditor.facts.policy import BackupPolicy
from auditor.probes.backups.release import release, restore_tools
from tests.probes.net.running import run

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def test_nothing_is_asked_for():
    assert run(release(Environment("test"), BackupPolicy())) == Release(None)


def test_a_time():
    found = run(release(Environment("test"), BackupPolicy(before_release=NOON)))
    assert found == Release(NOON, "`before_release`")


def test_the_newest_commit(tmp_path):
    def git(*arguments, **more):
        who = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a"}
        program = ["git", "-C", tmp_path, *arguments]
        return subprocess.run(program, check=True, capture_output=True, env={**who, "PATH": "/usr/bin:/bin", **more})

    git("init", "-q")
    git(
        "commit",
        "-q",
        "--allow-empty",
        "-m",
        "x",
        GIT_COMMITTER_DATE=NOON.isoformat(),
        GIT_AUTHOR_DATE="2001-01-01T00:00:00Z",
    )
    commit = git("rev-parse", "HEAD").stdout.decode().strip()
    found = run(release(Environment("test", repository=tmp_path), BackupPolicy(before_release="commit")))
    assert found == Release(NOON, f"commit {commit[:12]}")


def test_no_repository():
    with pytest.raises(Unavailable, match="the checklist names no repository"):
        run(release(Environment("test"), BackupPolicy(before_release="commit")))


@pytest.mark.parametrize(
    ("printed", "major"),
    [
        ("pg_restore (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)", 15),
        ("postgres (PostgreSQL) 18beta1", 18),
        ("pg_restore (PostgreSQL) 9.6.24", 9),
        ("16.4", 16),
        ("Welcome to standby\nPG 3\n\n17\n", 17),
    ],
)
def test_versions(printed, major):
    environment = Environment("test", backups=BackupSources(restore_command=("echo", printed)))
    assert run(restore_tools(environment)) == RestoreTools(major, "echo")


@pytest.mark.parametrize("printed", ["", "command not found", "pg_restore (PostgreSQL)", "1234"])
def test_no_version(printed):
    environment = Environment("test", backups=BackupSources(restore_command=("echo", printed)))
    with pytest.raises(Unavailable, match="prints no version"):
        run(restore_tools(environment))


@pytest.mark.parametrize("sources", [None, BackupSources()])
def test_no_command(sources):
    assert run(restore_tools(Environment("test", backups=sources))) == RestoreTools(None)
