"""Repositories that somebody made to harm whoever audits them: nothing is run, nothing hangs, nothing else is read."""

from __future__ import annotations

import hashlib
import os
import socket
import struct
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import pytest

from auditor.checklist.model import Environment
from auditor.errors import Unavailable
from auditor.facts.policy import SecretsPolicy
from auditor.facts.repository import Source
from auditor.probes.build_contexts import build_contexts
from auditor.probes.git import environment as git_environment
from auditor.probes.git_hygiene import git_hygiene, secret_files
from auditor.probes.repository import content, secret_literals, tracked_files
from auditor.probes.repository.tracked import Lying, lying
from auditor.probes.secret_history import secret_history
from auditor.probes.secrets_manager import secrets_management
from auditor.probes.variables import public_variables
from auditor.probes.weak_values import weak_values
from tests.probes.checkout import checkout, git, put
from tests.probes.net.running import run

PASSWORD = "hT7pQ2wLx9Zr"
LEAK = f"DB_PASSWORD={PASSWORD}\nNEXT_PUBLIC_DB_PASSWORD={PASSWORD}\n"
PROBES = (
    build_contexts, git_hygiene, public_variables, secret_files, secret_literals, secrets_management, weak_values,
)  # fmt: skip


def all_of(root) -> str:
    """Every fact about a repository, as text."""
    environment = Environment("prod", repository=root)
    facts = [run(probe(environment)) for probe in PROBES]
    return repr([*facts, run(secret_history(environment, SecretsPolicy(history=True)))])


@pytest.fixture
def trap(tmp_path):
    """A program, and what it leaves behind when it is run."""
    program, trapped = tmp_path / "trap.sh", tmp_path / "trapped"
    program.write_text(f"#!/bin/sh\ntouch {trapped}\n")
    program.chmod(0o755)
    return program, trapped


PROGRAMS = (
    *("core.fsmonitor", "core.pager", "core.editor", "core.sshCommand", "core.askPass", "core.gitProxy"),
    *("core.alternateRefsCommand", "diff.external", "diff.x.command", "diff.x.textconv", "filter.x.clean"),
    *("filter.x.smudge", "filter.x.process", "merge.x.driver", "gpg.program", "credential.helper", "alias.ls-files"),
    *("alias.log", "pager.ls-files", "pager.log", "sequence.editor", "uploadpack.packObjectsHook"),
)


def test_nothing_of_its_configuration_is_run(tmp_path, trap):
    program, trapped = trap
    root = tmp_path / "repo"
    checkout(
        root, {".env": "A=1", ".gitattributes": "* filter=x diff=x merge=x\n", "web/package.json": "{}"}, commit=True
    )
    put(root, {".env": LEAK})
    for key in PROGRAMS:
        git(root, "config", key, f"!{program}" if key.startswith("alias.") else str(program))
    git(root, "config", "core.hooksPath", str(tmp_path / "hooks"))
    (tmp_path / "hooks").mkdir()
    for hook in ("fsmonitor-watchman", "post-index-change", "reference-transaction", "post-checkout"):
        (tmp_path / "hooks" / hook).symlink_to(program)
    (tmp_path / "more").write_text(f"[core]\nfsmonitor = {program}\n[diff]\nexternal = {program}\n")
    git(root, "config", "include.path", str(tmp_path / "more"))
    assert PASSWORD not in all_of(root)
    assert not trapped.exists()
    with suppress(subprocess.CalledProcessError):
        git(root, "status")  # the trap is one
    assert trapped.exists()


MISLEADING = {
    "GIT_DIR": "{other}/.git",
    "GIT_WORK_TREE": "{other}",
    "GIT_INDEX_FILE": "{other}/.git/index",
    "GIT_OBJECT_DIRECTORY": "{other}/.git/objects",
    "GIT_COMMON_DIR": "{other}/.git",
    "GIT_NAMESPACE": "x",
    "GIT_CONFIG_PARAMETERS": "'core.fsmonitor={program}'",
    "GIT_EXTERNAL_DIFF": "{program}",
    "GIT_SSH_COMMAND": "{program}",
    "GIT_ASKPASS": "{program}",
    "GIT_PAGER": "{program}",
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_TRACE": "{trace}",
    "GIT_CONFIG": "{other}/.git/config",
}


