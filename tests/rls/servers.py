"""The PostgreSQL servers that the cases run on, and a database for each case."""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import psycopg
from psycopg import sql as compose

from tests.probes.net import cluster as clusters
from tests.probes.net.cluster import PASSWORD, Cluster

from .bootstrap import ROLES, SCHEMAS, A, B
from .case import Case, Truth

SYSTEM = Path("/usr/lib/postgresql/15")
FURTHER = [word.split("=", 1) for word in os.environ.get("AUDIT_TEST_POSTGRES", "").split(",") if word]
"""``AUDIT_TEST_POSTGRES="14=/folder,16=/folder"``: more servers to run the cases on; none by default. A folder has
``bin``, ``lib`` and ``share``. Where the tests run as root, the account nobody must be able to read it."""
HOMES = {15: SYSTEM} if (SYSTEM / "bin" / "postgres").exists() else {}
HOMES |= {int(version): Path(home) for version, home in FURTHER}
VERSIONS = tuple(dict.fromkeys((18, *HOMES)))
"""The wheel's, the system's where there is one, and further ones."""

SONG = "canary: sang"


@dataclass(frozen=True)
class Server:
    """A server with the roles, and a template with the schemas."""

    cluster: Cluster
    version: int

    @contextmanager
    def database(self, case: Case) -> Iterator[Database]:
        """A database with the case in it; gone afterwards, with what the case did to the roles."""
        name = f"case_{re.sub(r'[^a-z0-9]', '_', case.id)}"
        strategy = "strategy file_copy" if self.version >= 15 else ""  # what older servers do anyway
        self.cluster.run(f"create database {name} template rls_template {strategy}", "postgres")
        database = Database(self.cluster, name)
        try:
            database.run(case.sql)
            yield database
        finally:
            self.cluster.run(f"drop database {name} with (force)", "postgres")
            if case.undo:
                self.cluster.run(case.undo, "postgres")


@dataclass(frozen=True)
class Database:
    """The database of one case."""

    cluster: Cluster
    name: str

    def url(self, role: str) -> str:
        """For a direct login."""
        return self.cluster.url(role, PASSWORD, self.name)

    def run(self, sql: str) -> list[tuple[Any, ...]]:
        """As superuser."""
        return self.cluster.run(sql, self.name)

    def songs(self) -> int:
        """How often a function that must not run has run."""
        return (self.cluster.data / "log").read_bytes().count(SONG.encode())

    def outcome(self, truth: Truth) -> int | str:
        """What really comes of a statement: rows, or the SQLSTATE. Rolled back."""
        with self._connected() as connection:
            try:
                if truth.given:
                    connection.execute(truth.given)
                _become(connection, truth.who, truth.claims)
                return connection.execute(truth.sql).rowcount
            except psycopg.Error as error:
                return error.sqlstate or type(error).__name__
            finally:
                connection.rollback()

    def traces(self) -> dict[str, Any]:
        """Everything that a write, even one that was rolled back, would leave behind."""
        with self._connected() as connection:
            connection.autocommit = True
            _alone(connection)
            queries = dict(_TRACES)
            if connection.info.server_version >= 150000:
                connection.execute("select pg_stat_force_next_flush()")
            else:  # statistics come when they come
                del queries["tuples"], queries["temporary files"]
            return {name: connection.execute(query).fetchall() for name, query in queries.items()}

    def _connected(self) -> psycopg.Connection[Any]:
        target = f"host={self.cluster.sockets} port={self.cluster.port} dbname={self.name} user=superuser"
        return psycopg.connect(target)


def _alone(connection: psycopg.Connection[Any]) -> None:
    """Waits until every other client has left, and with that has told its statistics."""
    others = "select count(*) from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()"
    deadline = time.monotonic() + 10
    while connection.execute(others).fetchone() != (0,):
        assert time.monotonic() < deadline, connection.execute("select usename, query from pg_stat_activity").fetchall()
        time.sleep(0.005)


_TRACES = {
    # of the whole server: every transaction that writes takes a number
    "transactions": "select pg_snapshot_xmax(pg_current_snapshot())::text",
    "tuples": "select relid::regclass::text, n_tup_ins, n_tup_upd, n_tup_del from pg_stat_all_tables"
    " where n_tup_ins + n_tup_upd + n_tup_del > 0 order by 1",
    "sequences": "select schemaname, sequencename, last_value from pg_sequences order by 1, 2",
    "relations": "select count(*) from pg_class",
    "large objects": "select count(*) from pg_largeobject_metadata",
    "temporary files": "select sum(temp_files) from pg_stat_database",
    "notifications": "select pg_notification_queue_usage()",
    "advisory locks": "select count(*) from pg_locks where locktype = 'advisory'",
    "prepared transactions": "select count(*) from pg_prepared_xacts",
}


def _become(connection: psycopg.Connection[Any], who: str, claims: Mapping[str, Any]) -> None:
    """As PostgREST does it: a login as authenticator, then the role of the token; or a login of its own."""
    through_api = who in ("anon", "stranger", "owner")
    login = "authenticator" if through_api else who
    connection.execute(compose.SQL("set session authorization {}").format(compose.Identifier(login)))
    if not through_api:
        return
    role = "anon" if who == "anon" else "authenticated"
    sub = {} if who == "anon" else {"sub": A if who == "stranger" else B, "email": f"{who}@example.com"}
    token = json.dumps({**sub, "role": role, "aud": role, **claims})
    connection.execute("select set_config('request.jwt.claims', %s, true)", [token])
    connection.execute(compose.SQL("set local role {}").format(compose.Identifier(role)))


@contextmanager
def server(version: int) -> Iterator[Server]:
    """A server of one of :data:`VERSIONS`, with the roles and the template."""
    binaries = (lambda _: HOMES[version]) if version in HOMES else clusters._binaries
    with mock.patch.object(clusters, "_binaries", binaries), clusters.postgres() as cluster:
        # nothing may write but the audit, if it does
        cluster.run("alter system set autovacuum = off", "postgres")
        cluster.run("select pg_reload_conf()", "postgres")
        cluster.run(ROLES, "postgres")
        cluster.run(f"grant guarded to app; alter role app password '{PASSWORD}'", "postgres")
        cluster.run("create database rls_template template template0", "postgres")
        cluster.run(SCHEMAS, "rls_template")
        yield Server(cluster, version)
