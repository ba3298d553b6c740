from __future__ import annotations

from datetime import UTC, datetime

import psycopg
import pytest

from auditor.facts.backups import LiveIdentity
from auditor.probes.backups.archiving import archiving, discards
from auditor.probes.backups.live import (
    _elsewhere,
    _rows,
    identity,
    identity_or_why_not,
    live_tables,
    made_at,
    on_other_machine,
)
from auditor.redact import Secret
from tests.probes.net.running import run
from tests.probes.stand import way


def asked(url, *questions, **more):
    async def main():
        async with way(database=Secret(url, "database URL"), **more) as one:
            return [await question(one) for question in questions]

    return run(main())


@pytest.mark.parametrize(
    ("cluster", "made"),
    [
        ("7710926088595221468", datetime(2026, 11, 22, 9, 31, 23, tzinfo=UTC)),
        ("", None),
        ("x", None),
        ("9" * 40, None),
    ],
)
def test_when_a_cluster_was_made(cluster, made):
    found = made_at(cluster)
    assert found == made or (found and made and abs((found - made).total_seconds()) < 2)


@pytest.mark.parametrize(
    ("live", "estimate", "rows"), [(5, 3.0, 5), (0, 3.0, 3), (0, 0.0, 0), (0, -1.0, -1), (7, -1.0, 7)]
)
def test_rows_by_the_statistics_or_by_analyze(live, estimate, rows):
    assert _rows(live, estimate) == rows


@pytest.mark.parametrize(
    ("address", "elsewhere"),
    [("127.0.0.1", False), ("::1", False), ("192.0.2.1", None), ("10.255.254.253", None), ("1.1.1.1", True)],
)
def test_another_machine(address, elsewhere):
    """A private address may be that of a container of this machine."""
    assert _elsewhere(address) is elsewhere


def test_over_a_socket_it_is_this_machine(cluster):
    url = f"postgresql:///app?host={cluster.sockets}&port={cluster.port}&user=superuser"
    assert asked(url, lambda one: on_other_machine(one.environment, one.databases)) == [False]


def test_names_are_resolved_as_the_checklist_says(cluster):
    url = f"postgresql://auditor:x@db.example.com:{cluster.port}/app"
    given = {"resolve": {"db.example.com": "127.0.0.1"}}
    assert asked(url, lambda one: on_other_machine(one.environment, one.databases), **given) == [False]


def test_the_live_server(cluster):
    found, tables, log = asked(
        cluster.url(),
        lambda one: identity(one.databases),
        lambda one: live_tables(one.databases),
        lambda one: archiving(one.databases),
    )
    [(cluster_, version)] = cluster.run(
        "select system_identifier::text, current_setting('server_version_num')::int from pg_control_system()"
    )
    assert found == LiveIdentity("app", cluster_, version, made_at(cluster_))
    assert {"public.notes", "public.secrets"} <= {table.name for table in tables.tables}
    assert next(table for table in tables.tables if table.name == "public.notes").row_security
    assert (log.mode, log.current_wal, log.cluster, log.in_recovery) == ("off", "", cluster_, False)


def test_tables_that_nobody_has_counted(cluster):
    """What is left after a crash or a reset of the statistics."""
    for name in ("empty", "lost", "held"):
        cluster.run(f"create table public.{name} (id int)")
    try:
        cluster.run("insert into public.lost values (1)")
        cluster.run("select pg_stat_reset_single_table_counters('public.lost'::regclass)")
        with psycopg.connect(cluster.url("superuser", "")) as holder:
            holder.execute("lock table public.held")
            [tables] = asked(cluster.url(), lambda one: live_tables(one.databases))
        rows = {table.name: table.rows for table in tables.tables}
        assert [rows[f"public.{name}"] for name in ("empty", "lost", "held")] == [0, -1, -1]
    finally:
        cluster.run("drop table public.empty, public.lost, public.held")


def test_a_server_that_cannot_be_asked():
    [(found, reason)] = asked("postgresql://auditor@127.0.0.1:1/app", lambda one: identity_or_why_not(one.databases))
    assert found is None
    assert "127.0.0.1:1" in reason


@pytest.mark.parametrize(
    ("command", "nothing"),
    [
        *((text, True) for text in ("/bin/true", "true", " /usr/bin/true %p", ":", "exit 0", "  ", "# cp %p /a/%f")),
        *((text, True) for text in ("true # cp %p /a/%f", "echo %p", "test ! -f /a/%f", "[ ! -f /a/%f ]", "rem")),
        *((text, False) for text in (None, "", "(disabled)", "cp %p /a/%f", "  cp %p /a/%f", "true && cp %p /a/%f")),
        *((text, False) for text in ("test ! -f /a/%f && cp %p /a/%f", "echo %p | to-tape", "echo $(push %p)")),
        *((text, False) for text in ("pgbackrest --stanza=app archive-push %p", "truefs-push %p", "/bin/truecopy %p")),
        *((text, False) for text in ("envdir /etc/wal-g wal-g wal-push %p", "true;cp %p /a/%f", "/opt/a#b %p")),
    ],
)
def test_commands_that_archive_nothing(command, nothing):
    assert discards(command) is nothing
