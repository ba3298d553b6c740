"""Through PgBouncer in transaction mode: the same findings, nothing left behind, and no pass where it cannot work."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from auditor.checklist.model import TlsSettings
from auditor.model import Outcome
from auditor.probes.net.dial import Dialer
from auditor.probes.net.postgres import Database as Way
from auditor.probes.net.traffic import Traffic
from auditor.redact import Secret

from .audit import audit
from .cases import CASES
from .pooler import PROGRAM, pooler

pytestmark = [
    pytest.mark.lab,
    pytest.mark.xdist_group("rls-trouble"),
    pytest.mark.skipif(PROGRAM is None, reason="pgbouncer is not installed (Debian: apt-get install pgbouncer)"),
]

BY_ID = {case.id: case for case in CASES}
REPRESENTATIVE = (
    "06-using-true",
    "07-column-equals-itself",
    "17-two-hops-to-auth-users",
    "27-public-bucket",
    "33-control",
    "missing-right-of-the-caller",
    "odd-columns",
    "odd-names-open",
    "recursion",
    "volatile",
)
"""Unsafe, safe, refused by the server, never run; and hostile names."""
SAMPLE = BY_ID["33-control"]


@pytest.fixture(scope="module", params=[1, 2])
def pool(request, servers):
    """A pool of one or two connections to the server, for each role and database."""
    with pooler(servers(18).cluster, pool_mode="transaction", default_pool_size=request.param) as running:
        yield running, request.param


@pytest.fixture
def sample(servers):
    with servers(18).database(SAMPLE) as database:
        yield database


STATE = """
select current_user::text, session_user::text, nullif(current_setting('request.jwt.claims', true), ''),
       (select array_agg((name, setting)::text order by name) from pg_settings where name <> 'application_name'),
       (select count(*) from pg_prepared_statements), (select count(*) from pg_cursors),
       (select count(*) from pg_listening_channels()),
       (select count(*) from pg_locks where locktype = 'advisory' and pid = pg_backend_pid())
"""
"""What a session may leave to the next one. PgBouncer itself hands the name of the application on. A setting that
nobody has declared is null before it is first set, and empty ever after: not even RESET makes it null again."""


def state(database, connections):
    """What the next sessions of the pool find: by server process, of all of them at once."""
    with ExitStack() as stack:
        clients = [
            stack.enter_context(psycopg.connect(database.url("auditor"), prepare_threshold=None))
            for _ in range(connections)
        ]
        processes = [client.execute("select pg_backend_pid()").fetchone()[0] for client in clients]
        return {pid: client.execute(STATE).fetchone() for pid, client in zip(processes, clients, strict=True)}


def last_statements(database):
    """By server process of the audit's role."""
    query = "select pid, query from pg_stat_activity where datname = current_database() and usename = 'auditor'"
    return dict(database.run(query))


@pytest.mark.parametrize("name", REPRESENTATIVE)
def test_the_findings_are_those_of_a_direct_connection_and_nothing_is_left(pool, servers, name):
    running, size = pool
    case = BY_ID[name]
    with servers(18).database(case) as database:
        pooled = running.of(database)
        before = state(pooled, size)
        assert len(before) == size
        verdict = audit(pooled, case.policy)
        # every connection of the pool has served the audit, which left none in a transaction
        assert last_statements(database) == dict.fromkeys(before, "ROLLBACK")
        assert state(pooled, size) == before
        assert verdict.crashes == ()
        assert verdict.whole(running.port) == audit(database, case.policy).whole(database.cluster.port)
        assert not case.fails - verdict.found(Outcome.FAIL)


@pytest.mark.parametrize("role", ["app", "auditor"])
def test_one_of_the_two_roles_through_the_pooler(pool, sample, role):
    running, _ = pool
    assert audit(running.of(sample, role), SAMPLE.policy).whole() == audit(sample, SAMPLE.policy).whole()


def test_the_environment_adds_nothing_that_the_pooler_refuses(pool, sample, monkeypatch):
    monkeypatch.setenv("PGOPTIONS", "-c search_path=public")
    expected = audit(sample, SAMPLE.policy).whole()
    assert audit(pool[0].of(sample), SAMPLE.policy).whole() == expected


