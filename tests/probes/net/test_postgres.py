from __future__ import annotations

import asyncio
import random
import time
from contextlib import asynccontextmanager, suppress

import pytest
from psycopg import sql

from auditor.checklist.model import TlsSettings
from auditor.errors import Unavailable
from auditor.probes.net.dial import Dialer
from auditor.probes.net.failures import Failure, Unreachable
from auditor.probes.net.pgerrors import _grant
from auditor.probes.net.postgres import Database, QueryFailed
from auditor.probes.net.traffic import Traffic
from auditor.redact import Secret

from .cluster import PASSWORD
from .running import run
from .servers import serve, silent

pytestmark = pytest.mark.lab


def database(url, *, resolve=None, source="", concurrency=8, tls=None) -> Database:
    traffic = Traffic(0)
    dialer = Dialer(resolve or {}, source, concurrency, traffic)
    return Database(Secret(url, "URL"), dialer, tls or TlsSettings(), traffic, "database")


@asynccontextmanager
async def transaction(url, *, source="", **options):
    async with database(url, source=source).session() as session, session.transaction(**options) as found:
        yield found


def asking(url, statement, params=(), *, source="", **options):
    async def main():
        async with transaction(url, source=source, **options) as found:
            return await found.rows(statement, params)

    return run(main())


def failing(url, *, timeout=5.0, statement="select 1", **options) -> Unavailable:
    async def main():
        with pytest.raises(Unavailable) as caught:
            async with database(url, **options).session(timeout) as session, session.transaction() as found:
                await found.rows(statement)
        return caught.value

    error = run(main())
    assert PASSWORD not in f"{error} {error.hint} {error.reason}"
    return error


class TestReading:
    def test_rows_and_dicts(self, cluster, source):
        async def main():
            async with transaction(cluster.url(), source=source) as found:
                assert await found.rows("select 1, %s::text, null", ["x"]) == [(1, "x", None)]
                assert await found.rows("select %(n)s::int + 1", {"n": 41}) == [(42,)]
                assert await found.dicts("select 1 as one, array['a','b'] as list") == [{"one": 1, "list": ["a", "b"]}]
                assert await found.dicts("select 1 as one where false") == []
                assert await found.rows("select 1 where 'a%b' like 'a%'") == [(1,)]
                assert await found.rows(sql.SQL("select {}").format(sql.Literal("it's"))) == [("it's",)]
                assert len(await found.rows("select * from generate_series(1, 5000)")) == 5000
                assert (await found.rows("show statement_timeout")) == [("5s",)]
                assert "Result" in (await found.rows("explain select 1"))[0][0]

        run(main())

    def test_the_settings_are_the_transactions_own(self, cluster):
        async def main():
            async with database(cluster.url()).session() as session:
                async with session.transaction(statement_timeout_ms=1234, lock_timeout_ms=56) as one:
                    [found] = await one.rows(
                        "select current_setting('statement_timeout'), current_setting('lock_timeout'),"
                        " current_setting('search_path'), current_setting('transaction_read_only'),"
                        " current_setting('idle_in_transaction_session_timeout'), current_setting('application_name'),"
                        " current_setting('jit')"
                    )
                    assert found == ("1234ms", "56ms", "", "on", "1min", "stack-audit", "off")
                async with session.transaction() as other:
                    assert await other.rows("select current_setting('statement_timeout')") == [("5s",)]
                assert session.server_version >= 150000

        run(main())

    def test_nothing_is_prepared_by_name(self, cluster):
        async def main():
            async with transaction(cluster.url()) as found:
                for _ in range(8):
                    await found.rows("select 1")
                assert await found.rows("select count(*) from pg_catalog.pg_prepared_statements") == [(0,)]

        run(main())

    def test_acting_as_a_role_with_claims(self, cluster):
        claims = {"sub": "00000000-0000-0000-0000-00000000000a", "quote": "'\"%s"}
        found = asking(
            cluster.url("owner"), "select current_user, count(*) from public.notes", role="anon", claims=claims
        )
        assert found == [("anon", 500)]
        assert asking(cluster.url("owner"), "select count(*) from public.notes", role="anon", claims={}) == [(0,)]

    def test_a_savepoint_keeps_the_transaction(self, cluster):
        async def fails_in_a_savepoint(found):
            async with found.savepoint():
                await found.rows("select set_config('statement_timeout', '77', true)")
                await found.rows("select * from nowhere")

        async def main():
            async with transaction(cluster.url(), role=None) as found:
                for _ in range(2):
                    with pytest.raises(QueryFailed) as caught:
                        await fails_in_a_savepoint(found)
                    assert caught.value.sqlstate == "42P01"
                    assert caught.value.reason.endswith('relation "nowhere" does not exist')
                assert await found.rows("select current_setting('statement_timeout')") == [("5s",)]

        run(main())

    def test_statements_are_counted(self, cluster):
        async def main():
            one = database(cluster.url())
            async with one.session() as session, session.transaction() as found:
                await found.rows("select 1")
            assert one._traffic.queries == 4  # BEGIN, settings, ours, ROLLBACK
            assert one._traffic.connections_by_host == {"127.0.0.1": 1}
            assert one._traffic.requests == 0

        run(main())

    def test_over_the_unix_socket(self, cluster):
        url = f"postgresql:///app?host={cluster.sockets}&port={cluster.port}&user=auditor"
        assert asking(url, "select inet_client_addr()") == [(None,)]
        assert database(url).targets() == ()


