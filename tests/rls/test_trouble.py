"""What goes wrong while a real server is audited: errors that say so, all the rest judged, and no false pass."""

from __future__ import annotations

import itertools
import os
import signal
import time
from contextlib import contextmanager

import psycopg
import pytest

from auditor.facts.catalog import Catalog
from auditor.facts.columns import Columns
from auditor.facts.policy import RlsPolicy
from auditor.facts.row_trials import RowTrials
from auditor.model import Outcome
from auditor.probes import catalog
from auditor.probes.net.pgerrors import QueryFailed
from auditor.probes.net.session import Session
from auditor.probes.net.traffic import Traffic

from .audit import Verdict, audit
from .case import case, notes

pytestmark = [pytest.mark.lab, pytest.mark.xdist_group("rls-trouble")]

TABLE = """
create table public.{name} (id bigint, owner uuid);
create index on public.{name} (owner);
insert into public.{name} values (1, ':B');
alter table public.{name} enable row level security;
create policy p on public.{name} for select to authenticated using ({using});
grant select on public.{name} to authenticated;
"""
SAMPLE = case(
    "trouble",
    "something for most checks to fail, and something to pass",
    notes(
        "for select to authenticated using (owner = :u)",
        "for select to anon using (owner = :u)",
        to="anon, authenticated",
    )
    + TABLE.format(name="victim", using="owner = :u")
    + TABLE.format(name="wrong", using="owner = owner")
    + TABLE.format(name="everyone", using="true")
    + TABLE.format(name="reader", using="exists (select 1 from public.victim v where v.owner = reader.owner)")
    + """
    create table public.naked (id bigint); insert into public.naked values (1); grant select on public.naked to anon;
    create view public.around as select * from public.notes; grant select on public.around to anon, authenticated;
    create materialized view public.copy as select * from public.notes; grant select on public.copy to anon;
    create function public.dump() returns setof public.notes stable language sql security definer
        as 'select * from public.notes';
    grant truncate on public.notes to anon;
    """,
)
LOCK = "lock table public.victim in access exclusive mode"
LOCKED = "another session holds a lock for longer than 500 ms"
HELD = "another session holds a lock on a table that it reads"
SECONDS = 30
"""Within which an audit ends that waits for locks: a quarter of its deadline."""


@pytest.fixture
def database(servers):
    with servers(18).database(SAMPLE) as database:
        yield database


@pytest.fixture
def calm(database) -> Verdict:
    """What the audit says when there is no trouble."""
    return audit(database)


@contextmanager
def another_session(database):
    target = f"host={database.cluster.sockets} port={database.cluster.port} dbname={database.name} user=superuser"
    with psycopg.connect(target) as connection:
        yield connection


def outcomes(verdict) -> dict[str, str]:
    """Check and subject to what is said of it."""
    said: dict[str, list[str]] = {}
    for check, findings in verdict.whole().items():
        for finding in findings:
            said.setdefault(f"{check} {finding.subject}", []).append(finding.outcome)
    return {key: " ".join(sorted(words)) for key, words in said.items()}


def changes(calm, now) -> dict[str, tuple[str | None, str | None]]:
    """Check and subject to what was said in calm, and what is said now. Everything else is the same."""
    assert now.crashes == ()
    before, after = outcomes(calm), outcomes(now)
    return {key: (before.get(key), after.get(key)) for key in before | after if before.get(key) != after.get(key)}


def once(action):
    """Does it the first time only: whichever fact comes first."""
    left = [action]
    return lambda: left and left.pop()()


@contextmanager
def changed(database, change, undo):
    """With something changed that outlives the database."""
    database.run(change)
    try:
        yield
    finally:
        if undo:
            database.run(undo)


def words(verdict, *keys) -> list[tuple[str, str]]:
    """Message and remediation of the errors among the findings about these."""
    return [
        (finding.message, finding.remediation)
        for key in keys
        for finding in verdict.findings(*key.split(" ", 1))
        if finding.outcome is Outcome.ERROR
    ]