def test_an_audit_that_is_interrupted_leaves_nothing_to_the_next_session(pool, sample):
    running, size = pool
    pooled = running.of(sample)
    before = list(state(pooled, size).values())

    async def interrupted():
        traffic = Traffic(0)
        way = Way(Secret(pooled.url("auditor"), "URL"), Dialer({}, "", 8, traffic), TlsSettings(), traffic, "database")
        async with way.session() as session, session.transaction("anon", {"role": "anon"}) as transaction:
            assert await transaction.rows("select current_user::text") == [("anon",)]
            raise asyncio.CancelledError

    for _ in range(size):
        with suppress(asyncio.CancelledError):
            asyncio.run(interrupted())
    assert list(state(pooled, size).values()) == before


def test_the_harness_sees_what_a_session_leaves(pool, sample):
    running, size = pool
    pooled = running.of(sample)
    before = state(pooled, size)
    with psycopg.connect(pooled.url("auditor"), autocommit=True, prepare_threshold=None) as client:
        client.execute("set lock_timeout = 77")
    after = state(pooled, size)
    assert after.keys() == before.keys()
    assert len([pid for pid in before if before[pid] != after[pid]]) == 1


def only_errors(verdict):
    """Message and hint of an audit that could not look at anything."""
    findings = [finding for found in verdict.whole().values() for finding in found]
    assert {(finding.outcome, finding.subject) for finding in findings} == {(Outcome.ERROR, "*")}
    assert verdict.crashes == ()
    [said] = {(finding.message, finding.remediation) for finding in findings}
    return said


def test_options_in_the_url(pool, sample):
    pooled = replace(pool[0].of(sample), query="options=-c%20search_path%3Dpublic")
    assert only_errors(audit(pooled, SAMPLE.policy)) == (
        f"a pooler at 127.0.0.1:{pool[0].port}/{sample.name} refuses what auditor_database asks for: "
        "unsupported startup parameter: options",
        "take `options` out of auditor_database; poolers such as PgBouncer know no such parameter",
    )


def test_every_connection_of_the_pool_is_busy(pool, sample):
    running, size = pool
    pooled = running.of(sample)
    with ExitStack() as stack:
        for _ in range(size):
            client = stack.enter_context(psycopg.connect(pooled.url("auditor"), prepare_threshold=None))
            client.execute("select 1")  # in a transaction: it keeps its server
        assert only_errors(audit(pooled, SAMPLE.policy)) == (
            f"lost the connection to 127.0.0.1:{running.port}/{sample.name}: query_wait_timeout",
            "the pooler had no connection to the server free: try again later, or give it more",
        )


def test_the_pooler_takes_no_more_clients(sample):
    with pooler(sample.cluster, max_client_conn=1) as running:
        pooled = running.of(sample)
        with psycopg.connect(pooled.url("app")):
            assert only_errors(audit(pooled, SAMPLE.policy)) == (
                f"127.0.0.1:{running.port}/{sample.name} has no connection left: "
                "no more connections allowed (max_client_conn)",
                "the audit opens a few at once; concurrency = 1 in [env.*.network] makes it one",
            )


def test_statement_mode_has_no_transactions(sample):
    with pooler(sample.cluster, pool_mode="statement") as running:
        assert only_errors(audit(running.of(sample), SAMPLE.policy)) == (
            f"lost the connection to 127.0.0.1:{running.port}/{sample.name}: "
            "transaction blocks not allowed in statement pooling mode",
            "the audit needs transactions: give it a pool in transaction mode, or a direct connection",
        )


def test_session_mode(sample):
    with pooler(sample.cluster, pool_mode="session") as running:
        assert audit(running.of(sample), SAMPLE.policy).whole() == audit(sample, SAMPLE.policy).whole()


def test_the_harness_leaves_no_process_and_no_folder(sample):
    with pooler(sample.cluster) as running:
        assert Path(f"/proc/{running.pid}").exists()
        assert running.root.is_dir()
    assert not Path(f"/proc/{running.pid}").exists()
    assert not running.root.exists()
    with pytest.raises(psycopg.OperationalError, match="refused"):
        psycopg.connect(running.of(sample).url("auditor"))
