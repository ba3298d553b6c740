"""Nor does what an audit writes repeat a secret when everything fails, or when it is interrupted."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.secrecy import broken
from tests.secrecy.stage import Stage, checklist, repository, served
from tests.secrecy.values import Leaks, of_exact, of_rules

PLANTED = (*of_rules()[::12], *of_exact())


def written(folder: Path) -> dict[str, str]:
    """Everything that a run has left in its folder."""
    names = ("report.json", "report.md", "report.html", "facts.json")
    return {name: (folder / name).read_text(encoding="utf-8") for name in names if (folder / name).exists()}


def command(folder: Path, path: Path, *more: str) -> list[str]:
    given = ["--config", path, "--env", "prod", "--env-file", folder / "prod.env", "-v"]
    reports = [
        "--report",
        "console",
        "--report",
        f"json={folder}/report.json",
        "--report",
        f"markdown={folder}/report.md",
        "--report",
        f"html={folder}/report.html",
    ]
    return [
        sys.executable,
        "-m",
        "auditor",
        "run",
        *map(str, given),
        *reports,
        f"--save-facts={folder}/facts.json",
        *more,
    ]


@pytest.fixture
def environ(tmp_path) -> dict[str, str]:
    (tmp_path / "tmp").mkdir()
    return {**os.environ, "TMPDIR": str(tmp_path / "tmp")}


def test_servers_that_answer_nonsense(tmp_path, environ):
    texts = [one.text for one in PLANTED]
    (tmp_path / "empty").mkdir()
    with broken.http(texts) as web, broken.postgres(texts) as database:
        path = checklist(tmp_path, f"http://127.0.0.1:{web}", tmp_path / "empty")
        variables = tmp_path / "prod.env"
        variables.write_text(
            variables.read_text(encoding="utf-8").replace("127.0.0.1:9/app", f"127.0.0.1:{database}/app")
        )
        # what fails is tried again, more and more slowly: a run that its deadline ends has seen enough
        done = subprocess.run(
            command(tmp_path, path, "--deadline=20"),
            capture_output=True,
            text=True,
            env=environ,
            timeout=180,
            check=False,
        )
    texts = {"stdout": done.stdout, "stderr": done.stderr, **written(tmp_path)}
    assert (done.returncode in (1, 3), sorted(texts)) == (
        True,
        ["facts.json", "report.html", "report.json", "report.md", "stderr", "stdout"],
    )
    facts = json.loads(texts["report.json"])["facts"]
    said = " ".join(one["error"] or "" for one in facts)
    met = ("cannot log in" in said, "[redacted" in said, "does not answer in HTTP" in said or "in the middle" in said)
    assert met == (True, True, True), said
    leaks = Leaks(PLANTED)
    assert {name: found for name, text in texts.items() if (found := leaks.of(text))} == {}


class Noted(Stage):
    """Tells when a file is asked for that holds every value."""

    def __init__(self) -> None:
        super().__init__(PLANTED)
        self.met = threading.Event()

    def answer(self, path: str) -> tuple[int, dict[str, str], bytes]:
        """As the stage does."""
        if path == "/.env":
            self.met.set()
        return super().answer(path)


def test_an_audit_that_is_interrupted(tmp_path, environ):
    repository(tmp_path / "repo", PLANTED)
    stage = Noted()
    with served(stage) as origin:
        path = checklist(tmp_path, origin, tmp_path / "repo")
        process = subprocess.Popen(
            command(tmp_path, path), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environ
        )
        try:
            assert stage.met.wait(60)
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=60)
        finally:
            process.kill()
            process.wait()
    texts = {"stdout": out, "stderr": err, **written(tmp_path)}
    assert (process.returncode, "report.json" in texts) == (130, True)
    leaks = Leaks(PLANTED)
    assert {name: found for name, text in texts.items() if (found := leaks.of(text))} == {}
    assert list((tmp_path / "tmp").iterdir()) == []
