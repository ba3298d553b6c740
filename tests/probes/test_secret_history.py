from __future__ import annotations

import hashlib
import subprocess

import pytest

from auditor.checklist.model import Environment
from auditor.errors import Unavailable
from auditor.facts.policy import SecretsPolicy
from auditor.facts.secret_history import SecretHistory
from auditor.model import Gap
from auditor.probes import secret_history as module
from auditor.probes.secret_history import Search, look
from auditor.redact import Secret
from tests.probes.checkout import ENVIRONMENT, checkout, git, put
from tests.probes.net.running import run

PASSWORD = hashlib.sha256(b"x").hexdigest()[:20]
TOKEN = "sb_" + "secret_" + hashlib.sha256(b"y").hexdigest()[:30]
SEARCH = Search([])


def commit(root, files):
    put(root, files)
    git(root, "add", "--force", "--all")
    git(root, "commit", "--quiet", "--message", "x", "--allow-empty")
    return git(root, "rev-parse", "HEAD").strip()


@pytest.fixture
def root(tmp_path):
    """A secret in a file of variables, and one in code, both gone."""
    checkout(tmp_path / "r", {"a": "1"}, commit=True)
    commit(tmp_path / "r", {".env": f"LOG=1\nDB_PASSWORD={PASSWORD}\n", "app.js": f"x('{TOKEN}')"})
    (tmp_path / "r/.env").unlink()
    commit(tmp_path / "r", {"app.js": "x()"})
    return tmp_path / "r"


def told(fact):
    return [(one.sighting.place, one.sighting.line, one.sighting.kind, one.sighting.name) for one in fact.found]


GONE = [(".env", 2, "value of a secret variable", "DB_PASSWORD"), ("app.js", 1, "Supabase secret key", "")]


def test_what_is_gone(root):
    fact = look(root, SEARCH)
    assert (told(fact), fact.commits, fact.versions, fact.gaps) == (GONE, 3, 2, ())
    assert all(len(one.commit) == 40 for one in fact.found)
    assert PASSWORD not in repr(fact)
    assert TOKEN not in repr(fact)


def test_what_is_there_is_left_to_others(root):
    commit(root, {"app.js": f"x('{TOKEN}')"})
    assert told(look(root, SEARCH)) == GONE[:1]


def test_other_branches_and_stashes(root):
    git(root, "switch", "--quiet", "--create", "other")
    commit(root, {"b/.env.local": f"API_KEY={PASSWORD}"})
    git(root, "switch", "--quiet", "main")
    put(root, {"a": f"x('{TOKEN}2')"})
    git(root, "stash", "--quiet")
    places = {one[0] for one in told(look(root, SEARCH))}
    assert places == {".env", "app.js", "b/.env.local", "a"}


def test_a_merge_that_brings_its_own(root):
    git(root, "switch", "--quiet", "--create", "other", "HEAD~1")
    commit(root, {"c": "1"})
    git(root, "switch", "--quiet", "main")
    git(root, "merge", "--quiet", "--no-commit", "--no-ff", "--strategy=ours", "other")
    commit(root, {"evil/.env": f"API_KEY={PASSWORD}9"})
    git(root, "rm", "--quiet", "evil/.env")
    commit(root, {})
    assert "evil/.env" in {one[0] for one in told(look(root, SEARCH))}


def test_the_very_values(root):
    commit(root, {"n.txt": "the word is zebra-zebra"})
    commit(root, {"n.txt": ""})
    fact = look(root, Search([Secret("zebra-zebra", "database password")]))
    assert [one.sighting.kind for one in fact.found if one.sighting.exact] == ["database password"]


def test_nothing_of_the_repository_is_run_or_changed(root, tmp_path):
    trap, trapped = tmp_path / "trap.sh", tmp_path / "trapped"
    trap.write_text(f"#!/bin/sh\ntouch {trapped}\n")
    trap.chmod(0o755)
    for key in ("core.fsmonitor", "core.pager", "diff.external", "diff.x.textconv", "core.sshCommand", "gpg.program"):
        git(root, "config", key, str(trap))
    git(root, "config", "log.showSignature", "true")
    git(root, "config", "core.hooksPath", str(tmp_path))
    before = sorted(root.rglob("*"))
    assert told(look(root, SEARCH)) == GONE
    assert sorted(root.rglob("*")) == before
    assert not trapped.exists()


def test_shallow(root, tmp_path):
    subprocess.run(
        ["git", "clone", "--quiet", "--depth", "1", f"file://{root}", str(tmp_path / "s")], env=ENVIRONMENT, check=True
    )
    fact = look(tmp_path / "s", SEARCH)
    assert (told(fact), fact.gaps) == (
        [],
        (
            Gap(
                "history",
                "the clone is shallow: older commits are not here",
                "fetch all of it: `git fetch --unshallow`",
            ),
        ),
    )


def test_partial(root, tmp_path):
    git(root, "config", "uploadpack.allowFilter", "true")
    subprocess.run(
        ["git", "clone", "--quiet", "--filter=blob:none", f"file://{root}", str(tmp_path / "p")],
        env=ENVIRONMENT,
        check=True,
    )
    fact = look(tmp_path / "p", SEARCH)
    assert "the clone is partial: some versions are not here" in [gap.reason for gap in fact.gaps]
    assert told(fact) == []


def test_binary_and_long_files(root):
    commit(root, {"x.bin": b"\0" + TOKEN.encode() + b"1", "prod.env": "A=1\n" * 300_000})
    commit(root, {"x.bin": b"", "prod.env": ""})
    fact = look(root, SEARCH)
    assert told(fact) == GONE
    assert [gap.reason for gap in fact.gaps] == [
        "1 files of variables are longer than 1000000 bytes: they were not searched"
    ]


def test_versions_that_take_too_long(root, monkeypatch):
    monkeypatch.setattr(module, "SECONDS_EACH", 0.0)
    fact = look(root, Search([]))
    assert told(fact) == GONE[:1]  # which its reader finds
    assert fact.gaps == (
        Gap(
            "history",
            "2 versions were not searched to their end: it takes longer than 0 s to search: what is in it was not "
            "searched to its end",
        ),
    )


def test_bounds(root, monkeypatch):
    monkeypatch.setattr(module, "MOST_BYTES", 1)
    assert [gap.reason for gap in look(root, SEARCH).gaps] == [
        "the search ended after 1 versions of 2 at most: it is bounded"
    ]
    monkeypatch.undo()
    monkeypatch.setattr(module, "MOST_OBJECTS", 1)
    assert look(root, SEARCH).gaps


def test_no_time(root):
    assert look(root, SEARCH, seconds=0.0).gaps


def test_no_commit_and_no_repository(tmp_path):
    checkout(tmp_path / "r", {"a": ""})
    fact = look(tmp_path / "r", SEARCH)
    assert (fact.commits, fact.found, fact.gaps) == (0, (), ())
    (tmp_path / "n").mkdir()
    with pytest.raises(Unavailable):
        look(tmp_path / "n", SEARCH)


def test_names_that_are_no_text(root):
    name = b"d/\xff.env".decode("utf-8", "surrogateescape")
    commit(root, {name: f"DB_PASSWORD={PASSWORD}z"})
    git(root, "rm", "--quiet", name)
    commit(root, {})
    assert "d/\ufffd.env" in {one[0] for one in told(look(root, SEARCH))}


def test_the_probe(root):
    environment = Environment("prod", repository=root)
    assert run(module.secret_history(environment, SecretsPolicy())) == SecretHistory(asked_for=False)
    assert told(run(module.secret_history(environment, SecretsPolicy(history=True)))) == GONE