def only_errors(verdict) -> set[tuple[str, str]]:
    """Messages and remediations of an audit that could not judge anything."""
    findings = [finding for found in verdict.whole().values() for finding in found]
    assert {(finding.outcome, finding.subject) for finding in findings} == {(Outcome.ERROR, "*")}
    assert verdict.crashes == ()
    return {(finding.message, finding.remediation) for finding in findings}


def untruths(calm, now) -> list[str]:
    """Whatever an audit in trouble says that is not true: errors are, and what was said in calm."""
    found = [f"CRASHED {crash}" for crash in now.crashes]
    for check, findings in now.whole().items():
        known = calm.whole()[check]
        found += [
            f"{check} {finding.subject} became {finding.outcome}: {finding.message}"
            for finding in findings
            if finding.outcome in (Outcome.PASS, Outcome.NOT_APPLICABLE) and finding not in known
        ]
        failed_now = {finding.subject for finding in findings if finding.outcome is Outcome.FAIL}
        failed_then = {finding.subject for finding in known if finding.outcome is Outcome.FAIL}
        in_doubt = any(finding.outcome is Outcome.ERROR for finding in findings)
        found += [f"{check} {subject} is not said any more" for subject in failed_then - failed_now if not in_doubt]
        found += [f"{check} {subject} fails" for subject in failed_now - failed_then]
    return found


class TestTablesThatGo:
    def test_before_their_policies_are_tried(self, database, calm):
        now = audit(database, before={RowTrials: lambda: database.run("drop table public.victim cascade")})
        assert changes(calm, now) == {
            "RLS003 public.reader": ("pass", "error"),
            "RLS005 public.reader": ("pass", "error"),
        }
        [(message, _)] = words(now, "RLS003 public.reader")
        assert message.endswith('relation "public.victim" does not exist')

    def test_a_policy_that_has_an_answer_without_its_table(self, database, calm):
        """What is judged is what the catalogs said: one look at them."""
        now = audit(database, before={RowTrials: lambda: database.run("drop table public.wrong")})
        assert changes(calm, now) == {}

    def test_after_the_catalogs_were_read(self, database, calm):
        def drop():
            database.run("drop table public.victim, public.naked, public.reader cascade")

        drop_once = once(drop)
        now = audit(database, before={RowTrials: drop_once, Columns: drop_once})
        assert untruths(calm, now) == []


class TestLocks:
    @pytest.fixture(autouse=True)
    def _soon(self):
        started = time.monotonic()
        yield
        assert time.monotonic() - started < SECONDS

    def test_of_a_table(self, database, calm):
        with another_session(database) as other:
            other.execute(LOCK)
            now = audit(database)
        changed = changes(calm, now)
        # where something could not be seen, nobody says that there is nothing
        gone = {key: before for key, (before, after) in changed.items() if after is None}
        assert set(gone.values()) <= {"pass", "not-applicable"}
        assert {key.split()[1] for key in changed.keys() - gone.keys()} == {"public.victim", "public.reader"}
        assert {word for _, after in changed.values() if after for word in after.split()} <= {"error", "pass"}
        assert {key for key, (_, after) in changed.items() if after and "error" not in after} == set()
        assert (HELD, "try again later") in words(now, "RLS003 public.victim")

    def test_of_a_table_is_an_error(self, database, calm):
        with another_session(database) as other:
            other.execute(LOCK)
            now = audit(database)
        assert untruths(calm, now) == []
        assert set(outcomes(now)["RLS003 public.victim"].split()) == {"error"}

    def test_of_a_table_while_policies_are_tried(self, database, calm):
        with another_session(database) as other:
            now = audit(database, before={RowTrials: lambda: other.execute(LOCK)})
        assert changes(calm, now) == {
            "RLS003 public.reader": ("pass", "error"),
            "RLS005 public.reader": ("pass", "error"),
        }
        assert [message for message, _ in words(now, "RLS003 public.reader")] == [
            f"policy p could not be tried as authenticated: {LOCKED}"
        ]

    def test_of_a_catalog(self, database):
        with another_session(database) as other:
            other.execute("lock table pg_catalog.pg_policy in access exclusive mode")
            assert only_errors(audit(database)) == {(LOCKED, "try again later")}

    def test_of_a_catalog_for_a_moment(self, database, calm, monkeypatch):
        look = catalog._look

        async def releasing(*arguments):
            try:
                return await look(*arguments)
            except QueryFailed:
                other.rollback()
                raise

        monkeypatch.setattr(catalog, "_look", releasing)
        with another_session(database) as other:
            lock = "lock table pg_catalog.pg_policy in access exclusive mode"
            now = audit(database, before={Catalog: lambda: other.execute(lock)})
        assert changes(calm, now) == {}


