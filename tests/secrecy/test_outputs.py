"""Nothing that an audit writes repeats a secret, or a part of one, whatever it met it in."""

from __future__ import annotations

import contextlib
import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests import warm
from tests.secrecy.stage import Stage, checklist, repository, served
from tests.secrecy.values import DATABASE_PASSWORD, EXACT, Leaks, of_exact, of_rules

# what all of them read is gathered once
pytestmark = pytest.mark.xdist_group("secrecy")

PLANTED = (*of_rules(), *of_exact())
PLUGIN = '''
"""Raises what it should not, with values in it."""
import os
from dataclasses import dataclass
from auditor.facts.served import Served
from auditor.model import Level, Severity, failed
from auditor.registry import check, probe

@dataclass(frozen=True, slots=True)
class Crashing:
    text: str

@probe(deadline=5.0)
async def crashing(served: Served) -> Crashing:
    """Fails with everything that it knows."""
    try:
        raise ValueError(Crashing(open({values!r}, encoding="utf-8").read()))
    except ValueError as error:
        raise KeyError(repr(error).encode()) from error

@check("ACME001", level=Level.RECOMMENDED, severity=Severity.LOW)
def crashes(served: Served):
    """Raises.

    ## Why it matters
    x

    ## How to fix it
    x
    """
    raise RuntimeError(open({values!r}, encoding="utf-8").read())

@check("ACME002", level=Level.RECOMMENDED, severity=Severity.LOW)
def crashes_too(crashing: Crashing):
    """Needs what fails.

    ## Why it matters
    x

    ## How to fix it
    x
    """
    yield failed("x", "x")

@check("ACME003", level=Level.RECOMMENDED, severity=Severity.LOW)
def tells(served: Served):
    """Tells everything.

    ## Why it matters
    x

    ## How to fix it
    x
    """
    lines = open({values!r}, encoding="utf-8").read().split("\\0")
    for line in lines:
        yield failed(line, f"holds {{line}} and {{line[:9]}}", given={{line: [line, line.encode()]}})
'''


