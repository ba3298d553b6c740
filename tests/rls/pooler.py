"""A real PgBouncer in front of a test's server; it ignores no startup parameter, and refuses those it does not know."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg

from tests.probes.net import cluster as clusters
from tests.probes.net.cluster import PASSWORD, Cluster

from .servers import Database

PROGRAM = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin")

CONFIG = """\
[databases]
* = host={sockets} port={port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {listen}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = users
server_round_robin = 1
query_wait_timeout = 2
"""
"""Round robin: two transactions of one client meet two servers, as soon as the pool has two."""

USERS = "".join(f'"{role}" "{PASSWORD}"\n' for role in ("app", "auditor"))


@dataclass(frozen=True)
class Pooler:
    """A pooler that runs."""

    cluster: Cluster
    port: int
    root: Path
    pid: int

    def of(self, database: Database, *roles: str) -> Pooled:
        """The same database; these roles, or all of them, come through the pooler."""
        return Pooled(database.cluster, database.name, self.port, roles or ("app", "auditor"))


@dataclass(frozen=True)
class Pooled(Database):
    """A database, reached through a pooler."""

    pooler_port: int
    roles: tuple[str, ...]
    query: str = ""
    """Added to the URL."""

    def url(self, role: str) -> str:
        """As an application would write it."""
        if role not in self.roles:
            return super().url(role)
        return f"postgresql://{role}:{quote(PASSWORD)}@127.0.0.1:{self.pooler_port}/{self.name}?{self.query}"


@contextmanager
def pooler(cluster: Cluster, **settings: object) -> Iterator[Pooler]:
    """PgBouncer on a free port of 127.0.0.1; stopped and removed afterwards."""
    root = Path(tempfile.mkdtemp(prefix="audit-pool-"))
    try:
        account = clusters._account(root)  # PgBouncer refuses to run as root
        port = clusters._free_port()
        added = "".join(f"{key} = {value}\n" for key, value in settings.items())
        (root / "ini").write_text(CONFIG.format(sockets=cluster.sockets, port=cluster.port, listen=port) + added)
        (root / "users").write_text(USERS)
        with (root / "log").open("wb") as log:
            process = subprocess.Popen(
                [PROGRAM, "ini"], stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=root, **account
            )
        try:
            _wait(process, port, root)
            yield Pooler(cluster, port, root, process.pid)
        finally:
            process.terminate()
            process.wait(30)
    finally:
        shutil.rmtree(root)


def _wait(process: subprocess.Popen[bytes], port: int, root: Path) -> None:
    """Until it lets somebody in: the first one makes it log in at the server."""
    deadline = time.monotonic() + 30
    while True:
        try:
            psycopg.connect(f"postgresql://auditor:{PASSWORD}@127.0.0.1:{port}/app").close()
        except psycopg.OperationalError:
            assert process.poll() is None, (root / "log").read_text()
            assert time.monotonic() < deadline, (root / "log").read_text()
            time.sleep(0.02)
        else:
            return
