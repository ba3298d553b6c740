"""Installs the packages of the Express applications, once on a machine, and runs them."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

import pytest

HERE = Path(__file__).parent
REQUIRED = "AUDIT_NEXTJS"
"""Set where a test that cannot run, for want of Node.js, is a failure."""
_INSTALL = ("npm", "install", "--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error")


@contextmanager
def served():
    """Run all applications; gives their ports by name."""
    folder = _installed()
    process = subprocess.Popen(
        ["node", str(HERE / "server.js")],
        env={**os.environ, "NODE_PATH": str(folder / "node_modules"), "NODE_ENV": "production"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()  # comes when all of them listen; empty when node has ended
        if not line:
            pytest.fail(process.stderr.read().decode())
        yield json.loads(line)
    finally:
        process.terminate()
        process.communicate(timeout=20)


def _installed() -> Path:
    if not shutil.which("npm") or not shutil.which("node"):
        reason = "there is no Node.js with npm here"
        pytest.fail(reason) if os.environ.get(REQUIRED) else pytest.skip(reason)
    wanted = (HERE / "package.json").read_bytes()
    root = Path(tempfile.gettempdir()) / f"stack-audit-express-{os.getuid()}"
    folder = root / hashlib.sha256(wanted).hexdigest()[:16]
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "installed").exists():
            (folder / "package.json").write_bytes(wanted)
            done = subprocess.run(_INSTALL, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
            if done.returncode:
                pytest.fail(f"npm install failed:\n{(done.stdout + done.stderr)[-3000:]}")
            (folder / "installed").touch()
    return folder