WRITES = [
    "insert into public.notes (body) values ('x')",
    "update public.notes set body = 'x'",
    "delete from public.notes",
    "create table public.mine (id int)",
    "create temp table mine (id int)",
    "select nextval('public.notes_id_seq')",
    "select setval('public.notes_id_seq', 1)",
    "set transaction read write",
    "select set_config('transaction_read_only', 'off', true)",
    "select set_config('transaction_read_only', 'off', false)",
    "select set_config('default_transaction_read_only', 'off', false); insert into public.notes (body) values ('x')",
    "copy public.notes from stdin",
    "copy (select 1) to program 'touch /tmp/written'",
    "with gone as (delete from public.notes returning 1) select * from gone",
    "select * into public.mine from public.notes",
    "explain analyze delete from public.notes",
    "select * from public.notes for update",
    "commit",
    "commit; delete from public.notes",
    "select 1; commit; delete from public.notes",
    "select 1; delete from public.notes",
    "end",
    "rollback",
    "prepare transaction 'x'",
    "do $$begin delete from public.notes; end$$",
    "call pg_catalog.now()",
    "truncate public.notes",
    "grant select on public.notes to anon",
    "vacuum",
    "lock table public.notes",
    "set role superuser",
    "reset all",
    "listen x",
    "notify x",
    "",
    "-- only a comment",
    "/* select */ delete from public.notes",
    "/* a /* nested */ select */ delete from public.notes",
]

HARMLESS = {"call pg_catalog.now()", "set role superuser", "listen x", "notify x", "lock table public.notes"}
"""Statements that PostgreSQL may answer in a read-only transaction: they change nothing that lasts."""
REACHING_THE_SERVER = [s for s in WRITES if s and not s.startswith(("--", "copy (select"))]


STATE = """
select (select array_agg(n order by id) from public.notes n)::text, (select last_value from public.notes_id_seq),
       (select count(*) from pg_class where relname = 'mine'), (select count(*) from pg_prepared_xacts),
       (select relacl::text from pg_class where relname = 'notes')
"""


