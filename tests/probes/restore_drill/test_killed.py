"""However a drill ends, nothing of it is left."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

import pytest

from auditor.facts.restore_drill import End
from auditor.probes.restore_drill import archive
from auditor.probes.restore_drill.outcomes import Undone
from auditor.probes.restore_drill.scratch import Scratch, _segments
from tests.lab.processes import wait_until
from tests.probes.net.running import run
from tests.probes.restore_drill.servers import DATA, PASSWORD, drill

pytestmark = [
    pytest.mark.xdist_group("drill"),
    pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at /proc"),
]

CHECKLIST = """
version = 1
extends = "default"
[env.test]
absent = ["frontend", "api", "repository", "prometheus", "alertmanager", "supabase"]
database = "{url}"
[env.test.backups]
dumps = ["{dump}"]
"""


def inside(folder: Path) -> set[int]:
    """Processes that work in a folder, or were given a path in it."""
    found = set()
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            place, said = str((process / "cwd").readlink()), (process / "cmdline").read_text()
            if str(folder) in place or str(folder) in said:
                found.add(int(process.name))
    return found


def servers(folder: Path) -> set[int]:
    return {pid for pid in inside(folder) if Path(f"/proc/{pid}/comm").read_text().strip() == "postgres"}


def orphans() -> set[str]:
    """Shared memory that nobody uses, of processes that are gone. Other tests have servers of their own meanwhile."""
    rows = [row.split() for row in Path("/proc/sysvipc/shm").read_text().splitlines()[1:]]
    return {row[1] for row in rows if row[6] == "0" and not Path(f"/proc/{row[4]}").exists()}


@pytest.fixture
def audit(live, tmp_path):
    """Starts an audit with a drill, in a place of its own."""
    folder = Path(tempfile.mkdtemp(prefix="k-"))
    folder.chmod(0o711)
    (tmp_path / "checklist.toml").write_text(CHECKLIST.format(url="${URL}", dump=DATA / "app.dump"))
    environ = {**os.environ, "TMPDIR": str(folder), "URL": live.url()}
    command = [
        sys.executable,
        "-m",
        "auditor",
        "run",
        "--config",
        tmp_path / "checklist.toml",
        "--env",
        "test",
        "--drill",
    ]
    process = subprocess.Popen(
        [*command, "--select", "BAK030", "--report", "json"],
        env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    yield process, folder
    process.kill()
    process.communicate()
    shutil.rmtree(folder, ignore_errors=True)


def gone(folder: Path) -> bool:
    return wait_until(lambda: not inside(folder) and not list(folder.iterdir()), 30)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL], ids=lambda one: one.name)
def test_an_audit_that_is_stopped(audit, number):
    before = orphans()
    process, folder = audit
    assert wait_until(lambda: servers(folder) or process.poll() is not None, 60)
    with suppress(subprocess.TimeoutExpired):
        process.wait(random.uniform(0, 0.4))
    process.send_signal(number)
    said, _ = process.communicate(timeout=60)
    assert gone(folder)
    assert orphans() <= before
    if number != signal.SIGKILL:
        assert process.returncode in (130, 0)
    if process.returncode == 130:
        assert "interrupted" in said


@pytest.fixture
def _killed(monkeypatch, place):
    """Kills the scratch server as soon as the restore begins."""
    real = archive.restore_archive

    async def restore(*arguments):
        assert servers(place)
        for pid in servers(place):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return await real(*arguments)

    monkeypatch.setattr("auditor.probes.restore_drill.dumps.restore_archive", restore)


@pytest.mark.usefixtures("_killed", "one_initdb")
@pytest.mark.parametrize("walled", [True, False])
def test_a_server_that_is_killed(live, place, monkeypatch, walled):
    if not walled:  # as where the system lets nobody cut a network off
        monkeypatch.setattr("auditor.probes.restore_drill.scratch._wall", lambda owner: ((), ()))
    before = orphans()
    [found] = drill(DATA / "app.dump", live=live).drills
    assert (found.end, found.hint) == (End.UNDONE, "run the drill again")
    assert found.problem.startswith("the scratch server ended by signal 9")
    assert not inside(place)
    assert orphans() <= before


def test_memory_that_a_killed_server_leaves(tmp_path):
    """Only that of the very process counts: numbers are used again."""
    (tmp_path / "home" / "data").mkdir(parents=True)
    (tmp_path / "home" / "data" / "postmaster.pid").write_text(f"{os.getpid()}\n/x\n1\n5432\n/x\n\n  16 0\nready\n")
    assert _segments(tmp_path) == []


def test_a_folder_that_was_never_made_is_nobodys(tmp_path, monkeypatch):
    """Whatever works where the audit was started goes on."""
    (tmp_path / "below").mkdir()
    monkeypatch.chdir(tmp_path)
    with subprocess.Popen(["sleep", "600"], cwd=tmp_path / "below") as other:
        run(Scratch(1 << 30).close())
        assert other.poll() is None
        other.kill()


def test_no_place(monkeypatch):
    monkeypatch.setattr("auditor.lab.postgres.shut", lambda folder: [folder])
    scratch = Scratch(1 << 30)
    with pytest.raises(Undone, match="there is no place for a scratch server"):
        scratch.open()
    run(scratch.close())


def test_what_was_closed_starts_nothing(place):
    scratch = Scratch(1 << 30)
    scratch.open()
    run(scratch.close())
    with pytest.raises(Exception, match="the drill was stopped"):
        run(scratch.run(("true",)))


def test_a_guard_that_is_killed(place):
    scratch = Scratch(1 << 30)
    scratch.open()
    scratch.start(("sleep", "600"), scratch.root / "log")
    guard = scratch._guardian._process
    guard.kill()
    guard.wait()
    run(scratch.close())
    assert not inside(place)


def test_programs_see_nothing_of_the_audit(place, monkeypatch):
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    scratch = Scratch(1 << 30)
    scratch.open()
    try:
        ended = run(scratch.run(("env",), feed=()))
        ways = run(scratch.run(("cat", "/proc/net/dev")))
        said = run(scratch.run(("sh", "-c", "cat >&2; exit 3"), feed=[b"x" * 10, b"y"]))
    finally:
        run(scratch.close())
    assert b"PG" not in ended.output
    if "no network" in scratch.contained:
        assert [line.split()[0] for line in ways.output.splitlines()[2:]] == [b"lo:"]
    assert (said.status, said.messages) == (3, "x" * 10 + "y")
