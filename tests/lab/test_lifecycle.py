from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from auditor.errors import LabError
from auditor.lab import Profile, running
from auditor.lab.guard import end, remove

from .processes import alive, children, command, wait_until

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at /proc")

RUNNING = """
import json, pathlib, signal, sys
from auditor.lab import Profile, running
with running(Profile.INSECURE, pathlib.Path(sys.argv[1])) as stack:
    print(json.dumps(str(stack.private)), flush=True)
    signal.pause()
"""
SERVING = """
import pathlib, sys
from auditor.lab import Profile, serve_forever
serve_forever(Profile.INSECURE, pathlib.Path(sys.argv[1]))
"""


@pytest.fixture
def lab_script(tmp_path):
    """Starts a script that runs a lab, and gives its process and the first line that it prints."""
    started = []

    def start(script):
        process = subprocess.Popen([sys.executable, "-c", script, tmp_path / "lab"], stdout=subprocess.PIPE, text=True)
        started.append(process)
        return process, process.stdout.readline()

    yield start
    for process in started:
        process.kill()
        process.wait()
        process.stdout.close()


def _guards():
    return {pid for pid in children(os.getpid()) if "/guard.py" in command(pid)}


@pytest.mark.lab
def test_nothing_is_left_after_exit_even_by_an_error_of_the_user(tmp_path):
    report = tmp_path / "lab" / "report.html"
    with suppress(OSError), running(Profile.INSECURE, tmp_path / "lab") as stack:
        processes = set().union(*(children(pid) | {pid} for pid in stack.processes))
        assert alive(processes) == processes
        report.write_text("mine")
        raise OSError("mine")

    assert alive(processes) == set()
    assert not stack.private.exists()
    assert list(stack.directory.iterdir()) == [report]


@pytest.mark.lab
def test_nothing_is_left_when_the_guard_is_killed(tmp_path):
    others = _guards()
    with running(Profile.INSECURE, tmp_path / "a" / "lab") as stack:
        (guard,) = _guards() - others
        os.kill(guard, signal.SIGKILL)

    assert alive({*stack.processes}) == set()
    assert not stack.private.exists()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_nothing_is_left_when_the_process_is_killed(lab_script, tmp_path, number):
    process, line = lab_script(RUNNING)
    private, processes = Path(json.loads(line)), children(process.pid)
    assert len(processes) >= 5
    process.send_signal(number)

    assert process.wait() == -number
    assert wait_until(lambda: not alive(processes))
    assert not private.exists()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_serving_ends_in_good_order(lab_script, tmp_path, number):
    process, line = lab_script(SERVING)
    assert line == f"{tmp_path / 'lab' / 'checklist.toml'}\n"
    processes = children(process.pid)
    process.send_signal(number)

    assert process.wait(20) == 0
    assert alive(processes) == set()
    assert list(tmp_path.iterdir()) == []


def test_serving_ends_when_a_part_does(lab_script, tmp_path):
    script = f"import auditor.errors\ntry:\n    {SERVING.strip().replace(chr(10), chr(10) + '    ')}\n"
    script += "except auditor.errors.LabError as error:\n    print(error)\n"
    process, _ = lab_script(script)
    processes = children(process.pid)
    (nginx,) = [pid for pid in processes if "/nginx\0" in command(pid)]
    subprocess.run(["kill", "-KILL", str(nginx)], check=True)

    assert process.stdout.readline().startswith("nginx ended with status -9; its log ends: ")
    assert process.wait(20) == 0
    assert alive(processes) == set()


def test_nothing_is_left_when_killed_during_the_start(lab_script, tmp_path):
    process = subprocess.Popen([sys.executable, "-c", RUNNING, tmp_path / "lab"], stdout=subprocess.DEVNULL)
    try:
        assert wait_until((tmp_path / "lab" / "logs" / "initdb.log").exists)
        processes = children(process.pid)
    finally:
        process.kill()
        process.wait()

    assert wait_until(lambda: not alive(processes))
    assert wait_until(lambda: not list(tmp_path.iterdir()))


def test_a_folder_without_postgresql_is_an_error(monkeypatch, tmp_path):
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("LAB_POSTGRES_BIN", str(tmp_path / "bin"))
    with pytest.raises(LabError, match=r"named by LAB_POSTGRES_BIN, has no initdb and no postgres$"):
        running(Profile.INSECURE, tmp_path / "lab").__enter__()

    assert [path.name for path in tmp_path.iterdir()] == ["bin"]


def test_a_part_that_fails_is_named_with_its_last_words(monkeypatch, tmp_path):
    (tmp_path / "bin").mkdir(mode=0o755)
    for name in ("initdb", "postgres"):
        program = tmp_path / "bin" / name
        program.write_text("#!/bin/sh\necho no room >&2\nexit 3\n")
        program.chmod(0o755)
    monkeypatch.setenv("LAB_POSTGRES_BIN", str(tmp_path / "bin"))
    monkeypatch.setattr("auditor.lab.postgres.shut", lambda _: [])
    # root's initdb runs as another user, who may not even enter pytest's folder: that is a failure as good as any
    with pytest.raises(LabError, match=r"^initdb ended with status \d+; its log ends: .*(no room|Permission denied)"):
        running(Profile.INSECURE, tmp_path / "lab").__enter__()

    assert [path.name for path in tmp_path.iterdir()] == ["bin"]


def test_a_missing_extra_is_said_in_one_sentence(monkeypatch, tmp_path):
    monkeypatch.setattr("auditor.lab.stack.find_spec", lambda name: None)
    with pytest.raises(LabError, match=r"^the lab needs the extra: pip install 'stack-audit\[lab\]'$"):
        running(Profile.INSECURE, tmp_path / "lab").__enter__()


def test_importing_the_package_imports_no_library():
    script = "import sys, auditor.lab; print({'fastapi', 'psycopg', 'asyncio', 'jwt', 'trustme'} & {*sys.modules})"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert done.stdout == "set()\n"


def test_the_guard_kills_what_does_not_listen(monkeypatch):
    monkeypatch.setattr("auditor.lab.guard.PATIENCE", 0.2)
    deaf = "import signal, time; signal.signal(signal.SIGQUIT, signal.SIG_IGN); print(1, flush=True); time.sleep(60)"
    process = subprocess.Popen([sys.executable, "-c", deaf], start_new_session=True, stdout=subprocess.PIPE, text=True)
    process.stdout.readline()
    end({process.pid: signal.SIGQUIT})

    assert process.wait(5) == -signal.SIGKILL
    process.stdout.close()


def test_the_guard_follows_no_link(tmp_path):
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "file").write_text("")
    (tmp_path / "link").symlink_to(kept)
    (tmp_path / "empty").mkdir()
    remove([str(tmp_path / "link"), f"{kept}/", f"{tmp_path / 'empty'}/", str(tmp_path / "missing")])

    assert sorted(path.name for path in tmp_path.rglob("*")) == ["file", "kept"]