def audit(folder: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    return warm.audit(*arguments, environ=environment(folder), timeout=180)


def cold(folder: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    """In a process that starts from nothing, and shows the command line of a user."""
    command = [sys.executable, "-m", "auditor", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, env=environment(folder), timeout=180, check=False)


def environment(folder: Path) -> dict[str, str]:
    return {**os.environ, "TMPDIR": str(folder / "tmp"), "COLUMNS": "80"}


@dataclass(frozen=True)
class Ran:
    """Everything that the runs wrote."""

    texts: dict[str, str]
    commands: set[str]
    """Command lines of the processes that were there meanwhile."""
    left: list[str]
    facts: dict


class Watch(threading.Thread):
    """Reads the command lines of the processes below us, and temporary files, while an audit runs."""

    def __init__(self, temporary: Path) -> None:
        super().__init__(daemon=True)
        self.temporary, self.commands, self.files = temporary, set[str](), dict[str, str]()
        self.over = threading.Event()

    def run(self) -> None:
        while not self.over.wait(0.02):
            self.commands |= set(_below(os.getpid()))
            for path in self.temporary.rglob("*"):
                try:
                    self.files[path.name] = path.read_bytes().decode("utf-8", "replace")
                except OSError:
                    continue


def _below(ours: int) -> Iterator[str]:
    """Command lines of what descends from a process. Other tests of this machine start commands, too."""
    parents = dict(filter(None, map(_parent, Path("/proc").glob("[0-9]*"))))
    found = new = {ours}
    while new := {number for number, parent in parents.items() if parent in new} - found:
        found = found | new
        for number in new:
            with contextlib.suppress(OSError):
                yield Path(f"/proc/{number}/cmdline").read_bytes().decode("utf-8", "replace")


def _parent(process: Path) -> tuple[int, int] | None:
    """The number of a process, and that of its parent."""
    try:
        return int(process.name), int((process / "stat").read_bytes().rpartition(b")")[2].split()[1])
    except OSError:
        return None


@pytest.fixture(scope="module")
def ran(tmp_path_factory) -> Ran:
    folder = tmp_path_factory.mktemp("secrecy")
    (folder / "tmp").mkdir()
    (folder / "values").write_text("\0".join(one.text for one in PLANTED), encoding="utf-8")
    item = folder / "acme/configuration"  # what the checks belong to
    item.mkdir(parents=True)
    (item / "crash.py").write_text(PLUGIN.format(values=str(folder / "values")), encoding="utf-8")
    repository(folder / "repo", PLANTED)
    watch = Watch(folder / "tmp")
    watch.start()
    more = f'[[plugins]]\npath = "{folder}/acme"\n'
    with served(Stage(PLANTED)) as origin:
        path = checklist(folder, origin, folder / "repo", more=more)
        given = ("--config", path, "--env", "prod", "--env-file", folder / "prod.env")
        facts, report = folder / "facts.json", folder / "report.json"
        pages = (f"--report=markdown={folder}/report.md", f"--report=html={folder}/report.html")
        reports = ("--report", "console", "--report", f"json={report}", *pages)
        # what sends bursts at endpoints is not about secrets, and takes its time
        chosen = ("--ignore", "rate-limiting")
        runs = {
            "run": cold(folder, "run", *given, "-v", *chosen, *reports, "--save-facts", facts),
            "doctor": audit(folder, "doctor", *given),
        }
    runs["again"] = audit(folder, "run", *given, *chosen, "--facts", facts, "--report", "markdown")
    runs["report"] = audit(folder, "report", report, "--report", "console")
    watch.over.set()
    watch.join()
    assert {name: done.returncode for name, done in runs.items()} == {"run": 1, "doctor": 3, "again": 1, "report": 0}
    texts = {
        f"{name} {stream}": getattr(done, stream) for name, done in runs.items() for stream in ("stdout", "stderr")
    }
    files = ("report.json", "report.md", "report.html", "facts.json")
    texts |= {name: (folder / name).read_text(encoding="utf-8") for name in files}
    # thousands of digests, one of which may begin like a value by chance
    texts["report.json"] = re.sub(r'"fingerprint": "[0-9a-f]{16}"', "", texts["report.json"])
    texts |= {f"temporary {name}": text for name, text in watch.files.items()}
    return Ran(texts, watch.commands, [one.name for one in (folder / "tmp").iterdir()], json.loads(texts["facts.json"]))


@pytest.fixture(scope="module")
def leaks() -> Leaks:
    return Leaks(PLANTED)


def test_nothing_repeats_a_value(ran, leaks):
    assert {name: found for name, text in ran.texts.items() if (found := leaks.of(text))} == {}


def test_there_was_something_to_repeat(ran):
    """Most values were recognised in what the site serves, and places are named after them."""
    served_ = ran.facts["facts"]["Served"]["value"]
    assert len({(one["kind"], one["same"]) for one in served_["sightings"]}) > 200
    assert "[redacted" in ran.texts["run stdout"]
    assert "Traceback" in ran.texts["run stderr"]
    for name in ("SecretLiterals", "ExposedFiles", "SecretHistory", "Responses"):
        assert ran.facts["facts"][name]["value"] is not None, ran.facts["facts"][name]


def test_no_file_is_left(ran):
    assert ran.left == []


def test_no_process_shows_a_value_to_others(ran, leaks):
    ours = [command for command in ran.commands if "git" in command or "auditor" in command]
    assert ours
    assert {command: found for command in ours if (found := leaks.of(command.replace(str(Path.cwd()), "")))} == {}


@pytest.mark.parametrize("command", ["run", "doctor"])
@pytest.mark.parametrize(
    "line",
    [
        'database = "{secret}"',
        'database = "postgresql://app:{secret}@[bad/app"',
        'frontend = "https://user:{secret}@app.example.com"',
        'api = "{secret}"',
        '"{secret}" = 1',
        "api = {secret}",
    ],
)
def test_a_checklist_with_a_secret_in_it(tmp_path, command, line):
    planted = of_rules()[0]
    (tmp_path / "tmp").mkdir()
    path = tmp_path / "checklist.toml"
    path.write_text(f"version = 1\n[env.prod]\n{line.format(secret=planted.text)}\n", encoding="utf-8")
    done = audit(tmp_path, command, "--config", path, "--env", "prod")
    assert done.returncode == 2
    assert Leaks([planted]).of(done.stdout + done.stderr) == {}


def test_a_plugin_that_cannot_be_loaded(tmp_path):
    """What it raises may hold a value that only the file of variables gives."""
    (tmp_path / "tmp").mkdir()
    (tmp_path / "acme.py").write_text(f"raise ValueError({EXACT['SESSION_SECRET']!r}, {DATABASE_PASSWORD!r})")
    path = checklist(tmp_path, "http://127.0.0.1:9", tmp_path, more=f'[[plugins]]\npath = "{tmp_path}/acme.py"\n')
    done = audit(tmp_path, "run", "--config", path, "--env", "prod", "--env-file", tmp_path / "prod.env", "-v")
    assert done.returncode == 2
    assert "ValueError" in done.stderr
    assert Leaks(of_exact()).of(done.stdout + done.stderr) == {}


def test_parts_of_values_are_seen():
    """The looking itself works: on what is cut, encoded and wrapped."""
    (one,) = [one for one in of_exact() if one.kind == "STRIPE_SECRET_KEY"]
    leaks = Leaks([one])
    for text in (one.value[3:12], one.value.encode().hex(), f"{one.value[:6]}\n    {one.value[6:]}"):
        assert leaks.of(f"x {text} y") != {}, text
    assert leaks.of(f"[redacted key, 24 characters] {one.value[:7]}") == {}