class TestNothingIsWritten:
    @pytest.mark.parametrize("user", ["owner", "superuser"])
    def test_the_owner_and_the_superuser_cannot_write(self, cluster, user):
        before = cluster.run(STATE)

        async def main():
            async with database(cluster.url(user)).session() as session:
                for statement in WRITES:
                    async with session.transaction() as found:
                        with pytest.raises(Unavailable):
                            assert await found.rows(statement) == statement
                    assert await self.seen(session) == before, statement

        run(main())
        assert cluster.run(STATE) == before

    def test_the_server_refuses_too_where_our_own_list_would_not(self, cluster, monkeypatch):
        """Whatever ends the transaction, or leaves the role, comes to nothing: there is nothing to commit."""
        monkeypatch.setattr("auditor.probes.net.wire.refuse_unless_reading", lambda _: None)
        before = cluster.run(STATE)

        async def main():
            for statement in REACHING_THE_SERVER:
                async with database(cluster.url("owner")).session() as session:
                    with suppress(Unavailable):
                        async with session.transaction() as found:
                            await found.rows(statement)
                            assert statement in HARMLESS, statement
                assert cluster.run(STATE) == before, statement

        run(main())

    async def seen(self, session):
        async with session.transaction() as found:
            return await found.rows(STATE)

    def test_every_transaction_is_rolled_back(self, cluster):
        url = cluster.url("owner")
        committed = "select xact_commit, xact_rollback from pg_stat_database where datname = 'app'"

        async def main():
            async with database(url).session() as session:
                async with session.transaction() as found:
                    await found.rows("select 1")
                with pytest.raises(ZeroDivisionError):
                    async with session.transaction():
                        raise ZeroDivisionError
                async with session.transaction() as found:
                    assert await found.rows("select 1") == [(1,)]

        start = cluster.log().count("stack-audit owner LOG")
        assert cluster.run(committed)
        run(main())
        lines = [line for line in cluster.log().splitlines() if line.startswith("stack-audit owner LOG")][start:]
        said = [line.partition(": ")[2].strip() for line in lines]
        assert sum(text == "statement: BEGIN READ ONLY" for text in said) == 3
        assert sum(text == "statement: ROLLBACK" for text in said) == 3
        assert not any("COMMIT" in text.upper() for text in said)

    def test_one_transaction_at_a_time(self, cluster):
        async def main():
            async with database(cluster.url()).session() as session, session.transaction():
                with pytest.raises(RuntimeError):
                    async with session.transaction():
                        pass

        run(main())


class TestRoads:
    def test_the_source_address_is_seen_by_the_server(self, cluster, source):
        [(address,)] = asking(cluster.url(), "select host(inet_client_addr())", source=source)
        assert address == (source or "127.0.0.1")

    def test_a_name_that_only_the_checklist_knows(self, cluster, source):
        url = cluster.url().replace("127.0.0.1", "db.example.com")

        async def main():
            one = database(url, resolve={"DB.example.com": "127.0.0.1"}, source=source)
            assert one.targets() == (("db.example.com", cluster.port),)
            assert (one.user, one.name, one.where) == ("auditor", "app", f"db.example.com:{cluster.port}/app")
            async with one.session() as session, session.transaction() as found:
                assert await found.rows("select 1") == [(1,)]

        run(main())

    def test_the_next_host_is_tried(self, cluster, source):
        url = f"postgresql://auditor:{PASSWORD}@nowhere.invalid:1,127.0.0.1:1,127.0.0.1:{cluster.port}/app"
        assert asking(url, "select 1", source=source) == [(1,)]

    @pytest.mark.parametrize("prefix", ["postgresql+asyncpg", "postgres+psycopg", "postgres"])
    def test_urls_of_applications(self, cluster, prefix):
        url = cluster.url(ssl="prefer", pgbouncer="true").replace("postgresql", prefix, 1)
        assert asking(url, "select 1") == [(1,)]

    def test_environment_variables_do_not_reroute(self, cluster, monkeypatch, source):
        for name, value in {"PGHOSTADDR": "192.0.2.1", "PGOPTIONS": "-c work_mem=1MB", "PGAPPNAME": "x"}.items():
            monkeypatch.setenv(name, value)
        found = asking(
            cluster.url(), "select current_setting('work_mem'), current_setting('application_name')", source=source
        )
        assert found == [("4MB", "stack-audit")]

    def test_no_more_at_once_than_places(self, cluster, source):
        async def main():
            one = database(cluster.url(), concurrency=2, source=source)
            entered = 0

            async def use():
                nonlocal entered
                async with one.session() as session, session.transaction() as found:
                    entered += 1
                    [(count,)] = await found.rows(
                        "select count(*) from pg_catalog.pg_stat_activity where application_name = 'stack-audit'"
                    )
                    assert count <= 3  # one may still be on its way out
                    return count

            await asyncio.gather(*(use() for _ in range(10)))
            assert entered == 10

        run(main())

    def test_the_server_hears_a_farewell(self, cluster, source):
        asking(cluster.url(), "select 1", source=source)
        assert "unexpected EOF" not in cluster.log()

    def test_nobody_else_gets_into_the_relay(self, cluster):
        from auditor.probes.net.relay import relay

        async def main():
            d = Dialer({}, "", 8, Traffic(0))
            await d.places("127.0.0.1").take()
            line = await d.connect("127.0.0.1", cluster.port)
            async with relay(line) as port:
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.write(b"\0\0\0\x08\x04\xd2\x16\x2f")  # SSLRequest
                assert await reader.read(1) in (b"N", b"S")
                with pytest.raises(ConnectionError):
                    await asyncio.open_connection("127.0.0.1", port)
                writer.transport.abort()

        run(main())


