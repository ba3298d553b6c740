"""Ctrl-C and deadlines: an exit code, a clean terminal, and the report of what there is."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading

import pytest

from tests.e2e.conftest import audit, variant


@pytest.fixture
def silent_server():
    """Accepts connections and never says a word; tells when somebody is there."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        someone = threading.Event()
        held = []

        def accept():
            try:
                while True:
                    held.append(server.accept()[0])
                    someone.set()
            except OSError:
                return

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield server.getsockname()[1], someone
        server.shutdown(socket.SHUT_RDWR)
        thread.join(5)
        for connection in held:
            connection.close()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_still_writes_the_report(hardened, tmp_path, silent_server, number):
    port, someone = silent_server
    checklist = variant(hardened, tmp_path, prometheus=f'prometheus = "http://127.0.0.1:{port}"')
    arguments = ["run", "--config", checklist, "--env", "lab", "--report", f"json={tmp_path}/r.json"]
    process = subprocess.Popen(
        [sys.executable, "-m", "auditor", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ,
    )
    assert someone.wait(30)
    process.send_signal(number)
    out, err = process.communicate(timeout=30)
    report = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))
    assert process.returncode == 130
    assert (report["exit_code"], report["run"]["interrupted"]) == (130, True)
    assert "interrupted" in str([c for c in report["checks"] if c["id"] == "MON002"])
    assert "Traceback" not in out + err
    assert "\x1b" not in err


def test_a_run_deadline_ends_the_run_with_what_there_is(hardened, tmp_path, silent_server):
    port, _ = silent_server
    checklist = variant(hardened, tmp_path, prometheus=f'prometheus = "http://127.0.0.1:{port}"')
    done = audit("run", "--config", checklist, "--env", "lab", "--select", "MON", "--deadline", "1", "--report", "json")
    report = json.loads(done.stdout)
    outcomes = {check["id"]: check["outcome"] for check in report["checks"]}
    assert outcomes == {"MON001": "pass", "MON002": "error"}
    assert "deadline of 1 s" in str(report["facts"])
    assert report["run"]["duration_s"] < 10
