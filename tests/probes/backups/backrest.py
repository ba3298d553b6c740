"""PostgreSQL 15 and pgBackRest of Debian, run by the test itself, in a folder of its own."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

BIN = Path("/usr/lib/postgresql/15/bin")
MISSING = next(
    (
        what
        for what, there in (
            ("PostgreSQL 15 in /usr/lib/postgresql/15", (BIN / "postgres").exists()),
            ("pgbackrest", shutil.which("pgbackrest")),
        )
        if not there
    ),
    "",
)
needed = pytest.mark.skipif(bool(MISSING), reason=f"needs {MISSING}, of Debian's packages postgresql-15 and pgbackrest")

SCHEMA = """
create role app login;
create role auditor login;
create database app owner app;
"""
TABLES = """
select lo_from_bytea(0, 'large'), lo_from_bytea(0, 'object');
create table public.tenants (id int primary key, name text);
alter table public.tenants enable row level security;
insert into public.tenants select n, 'tenant ' || n from generate_series(1, 21) n;
create table public.orders (id int primary key, tenant int, note text);
insert into public.orders select n, n % 21, 'order ' || n from generate_series(1, 2000) n;
create table public.prices (id int) partition by range (id);
create table public.prices_low partition of public.prices for values from (0) to (100);
insert into public.prices select generate_series(1, 50);
grant usage on schema public to auditor;
analyze;
"""


@dataclass
class Stand:
    """A cluster and a repository of pgBackRest."""

    root: Path
    port: int
    account: dict
    server: subprocess.Popen | None = None

    @property
    def data(self) -> Path:
        return self.root / "data"

    def url(self, user: str = "auditor", database: str = "app") -> str:
        return f"postgresql://{user}@127.0.0.1:{self.port}/{database}"

    def run(self, sql: str, database: str = "app"):
        """As superuser, over the socket."""
        with psycopg.connect(f"host={self.root} port={self.port} dbname={database} user=boss", autocommit=True) as one:
            cursor = one.execute(sql)
            return cursor.fetchall() if cursor.description else []

    def setting(self, name: str, value: str) -> None:
        self.run(f"alter system set {name} = '{value}'", "postgres")
        self.run("select pg_reload_conf()", "postgres")

    def config(self, repository: str) -> Path:
        """The file of pgBackRest for a repository of that name."""
        path = self.root / f"{repository}.conf"
        if not path.exists():
            for folder in (repository, "log", "lock", "spool"):
                self.folder(folder)
            path.write_text(
                f"[global]\nrepo1-path={self.root / repository}\nlog-path={self.root / 'log'}\n"
                f"lock-path={self.root / 'lock'}\nspool-path={self.root / 'spool'}\nlog-level-file=off\n"
                f"start-fast=y\ncompress-level=0\nrepo1-bundle=y\narchive-timeout=20\n"
                f"[app]\npg1-path={self.data}\npg1-port={self.port}\npg1-socket-path={self.root}\npg1-user=boss\n"
            )
        return path

    def folder(self, name: str) -> Path:
        path = self.root / name
        path.mkdir(exist_ok=True, mode=0o700)
        if self.account:
            os.chown(path, self.account["user"], self.account["group"])
        return path

    def program(self, *command, **options) -> bytes:
        done = subprocess.run(
            [str(part) for part in command],
            cwd=self.root, capture_output=True, check=False, **self.account, **options,
        )  # fmt: skip
        assert done.returncode == 0, (command, done.stdout.decode(), done.stderr.decode())
        return done.stdout

    def backrest(self, repository: str, *arguments: str) -> bytes:
        return self.program("pgbackrest", f"--config={self.config(repository)}", "--stanza=app", *arguments)

    def archive_command(self, repository: str) -> str:
        return f"pgbackrest --config={self.config(repository)} --stanza=app archive-push %p"

    def wait(self, sql: str, seconds: float = 90.0) -> None:
        """Until a query says yes."""
        deadline = time.monotonic() + seconds
        while not self.run(sql, "postgres")[0][0]:
            assert time.monotonic() < deadline, (sql, (self.root / "server.log").read_text()[-2000:])
            self.run("select pg_sleep(0.05)", "postgres")


@contextmanager
def stand(archive: bool = True):
    """A running cluster; stopped and removed afterwards."""
    root = Path(tempfile.mkdtemp(prefix="audit-backrest-"))
    one = Stand(root, _free_port(), _account(root))
    try:
        one.program(
            BIN / "initdb", "--no-sync", "-D", one.data, "-U", "boss", "-A", "trust", "--no-instructions",
            "--encoding=UTF8", "--locale=C", "--data-checksums",
        )  # fmt: skip
        settings = {
            "listen_addresses": "127.0.0.1", "port": one.port, "unix_socket_directories": root, "fsync": "off",
            "timezone": "UTC", "log_timezone": "UTC", "wal_level": "replica", "max_wal_senders": 2,
            "archive_mode": "on" if archive else "off",
        }  # fmt: skip
        options = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
        with (root / "server.log").open("wb") as log:
            one.server = subprocess.Popen(
                [BIN / "postgres", "-D", one.data, *map(str, options)],
                stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=root, **one.account,
            )  # fmt: skip
        _wait(one)
        for sql in filter(str.strip, SCHEMA.split(";")):
            one.run(sql, "postgres")
        one.run(TABLES)
        yield one
    finally:
        if one.server:
            one.server.send_signal(signal.SIGQUIT)
            one.server.wait(30)
        shutil.rmtree(root, ignore_errors=True)


def _wait(one: Stand) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            one.run("select 1", "postgres")
        except psycopg.OperationalError:
            assert one.server.poll() is None, (one.root / "server.log").read_text()
            assert time.monotonic() < deadline
            time.sleep(0.05)
        else:
            return


def _account(root: Path) -> dict:
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    os.chown(root, nobody.pw_uid, nobody.pw_gid)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
