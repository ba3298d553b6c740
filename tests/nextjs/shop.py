"""Builds the storefront with Next.js, once on a machine, and serves it on 127.0.0.1. Its build asks no other host."""

from __future__ import annotations

import fcntl
import hashlib
import os
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.nextjs.planted import planted

APP = Path(__file__).with_name("app")
OLDEST_NODE = (20, 9)
REQUIRED = "AUDIT_NEXTJS"
"""Set where a test that cannot run is a failure."""
_INSTALL = ("npm", "install", "--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error")
_BUNDLERS = {"turbopack": ("",), "webpack": ("/shop", "--webpack")}
"""What each is built with: a path that the site lives at, and options."""


@dataclass(frozen=True, slots=True, eq=False)
class Shop:
    """A built storefront."""

    folder: Path
    bundler: str
    values: dict[str, str]

    @property
    def base(self) -> str:
        """The path that it lives at."""
        return _BUNDLERS[self.bundler][0]

    @property
    def static(self) -> Path:
        """What the build made for browsers."""
        return self.folder / f".next-{self.bundler}" / "static"

    def environment(self) -> dict[str, str]:
        """The variables of the build and of the server."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR", "LANG") if name in os.environ}
        return {
            **kept,
            **self.values,
            "SHOP_DIST": f".next-{self.bundler}",
            "SHOP_BASE": self.base,
            "NEXT_TELEMETRY_DISABLED": "1",
            "NODE_ENV": "production",
            "CI": "1",
        }

    @contextmanager
    def served(self) -> Iterator[str]:
        """Run ``next start`` on a free port; gives its origin with the path."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        with (self.folder / f"{self.bundler}.log").open("wb") as log:
            process = subprocess.Popen(
                ["node", "node_modules/next/dist/bin/next", "start", "-H", "127.0.0.1", "-p", str(port)],
                cwd=self.folder,
                env=self.environment(),
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        try:
            _wait(port, process)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(20)


def build(bundler: str) -> Shop:
    """The storefront as one bundler makes it. Its folder is kept for later runs, by what it is made of."""
    _able()
    root = _folder()
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (root / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        folder = root / "app"
        if not (root / "installed").exists():
            shutil.rmtree(folder, ignore_errors=True)
            shutil.copytree(APP, folder)
            _run(_INSTALL, folder, {**os.environ, "NODE_ENV": "development"})
            (root / "seed").write_text(secrets.token_hex(16))
            (root / "installed").touch()
        shop = Shop(folder, bundler, planted((root / "seed").read_text()))
        if not (root / bundler).exists():
            options = _BUNDLERS[bundler][1:]
            _run(("node", "node_modules/next/dist/bin/next", "build", *options), folder, shop.environment())
            (root / bundler).touch()
    return shop


def _able() -> None:
    """Skip where there is no Node.js; fail where the tests must run."""
    reason = ""
    if not shutil.which("npm") or not shutil.which("node"):
        reason = "there is no Node.js with npm here"
    else:
        said = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout
        if tuple(int(part) for part in said.strip().lstrip("v").split(".")[:2]) < OLDEST_NODE:
            reason = f"Next.js needs Node.js {OLDEST_NODE[0]}.{OLDEST_NODE[1]}, and this is {said.strip()}"
    if reason and os.environ.get(REQUIRED):
        pytest.fail(reason)
    elif reason:
        pytest.skip(reason)


def _folder() -> Path:
    made_of = hashlib.sha256(repr((_INSTALL, _BUNDLERS)).encode())
    for path in sorted([*APP.rglob("*"), Path(__file__).with_name("planted.py")]):
        if path.is_file():
            made_of.update(path.name.encode() + path.read_bytes())
    return Path(tempfile.gettempdir()) / f"stack-audit-nextjs-{os.getuid()}" / made_of.hexdigest()[:16]


def _run(command: tuple[str, ...], folder: Path, environment: dict[str, str]) -> None:
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=600, check=False
    )
    if done.returncode:
        pytest.fail(f"{' '.join(command)} failed:\n{(done.stdout + done.stderr)[-3000:]}")


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            if process.poll() is not None:
                pytest.fail("next start ended by itself")
            time.sleep(0.1)  # there is no event to wait for but the open port
        else:
            return
    pytest.fail("next start did not open its port within a minute")