class TestRefusals:
    def test_wrong_password(self, cluster, source):
        error = failing(cluster.url(password="wrong-battery"), source=source)
        assert error.reason == f"password authentication failed for user auditor at 127.0.0.1:{cluster.port}/app"
        assert error.hint == "check user and password in database"

    def test_no_password(self, cluster, source, monkeypatch):
        monkeypatch.setenv("PGPASSFILE", "/nonexistent")
        error = failing(f"postgresql://auditor@127.0.0.1:{cluster.port}/app", source=source)
        assert error.reason == (f"127.0.0.1:{cluster.port}/app asks user auditor for a password, and database has none")

    def test_unknown_database(self, cluster, source):
        error = failing(cluster.url(database="nope"), source=source)
        assert error.reason == (
            f'cannot log in at 127.0.0.1:{cluster.port}/nope as auditor: database "nope" does not exist'
        )

    def test_not_let_in_from_here(self, cluster):
        error = failing(cluster.url("outsider"))
        assert error.reason.startswith(
            f"127.0.0.1:{cluster.port}/app does not let user outsider in without TLS: no pg_hba.conf entry for host"
        )
        assert "pg_hba.conf" in error.hint

    def test_tls_only(self, cluster):
        error = failing(cluster.url("tls_only"))
        assert f"127.0.0.1:{cluster.port}/app does not let user tls_only in without TLS: pg_hba" in error.reason
        assert "sslmode" in error.hint

    def test_no_tls_there(self, cluster, source):
        error = failing(cluster.url(sslmode="require"), source=source)
        assert error.kind is Failure.TLS
        assert error.reason == f"127.0.0.1:{cluster.port}/app does not speak TLS, and sslmode asks for it"

    def test_refused(self, cluster, source):
        error = failing(f"postgresql://a:{PASSWORD}@127.0.0.1:1/app", source=source)
        assert error.kind is Failure.REFUSED
        assert error.reason.startswith("connection refused by 127.0.0.1:1")

    def test_unknown_host(self, source):
        error = failing(f"postgresql://a:{PASSWORD}@no-such-host.invalid/app", source=source)
        assert error.kind is Failure.DNS
        assert error.reason.startswith("the name no-such-host.invalid does not resolve")

    def test_no_socket(self, tmp_path):
        error = failing(f"postgresql:///app?host={tmp_path}&user=a")
        assert error.kind is Failure.REFUSED

    @pytest.mark.parametrize(
        "url",
        [
            f"postgresql://a:{PASSWORD}@[::1/app",
            f"postgresql://a:{PASSWORD}@h:port/app",
            f"mysql://a:{PASSWORD}@h/app",
            f"postgresql://a:{PASSWORD}%@h/app",
            f"postgresql://a:{PASSWORD}@h1:1,h2:2,h3/app?port=1,2",
            "",
            PASSWORD,
        ],
    )
    def test_what_is_no_url(self, url, monkeypatch):
        monkeypatch.setenv("PGHOST", "/nonexistent")
        error = failing(url)
        assert "database" in error.reason or error.kind is Failure.REFUSED

    def test_a_silent_server_ends_with_the_timeout(self, source):
        async def main():
            async with serve(silent) as server:
                one = database(f"postgresql://a:{PASSWORD}@127.0.0.1:{server.port}/app", source=source, concurrency=1)
                for _ in range(2):  # the second time, the place is free again
                    started = time.monotonic()
                    with pytest.raises(Unreachable) as caught:
                        async with one.session(timeout=0.4):
                            pass
                    assert caught.value.kind is Failure.TIMEOUT
                    assert caught.value.reason == f"no answer from 127.0.0.1:{server.port}/app within 0.4 s"
                    assert time.monotonic() - started < 3
                await asyncio.sleep(0.05)
                assert server.open == 0

        run(main())

    def test_a_server_of_another_kind(self, source):
        async def main():
            async with serve(_says(b"HTTP/1.1 400 Bad Request\r\n\r\n")) as server:
                one = database(f"postgresql://a:{PASSWORD}@127.0.0.1:{server.port}/app", source=source)
                with pytest.raises(Unreachable) as caught:
                    async with one.session(timeout=3):
                        pass
                return caught.value

        error = run(main())
        assert error.kind is Failure.PROTOCOL
        assert "does not answer as PostgreSQL does" in error.reason

    def test_a_server_that_hangs_up(self, source):
        async def main():
            async with serve(_says(b"")) as server:
                one = database(f"postgresql://a:{PASSWORD}@127.0.0.1:{server.port}/app", source=source)
                with pytest.raises(Unreachable) as caught:
                    async with one.session(timeout=3):
                        pass
                return caught.value

        assert run(main()).kind is Failure.RESET

    def test_a_server_that_says_the_password(self):
        text = f"no such thing as {PASSWORD}".encode()
        body = b"SFATAL\0C28000\0M" + text + b"\0\0"
        message = b"E" + (len(body) + 4).to_bytes(4, "big") + body

        async def main():
            async with serve(_says(message)) as server:
                url = f"postgresql://a:{PASSWORD}@127.0.0.1:{server.port}/app?sslmode=disable"
                with pytest.raises(Unavailable) as caught:
                    async with database(url).session(timeout=3):
                        pass
                return caught.value

        error = run(main())
        assert PASSWORD not in str(error) + error.reason
        assert "no such thing as" in error.reason

    def test_cancelled_during_the_login(self, source):
        async def main():
            async with serve(silent) as server:
                one = database(f"postgresql://a:{PASSWORD}@127.0.0.1:{server.port}/app", source=source, concurrency=1)

                async def use():
                    async with one.session():
                        pass

                for number in range(3):
                    task = asyncio.create_task(use())
                    await server.met(number + 1)
                    task.cancel()
                    with pytest.raises(asyncio.CancelledError):
                        await task

        run(main())


