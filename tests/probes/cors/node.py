"""Installs the Express applications, once on a machine, and serves them on 127.0.0.1."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.nextjs.shop import REQUIRED

APP = Path(__file__).with_name("express")
_INSTALL = ("npm", "ci", "--no-audit", "--no-fund", "--loglevel=error")
_FILES = ("package.json", "package-lock.json")


def installed() -> Path:
    """The folder of what npm installs; it is kept for later runs, by what it is made of."""
    if not shutil.which("npm") or not shutil.which("node"):
        reason = "there is no Node.js with npm here"
        pytest.fail(reason) if os.environ.get(REQUIRED) else pytest.skip(reason)
    made_of = hashlib.sha256(b"".join((APP / name).read_bytes() for name in _FILES))
    root = Path(tempfile.gettempdir()) / f"stack-audit-express-{os.getuid()}" / made_of.hexdigest()[:16]
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (root / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (root / "installed").exists():
            for name in _FILES:
                shutil.copy(APP / name, root)
            done = subprocess.run(_INSTALL, cwd=root, capture_output=True, text=True, timeout=600, check=False)
            if done.returncode:
                pytest.fail(f"{' '.join(_INSTALL)} failed:\n{(done.stdout + done.stderr)[-3000:]}")
            (root / "installed").touch()
    return root


@contextmanager
def serving(token: str):
    """Run the applications; gives their port.

    Args:
        token: the bearer that closed ones take.
    """
    process = subprocess.Popen(
        ["node", str(APP / "server.js")],
        env={**os.environ, "NODE_PATH": str(installed() / "node_modules"), "CASES_TOKEN": token},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield int(process.stdout.readline())
    finally:
        process.terminate()
        process.communicate(timeout=10)