@pytest.mark.parametrize("name", MISLEADING)
def test_no_variable_leads_elsewhere(tmp_path, trap, monkeypatch, name):
    program, trapped = trap
    checkout(tmp_path / "other", {"other.env": "A=1"}, commit=True)
    checkout(tmp_path / "mine", {"mine.env": "A=1"}, commit=True)
    places = {"other": tmp_path / "other", "program": program, "trace": tmp_path / "trace"}
    monkeypatch.setenv(name, MISLEADING[name].format(**places))
    told = all_of(tmp_path / "mine")
    assert "mine.env" in told
    assert "other.env" not in told
    assert not trapped.exists()
    assert not (tmp_path / "trace").exists()


def test_settings_of_whoever_audits_stay():
    given = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "safe.directory", "GIT_CONFIG_VALUE_0": "*", "GIT_DIR": "x"}
    assert (
        git_environment({**given, "PATH": "/bin"}).items()
        >= {"GIT_CONFIG_KEY_0": "safe.directory", "PATH": "/bin"}.items()
    )
    assert "GIT_DIR" not in git_environment(given)


@pytest.mark.parametrize("place", [".git/config", ".git/index", ".git/HEAD"])
def test_pipes_for_git_are_not_waited_for(tmp_path, monkeypatch, place):
    checkout(tmp_path, {"a": ""}, commit=True)
    monkeypatch.setattr("auditor.probes.git.SECONDS", 0.3)
    (tmp_path / place).unlink()
    os.mkfifo(tmp_path / place)
    started = time.monotonic()
    with pytest.raises(Unavailable):
        run(tracked_files(tmp_path))
    assert time.monotonic() - started < 10


def test_a_work_tree_elsewhere(tmp_path):
    checkout(tmp_path / "repo", {".env": "A=1"})
    put(tmp_path / "outside", {".gitignore": PASSWORD, ".env": LEAK})
    git(tmp_path / "repo", "config", "core.worktree", str(tmp_path / "outside"))
    with pytest.raises(Unavailable, match=r"core\.worktree leads there"):
        run(tracked_files(tmp_path / "repo"))


class TestWhatLiesThere:
    def test_links(self, tmp_path):
        """A folder that became a link to another one, and a file that did."""
        root = tmp_path / "repo"
        put(tmp_path / "outside", {".env": LEAK, "Dockerfile": "COPY . .\n", "id_rsa": "x"})
        checkout(root, {"a/.env": "A=1", "b/.env": "A=1", "b/Dockerfile": "FROM a\nCOPY . .\n"})
        (root / "a/.env").unlink()
        (root / "a/.env").symlink_to(tmp_path / "outside/.env")
        (root / "b").rename(tmp_path / "was")
        (root / "b").symlink_to(tmp_path / "outside")
        (root / "loop").symlink_to(root / "loop")
        (root / "self").symlink_to(".")
        told = all_of(root)
        assert "DB_PASSWORD" not in told
        assert "id_rsa" not in told

    @pytest.mark.parametrize(
        "name", ["../outside/.env", "/etc/passwd", "a/../../outside/.env", ".git/config", "a//b", "a\0b"]
    )
    def test_names_that_git_would_not_add(self, tmp_path, name):
        put(tmp_path, {"outside/.env": LEAK})
        checkout(tmp_path / "repo", {"a/b": "x"})
        assert lying(tmp_path / "repo", name) is Lying.OTHER
        assert content(tmp_path / "repo", name) is None

    def test_an_index_that_was_written_by_hand(self, tmp_path):
        put(tmp_path, {"outside.env": LEAK})
        checkout(tmp_path / "repo", {"xxxoutside.env": "A=1"})
        index = tmp_path / "repo/.git/index"
        index.write_bytes(_renamed(index.read_bytes(), b"xxxoutside.env", b"../outside.env"))
        assert "DB_PASSWORD" not in all_of(tmp_path / "repo")

    def test_pipes_and_devices(self, tmp_path):
        checkout(tmp_path, {".env": "A=1", "compose.yml": "a: b", "x.py": "1"})
        for name in (".env", "compose.yml", "x.py", "untracked.env"):
            (tmp_path / name).unlink(missing_ok=True)
            os.mkfifo(tmp_path / name)
        assert "DB_PASSWORD" not in all_of(tmp_path)

    def test_a_socket_in_its_place(self, tmp_path):
        checkout(tmp_path, {"s": "x"})
        (tmp_path / "s").unlink()
        with socket.socket(socket.AF_UNIX) as one:
            here = Path.cwd()
            os.chdir(tmp_path)
            try:
                one.bind("s")  # names of sockets are short
            finally:
                os.chdir(here)
            assert content(tmp_path, "s") is None

    def test_a_huge_file(self, tmp_path):
        checkout(tmp_path, {".env": "A=1", "b.env": LEAK})
        with (tmp_path / ".env").open("wb") as stream:
            stream.truncate(50_000_000_000)
        started = time.monotonic()
        assert "b.env" in all_of(tmp_path)
        assert time.monotonic() - started < 30

    @pytest.mark.skipif(os.geteuid() == 0, reason="root reads every file")
    def test_what_may_not_be_read(self, tmp_path):
        checkout(tmp_path, {"a/.env": LEAK, "b.pem": "x"})
        (tmp_path / "a").chmod(0)
        (tmp_path / "b.pem").chmod(0)
        try:
            unread = run(secret_literals(Environment("prod", repository=tmp_path))).unread
        finally:
            (tmp_path / "a").chmod(0o755)
        assert {(one.path, one.source) for one in unread} == {("a/.env", Source.ENV_FILE), ("b.pem", Source.KEY_FILE)}