def _says(data):
    async def handler(reader, writer):
        await reader.read(100)
        writer.write(data)
        await writer.drain()

    return handler


class TestFailures:
    def test_no_right_to_a_table(self, cluster):
        error = failing(cluster.url(), statement="select * from public.secrets")
        assert isinstance(error, QueryFailed)
        assert error.sqlstate == "42501"
        assert error.reason == "permission denied for table secrets (as auditor)"
        assert error.hint == 'GRANT SELECT ON secrets TO "auditor"'

    @pytest.mark.parametrize(
        ("said", "hint"),
        [
            ("table Members", 'GRANT SELECT ON "Members" TO "auditor"'),
            ('view a"b', 'GRANT SELECT ON "a""b" TO "auditor"'),
            ("schema my app", 'GRANT USAGE ON SCHEMA "my app" TO "auditor"'),
            ("function is_member", 'GRANT EXECUTE ON FUNCTION is_member TO "auditor"'),
        ],
    )
    def test_the_hint_quotes_what_the_server_does_not(self, said, hint):
        assert _grant(f"permission denied for {said}", "auditor") == hint

    def test_no_right_to_a_schema(self, cluster):
        error = failing(cluster.url(), statement="select * from private.x")
        assert error.hint == 'GRANT USAGE ON SCHEMA private TO "auditor"'

    def test_no_right_to_a_role(self, cluster):
        async def main():
            async with database(cluster.url()).session() as session:
                with pytest.raises(QueryFailed) as caught:
                    async with session.transaction(role="anon"):
                        pass
                async with session.transaction() as found:  # the session goes on
                    assert await found.rows("select 1") == [(1,)]
                return caught.value

        error = run(main())
        assert error.hint == 'GRANT "anon" TO "auditor"'

    def test_no_such_role(self, cluster):
        async def main():
            async with transaction(cluster.url(), role='x"; drop table notes'):
                pass

        with pytest.raises(QueryFailed, match="does not exist"):
            run(main())

    def test_statement_timeout(self, cluster):
        async def main():
            async with transaction(cluster.url(), statement_timeout_ms=100) as found:
                await found.rows("select pg_catalog.pg_sleep(20)")

        with pytest.raises(QueryFailed) as caught:
            run(main())
        assert caught.value.reason == f"the query took longer than 100 ms at 127.0.0.1:{cluster.port}/app"

    def test_lock_timeout(self, cluster):
        import psycopg

        with psycopg.connect(cluster.url("owner")) as other:
            other.execute("lock table public.notes in access exclusive mode")
            with pytest.raises(QueryFailed) as caught:
                asking(cluster.url(), "select count(*) from public.notes", lock_timeout_ms=100)
        assert caught.value.reason == "another session holds a lock for longer than 100 ms"

    def test_the_connection_is_lost(self, cluster, source):
        async def is_terminated(session):
            async with session.transaction() as found:
                [(pid,)] = await found.rows("select pg_catalog.pg_backend_pid()")
                await asyncio.to_thread(cluster.run, f"select pg_terminate_backend({pid})")
                await found.rows("select 1")

        async def main():
            async with database(cluster.url(), source=source).session() as session:
                with pytest.raises(Unreachable) as caught:
                    await is_terminated(session)
                assert caught.value.kind is Failure.RESET
                assert "lost the connection to" in caught.value.reason
                with pytest.raises(Unavailable):
                    async with session.transaction():
                        pass

        run(main())

    def test_too_many_rows(self, cluster, monkeypatch):
        monkeypatch.setattr("auditor.probes.net.wire.MAX_ROWS", 1000)
        error = failing(cluster.url(), statement="select * from generate_series(1, 10000000)")
        assert error.reason.endswith("has more than 1000 rows")

    @pytest.mark.parametrize(
        "statement", ["select '4713-01-01 BC'::date", r"select convert_from('\xff'::bytea, 'SQL_ASCII')"]
    )
    def test_values_that_python_has_no_place_for(self, cluster, statement):
        with pytest.raises(QueryFailed, match="the query failed"):
            asking(cluster.url(database="ascii"), statement)

    def test_text_of_a_database_without_an_encoding(self, cluster):
        assert asking(cluster.url(database="ascii"), "select 'é'::text") == [("é",)]

    def test_cancelled_during_a_query(self, cluster, source):
        async def main():
            async def use():
                async with transaction(cluster.url(), source=source) as found:
                    started.set()
                    await found.rows("select pg_catalog.pg_sleep(30)")

            started = asyncio.Event()
            task = asyncio.create_task(use())
            await started.wait()
            await asyncio.sleep(0.05)
            task.cancel()
            begun = time.monotonic()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert time.monotonic() - begun < 3

        run(main())

    def test_a_storm_of_cancellations_leaves_every_place_free(self, cluster, source):
        chance = random.Random(1)

        async def main():
            one = database(cluster.url(), source=source, concurrency=3)

            async def use():
                async with one.session() as session, session.transaction() as found, found.savepoint():
                    return await found.rows("select pg_catalog.pg_sleep(0.01)::text")

            for _ in range(12):
                tasks = [asyncio.create_task(use()) for _ in range(6)]
                await asyncio.sleep(chance.random() * 0.05)
                for task in chance.sample(tasks, 3):
                    task.cancel()
                done = await asyncio.gather(*tasks, return_exceptions=True)
                assert all(isinstance(one, asyncio.CancelledError) or one == [("",)] for one in done)
            async with asyncio.timeout(5):
                for _ in range(3):
                    await one._dialer.places("127.0.0.1").take()

        run(main())

    def test_a_server_that_freezes(self, cluster, source, monkeypatch):
        monkeypatch.setattr("auditor.probes.net.wire._PATIENCE_SECONDS", 0.3)

        async def freezes(url, frozen):
            async with transaction(url, source=source, statement_timeout_ms=200) as found:
                await found.rows("select 1")
                frozen.set()
                await found.rows("select 2")

        async def main():
            frozen = asyncio.Event()

            async def handler(reader, writer):
                """In front of PostgreSQL, until it freezes."""
                to, out = await asyncio.open_connection("127.0.0.1", cluster.port)

                async def back():
                    while data := await to.read(65536):
                        writer.write(data)

                task = asyncio.create_task(back())
                try:
                    while data := await reader.read(65536):
                        if frozen.is_set():
                            continue
                        out.write(data)
                finally:
                    task.cancel()
                    out.transport.abort()

            async with serve(handler) as server:
                url = cluster.url().replace(str(cluster.port), str(server.port))
                begun = time.monotonic()
                with pytest.raises(Unreachable) as caught:
                    await freezes(url, frozen)
                assert time.monotonic() - begun < 5
                assert caught.value.kind is Failure.TIMEOUT

        run(main())
