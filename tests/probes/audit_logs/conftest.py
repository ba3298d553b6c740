"""Two real servers, and a way to set them up and have it taken back."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager

import pytest

from auditor.redact import Secret
from tests.debian15 import HERE, PACKAGES, PASSWORD, PGAUDIT, Server, debian15, embedded
from tests.probes.stand import way

ROLES = f"""
create role app login password '{PASSWORD}';
create role auditor login password '{PASSWORD}';
create role plain login password '{PASSWORD}';
grant pg_monitor to auditor;
create database app owner superuser;
"""


@pytest.fixture(scope="session")
def pg15():
    """PostgreSQL 15 with pgaudit loaded, and nothing of it set."""
    if not HERE:
        pytest.skip(f"{PACKAGES} are not installed")
    with debian15({**PGAUDIT, "log_line_prefix": "%m [%p] %u@%d %h %a "}) as server:
        prepare(server)
        server.run("create extension pgaudit")
        yield server


@pytest.fixture(scope="session")
def pg18():
    """PostgreSQL 18 without pgaudit."""
    with embedded({"log_line_prefix": "%m [%p] %u@%d %h %a "}) as server:
        prepare(server)
        yield server


def prepare(server: Server) -> None:
    server.script(*filter(str.strip, ROLES.split(";")), database="postgres")


@contextmanager
def changed(server: Server, *statements: str):
    """Settings that are taken back: each ``do`` or ``do -- undo``."""
    pairs = [(s, "", "") if " -- " not in s else s.rpartition(" -- ") for s in statements]
    try:
        server.script(*(do for do, _, _ in pairs))
        if any("system" in statement for statement in statements):
            server.reload()
        yield
    finally:
        server.script(*(back or _back(do) for do, _, back in reversed(pairs)))
        if any("system" in statement for statement in statements):
            server.reload()


def _back(do: str) -> str:
    """``alter role x set y = z`` is undone by ``alter role x reset y``."""
    head, _, rest = do.partition(" set ")
    return f"{head} reset {rest.split(' ')[0].split('=')[0]}"


def gather(server: Server, probe, *, user="app", auditor="auditor", database="app", extra=(), **environment):
    """What a probe finds, as the audit would call it."""

    async def main():
        urls = {
            "database": Secret(server.url(user, database=database), "url"),
            "auditor_database": Secret(server.url(auditor, database=database), "url"),
        }
        async with way(**urls, **environment) as to:
            return await probe(to.databases, *extra)

    return asyncio.run(main())