def _renamed(index: bytes, old: bytes, new: bytes) -> bytes:
    """An index with another name in it, and the checksum that it then has: gitformat-index(5)."""
    assert len(old) == len(new)
    assert struct.unpack(">4sL", index[:8]) == (b"DIRC", 2)
    body = index[:-20].replace(old, new)
    return body + hashlib.sha1(body, usedforsecurity=False).digest()


class TestWhatIsNotHere:
    def told(self, root):
        return {
            (one.path, one.source, one.reason)
            for one in run(secret_literals(Environment("prod", repository=root))).unread
        }

    def test_deleted(self, tmp_path):
        checkout(tmp_path, {".env": LEAK, "a.txt": "x", "b.txt": "y"})
        for name in (".env", "a.txt", "b.txt"):
            (tmp_path / name).unlink()
        assert self.told(tmp_path) == {
            (".env", Source.ENV_FILE, "1 tracked files were not searched (.env): they are not in this checkout"),
            ("*", Source.OTHER, "2 tracked files were not searched (a.txt, b.txt): they are not in this checkout"),
        }

    def test_a_sparse_checkout(self, tmp_path):
        checkout(tmp_path, {"a/x.py": "1", "b/.env": LEAK}, commit=True)
        git(tmp_path, "sparse-checkout", "set", "a")
        assert {one[:2] for one in self.told(tmp_path)} == {("b/.env", Source.ENV_FILE)}

    def test_a_submodule(self, tmp_path):
        checkout(tmp_path / "inner", {".env": LEAK}, commit=True)
        checkout(tmp_path / "outer", {"a": "x"}, commit=True)
        git(
            tmp_path / "outer",
            "-c",
            "protocol.file.allow=always",
            "submodule",
            "--quiet",
            "add",
            str(tmp_path / "inner"),
            "lib",
        )
        reason = "1 tracked files were not searched (lib): they are repositories of their own, as submodules"
        assert self.told(tmp_path / "outer") == {("lib", Source.OTHER, reason)}

    def test_pointers_of_lfs(self, tmp_path):
        pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:" + "0" * 64 + "\nsize 120\n"
        checkout(tmp_path, {"prod.env": pointer, "logo.png": pointer, "server.p12": pointer})
        assert {one[:2] for one in self.told(tmp_path)} == {
            ("prod.env", Source.ENV_FILE),
            ("server.p12", Source.KEY_FILE),
        }

    def test_a_work_tree_of_its_own(self, tmp_path):
        """``git worktree``: its ``.git`` is a file."""
        checkout(tmp_path / "main", {".env": LEAK}, commit=True)
        git(tmp_path / "main", "worktree", "add", "--quiet", str(tmp_path / "second"), "-b", "second")
        assert (tmp_path / "second/.git").is_file()
        facts = run(secret_literals(Environment("prod", repository=tmp_path / "second")))
        assert {one.path for one in facts.literals} == {".env"}

    def test_a_bare_repository(self, tmp_path):
        checkout(tmp_path / "main", {".env": LEAK}, commit=True)
        git(tmp_path, "clone", "--quiet", "--bare", str(tmp_path / "main"), "bare")
        with pytest.raises(Unavailable, match="git cannot list the files"):
            run(tracked_files(tmp_path / "bare"))
