"""The servers that other tests are given are what they say."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.debian15 import debian15, embedded, needs_debian15


@needs_debian15
@pytest.mark.xdist_group("debian15")
def test_postgresql_15_with_pgaudit():
    with debian15() as server:
        assert server.run("show server_version_num", "postgres")[0][0].startswith("15")
        assert server.run("show shared_preload_libraries", "postgres") == [("pgaudit",)]
        assert server.run("show pgaudit.log", "postgres") == [("none",)]
        server.run("create extension pgaudit", "postgres")
        server.run("alter system set pgaudit.log = 'ddl'", "postgres")
        server.run("alter system set max_connections = 33", "postgres")
        server.reload()
        server.run("create table t ()", "postgres")
        assert "AUDIT: SESSION,1,1,DDL,CREATE TABLE,TABLE,public.t,create table t ()" in server.log()
        server.restart()
        assert server.run("show max_connections", "postgres") == [("33",)]
        data = server.data
    assert not data.parent.exists()
    assert not Path(f"/proc/{server.processes[-1].pid}").exists()


@pytest.mark.xdist_group("debian15")
def test_postgresql_18_without_pgaudit():
    with embedded({"log_statement": "ddl"}) as server:
        assert server.run("show log_statement", "postgres") == [("ddl",)]
        assert server.run("select from pg_available_extensions where name = 'pgaudit'", "postgres") == []