def test_a_policy_that_takes_too_long(database, monkeypatch):
    database.run("drop table public.reader, public.wrong")
    calm = audit(database)
    transaction = Session.transaction
    limit = 700

    def hasty(self, role=None, claims=None, statement_timeout_ms=5000, lock_timeout_ms=500):
        return transaction(self, role, claims, limit if role else statement_timeout_ms, lock_timeout_ms)

    monkeypatch.setattr(Session, "transaction", hasty)
    database.run(
        "alter policy p on public.victim using"
        " (owner is null or (select count(*) from generate_series(1, 100000000000)) > 0)"
    )
    now = audit(database)
    assert changes(calm, now) == {"RLS003 public.victim": ("pass", "error")}
    [(message, _)] = words(now, "RLS003 public.victim")
    assert message == (
        "policy p could not be tried as authenticated: "
        f"the query took longer than {limit} ms at 127.0.0.1:{database.cluster.port}/{database.name}"
    )


class TestLostConnections:
    @pytest.fixture
    def audit_until(self, database, monkeypatch):
        """Audits, one connection at a time; something happens right before the nth statement is sent."""

        def run(number, happens):
            sent = 0

            def count(traffic):
                nonlocal sent
                sent += 1
                if sent == number:
                    happens()

            monkeypatch.setattr(Traffic, "count_query", count)
            return audit(database, concurrency=1), sent

        return run

    def test_the_backend_is_terminated_before_any_statement(self, database, calm, audit_until):
        def terminate():
            ended = database.run(
                "select pg_terminate_backend(pid, 10000) from pg_stat_activity where usename = 'auditor'"
            )
            assert ended == [(True,)]

        told, lost = {}, 0
        for number in itertools.count(1):
            now, sent = audit_until(number, terminate)
            if sent < number:
                break
            if found := untruths(calm, now):
                told[number] = found
            lost += any("lost the connection" in line for line in now.told(Outcome.ERROR))
        assert told == {}
        # all but the ROLLBACK at the end of each transaction, which nobody misses
        assert lost > 0.8 * number

    def test_the_server_restarts_after_a_crash(self, database, calm, audit_until):
        def crash():
            ready = "database system is ready to accept connections"
            starts = database.cluster.log().count(ready)
            [(pid,)] = database.run("select pid from pg_stat_activity where usename = 'auditor'")
            os.kill(pid, signal.SIGKILL)
            deadline = time.monotonic() + 20
            while database.cluster.log().count(ready) == starts:
                assert time.monotonic() < deadline, database.cluster.log()
                time.sleep(0.01)

        now, sent = audit_until(10, crash)
        assert sent >= 10
        assert untruths(calm, now) == []
        where = f"127.0.0.1:{database.cluster.port}/{database.name}"
        lost = [message for message, _ in words(now, "RLS001 *", "RLS003 *", "RLS010 *")]
        assert len(lost) == 3
        assert all(message.startswith(f"lost the connection to {where}: ") for message in lost)


FEW = "the audit opens a few at once; concurrency = 1 in [env.*.network] makes it one"


class TestNotLetIn:
    @pytest.mark.parametrize(
        ("change", "undo", "message", "hint"),
        [
            (
                "revoke connect on database {name} from public; grant connect on database {name} to app",
                "",
                '{where} does not let user auditor in: permission denied for database "{name}" '
                "DETAIL: User does not have CONNECT privilege.",
                'GRANT CONNECT ON DATABASE "{name}" TO "auditor"',
            ),
            (
                "alter role auditor connection limit 0",
                "alter role auditor connection limit -1",
                '{where} has no connection left: too many connections for role "auditor"',
                FEW,
            ),
            (
                "alter database {name} connection limit 0",
                "",
                '{where} has no connection left: too many connections for database "{name}"',
                FEW,
            ),
            (
                "alter role auditor nologin",
                "alter role auditor login",
                'cannot log in at {where} as auditor: role "auditor" is not permitted to log in',
                "check auditor_database",
            ),
        ],
        ids=["connect", "connections-of-the-role", "connections-of-the-database", "login"],
    )
    def test_errors_with_the_reason(self, database, change, undo, message, hint):
        said = {"name": database.name, "where": f"127.0.0.1:{database.cluster.port}/{database.name}"}
        with changed(database, change.format(**said), undo):
            assert only_errors(audit(database)) == {(message.format(**said), hint.format(**said))}

    def test_one_connection_is_enough(self, database, calm):
        with changed(database, "alter role auditor connection limit 1", "alter role auditor connection limit -1"):
            assert audit(database, concurrency=1).whole() == calm.whole()
            now = audit(database)
        assert untruths(calm, now) == []
        assert FEW in {hint for _, hint in words(now, "RLS001 *", "RLS003 *", "RLS019 *", "RLS021 *")}


class TestMissingRights:
    @pytest.mark.parametrize("role", ["anon", "authenticated"])
    def test_to_become_a_role(self, database, calm, role):
        with changed(database, f"revoke {role} from auditor", f"grant {role} to auditor"):
            now = audit(database)
        assert changes(calm, now) == MISSED[role]
        assert {message for message, _ in words(now, *MISSED[role])} == {
            f'policy {name} could not be tried as {role}: permission denied to set role "{role}" (as auditor)'
            for name in POLICIES[role]
        }

    @pytest.mark.parametrize("role", ["anon", "authenticated"])
    def test_the_grant_is_in_the_hint(self, database, role):
        with changed(database, f"revoke {role} from auditor", f"grant {role} to auditor"):
            now = audit(database)
        assert {hint for _, hint in words(now, *MISSED[role])} == {f'GRANT "{role}" TO "auditor"'}

    def test_to_use_a_schema(self, database):
        """The audit's role has no right at all but to become the others."""
        database.run(
            "create schema api; create table api.naked (id bigint); insert into api.naked values (1);"
            "grant usage on schema api to anon; grant select on api.naked to anon"
        )
        policy = RlsPolicy(exposed_schemas=("api",))
        calm = audit(database, policy)
        assert outcomes(calm)["RLS001 api.naked"] == "fail"
        bare = """
        revoke anon, authenticated from auditor; alter role auditor noinherit; grant anon, authenticated to auditor
        """
        undo = (
            "revoke anon, authenticated from auditor; alter role auditor inherit; grant anon, authenticated to auditor"
        )
        with changed(database, f"revoke usage on schema public from public; {bare}", undo):
            now = audit(database, policy)
        assert changes(calm, now) == {}
        assert words(now, "RLS019 *") == [
            ("permission denied for schema storage (as auditor)", 'GRANT USAGE ON SCHEMA storage TO "auditor"')
        ]


POLICIES = {"anon": {"p2"}, "authenticated": {"p", "p1"}}
MISSED = {
    "anon": {"RLS003 public.notes": ("pass", "error")},
    "authenticated": {
        "RLS003 public.notes": ("pass", "error"),
        "RLS003 public.reader": ("pass", "error"),
        "RLS003 public.victim": ("pass", "error"),
        "RLS003 public.wrong": ("fail", "error"),
        "RLS003 public.everyone": ("not-applicable", "error"),
        "RLS005 public.reader": ("pass", "error"),
        "RLS005 public.victim": ("pass", "error"),
        "RLS005 public.wrong": ("pass", "error"),
    },
}
"""What cannot be said without a role; what the catalogs alone say stands."""
