"""The marked statements, sent to real servers and found in their logs."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest

from auditor.checklist.model import LogSources, Supabase
from auditor.errors import Absent, Unavailable
from auditor.facts.log_files import Canary
from auditor.facts.policy import AuditLogPolicy
from auditor.probes.audit_logs import canary as module
from auditor.probes.audit_logs.canary import canary
from auditor.probes.audit_logs.settings import log_settings
from auditor.redact import Secret
from checks.audit_logs.canary_logged import canary_logged
from tests.probes.audit_logs.conftest import changed
from tests.probes.net.running import run
from tests.probes.stand import answer, site, way

pytestmark = pytest.mark.xdist_group("audit-logs")
ASKED = AuditLogPolicy(canary=True, canary_within=timedelta(seconds=20))
BRIEF = AuditLogPolicy(canary=True, canary_within=timedelta(seconds=0.5))


@pytest.fixture(autouse=True)
def _brief_grace(monkeypatch):
    monkeypatch.setattr(module, "_GRACE_SECONDS", 0.3)


def sent(server, logs: LogSources | None = None, policy=BRIEF, *, user="app", **environment):
    """The fact, and what the check makes of it."""

    async def main():
        urls = {
            "database": Secret(server.url(user), "url"),
            "auditor_database": Secret(server.url("auditor"), "url"),
        }
        where = logs or LogSources(database=(str(server.log_file),))
        async with way(**urls, logs=where, **environment) as to:
            settings = await log_settings(to.databases)
            fact = await canary(to.environment, to.databases, to.http, policy)
            return fact, settings

    fact, settings = run(main())
    [finding] = canary_logged(fact, settings)
    return fact, finding


class TestPgaudit:
    @pytest.mark.parametrize(
        ("classes", "read", "write"),
        [("ddl, role, write", False, True), ("all", True, True), ("read", True, False), ("all, -misc", True, True)],
    )
    def test_it_lands(self, pg15, classes, read, write):
        with changed(pg15, f"alter role app set pgaudit.log = '{classes}'"):
            fact, finding = sent(pg15, policy=ASKED)
        assert (bool(fact.read_in), bool(fact.write_in), fact.role) == (read, write, "app")
        assert (finding.outcome, finding.confidence) == ("pass", "proven")

    def test_overridden_for_the_role_while_the_server_looks_perfect(self, pg15):
        with changed(
            pg15,
            "alter system set log_connections = on",
            "alter system set pgaudit.log = 'all'",
            "alter role app set pgaudit.log = 'none'",
        ):
            fact, finding = sent(pg15)
        assert (fact.read_in, fact.write_in, fact.alive) == ("", "", True)
        assert (finding.outcome, finding.message) == ("fail", "nothing that this role sends gets into the log")

    @pytest.mark.parametrize("classes", ["ddl, role", "misc", "function"])
    def test_what_no_read_only_transaction_may_send(self, pg15, classes):
        with changed(pg15, "alter system set log_connections = on", f"alter role app set pgaudit.log = '{classes}'"):
            fact, finding = sent(pg15)
        assert (fact.read_in, fact.write_in) == ("", "")
        assert finding.outcome == "error"
        assert "by hand" in finding.remediation

    def test_kept_out_by_its_level(self, pg15):
        with changed(
            pg15,
            "alter system set log_connections = on",
            "alter role app set pgaudit.log = 'all'",
            "alter role app set log_min_messages = 'fatal'",
        ):
            _, finding = sent(pg15)
        assert finding.outcome == "fail"


class TestAnyServer:
    @pytest.fixture(params=["pg15", "pg18"])
    def server(self, request):
        return request.getfixturevalue(request.param)

    @pytest.mark.parametrize(("statement", "read"), [("mod", False), ("all", True)])
    def test_by_log_statement(self, server, statement, read):
        with changed(server, f"alter role app set log_statement = '{statement}'"):
            fact, finding = sent(server, policy=ASKED)
        assert (bool(fact.read_in), bool(fact.write_in), finding.outcome) == (read, True, "pass")

    def test_ddl_alone_cannot_be_proven(self, server):
        with changed(server, "alter system set log_connections = on", "alter role app set log_statement = 'ddl'"):
            fact, finding = sent(server)
        assert (fact.alive, finding.outcome) == (True, "error")

    def test_by_duration(self, server):
        with changed(server, "alter role app set log_min_duration_statement = 0"):
            assert sent(server, policy=ASKED)[1].outcome == "pass"

    def test_nothing_is_logged_and_the_log_says_nothing(self, server):
        fact, finding = sent(server)
        assert (fact.alive, finding.outcome) == (False, "error")

    def test_it_should_have_landed_and_the_log_is_another_servers(self, server, tmp_path):
        (tmp_path / "postgresql.log").write_text("2026-11-26 05:14:30 UTC [1] LOG:  ready\n")
        with changed(server, "alter role app set log_statement = 'all'"):
            _, finding = sent(server, LogSources(database=(f"{tmp_path}/*.log",)))
        assert finding.outcome == "error"
        assert "another server's log" in finding.message

    def test_by_a_command(self, server):
        with changed(server, "alter role app set log_statement = 'all'"):
            fact, finding = sent(server, LogSources(database_command=("cat", str(server.log_file))))
        assert (fact.read_in, fact.write_in, finding.outcome) == ("cat", "cat", "pass")

    def test_it_changes_nothing_and_leaves_nothing(self, server):
        count = "select count(*) from pg_description"
        before = server.run(count)
        with changed(server, "alter role app set log_statement = 'all'"):
            start = len(server.log())
            sent(server, policy=ASKED)
            said = server.log()[start:]
        assert server.run(count) == before
        ours = [line.partition("statement: ")[2] for line in said.splitlines() if " app@app " in line]
        words = [line.split()[0].upper() for line in ours if line]
        assert words == [
            "BEGIN", "SELECT", "SELECT", "SELECT", "SAVEPOINT", "PREPARE", "DEALLOCATE", "ROLLBACK", "ROLLBACK"
        ] or set(words) <= {"BEGIN", "SELECT", "SAVEPOINT", "PREPARE", "DEALLOCATE", "ROLLBACK"}  # fmt: skip
        assert "BEGIN READ ONLY" in said

    def test_the_statement_is_refused(self, server, monkeypatch):
        """As on a standby: the line of the error has the mark too, and is no proof."""
        from auditor.probes.net.session import Transaction

        async def refused(self, name):
            await self._wire.command(f"PREPARE {name} AS DELETE FROM pg_catalog.nothing_here", self._limits)

        monkeypatch.setattr(Transaction, "leave_mark", refused)
        with changed(server, "alter role app set pgaudit.log = 'none'"):
            fact, finding = sent(server)
        assert (fact.write_in, finding.outcome == "pass") == ("", False)
        assert "nothing_here" in fact.refused


class TestElsewhere:
    def test_not_asked_for(self, pg18):
        fact, finding = sent(pg18, policy=AuditLogPolicy())
        assert (fact, finding.outcome) == (Canary(False), "not-applicable")

    def test_no_log(self, pg18):
        with pytest.raises(Unavailable, match="names no log of the database"):
            sent(pg18, LogSources(application=("x",)))

    def test_no_application(self, pg18):
        async def main():
            async with way(auditor_database=Secret(pg18.url("auditor"), "url")) as to:
                await canary(to.environment, to.databases, to.http, ASKED)

        with pytest.raises(Unavailable, match="names no database"):
            run(main())

    def test_absent(self):
        async def main():
            async with way(absent=frozenset({"database"})) as to:
                await canary(to.environment, to.databases, to.http, ASKED)

        with pytest.raises(Absent):
            run(main())

    def test_a_pooler_that_logs_in_as_somebody_else(self, pg18):
        fact, settings = run(both(pg18, "app"))
        [finding] = canary_logged(Canary(True, "pooled", datetime.now(UTC), looked_in=("x",)), settings)
        assert (fact.role, finding.outcome) == ("app", "error")
        assert "a pooler stands between" in finding.message

    def test_supabases_own_log(self, pg18):
        """By the answers that the Management API documents; the log itself is a real server's."""
        asked_for = []

        def respond(asked):
            query = parse_qs(urlsplit(asked.path).query)
            asked_for.append((urlsplit(asked.path).path, asked.headers["authorization"]))
            word = query["sql"][0].partition("%")[2].partition("%")[0]
            lines = [line for line in pg18.log().splitlines() if word in line]
            return answer(200, json.dumps({"result": [{"event_message": line} for line in lines]}))

        token = "token-of-nobody"

        async def main():
            async with site(respond) as api:
                project = Supabase(
                    project_ref="abcdefghijklmnop", access_token=Secret(token, "token"), api_url=api.origin()
                )
                urls = {"database": Secret(pg18.url("app"), "url")}
                async with way(**urls, supabase=project) as to:
                    return await canary(to.environment, to.databases, to.http, ASKED)

        with changed(pg18, "alter role app set log_statement = 'all'"):
            fact = run(main())
        assert (fact.read_in, fact.write_in) == ("Supabase's logs", "Supabase's logs")
        assert asked_for == [("/v1/projects/abcdefghijklmnop/analytics/endpoints/logs.all", f"Bearer {token}")]

    @pytest.mark.parametrize(
        "body", [b"", b"[]", b'{"result": null}', b'{"result": [1, {}]}', b'{"error": "x"}', b"\xff"]
    )
    def test_any_answer_of_the_management_api(self, pg18, body):
        async def main():
            async with site(lambda _: answer(200, body)) as api:
                project = Supabase(project_ref="a" * 16, access_token=Secret("t", "token"), api_url=api.origin())
                async with way(database=Secret(pg18.url("app"), "url"), supabase=project) as to:
                    return await canary(to.environment, to.databases, to.http, BRIEF)

        fact = run(main())
        assert (fact.read_in, fact.write_in, fact.alive) == ("", "", False)


async def both(server, user):
    async with way(database=Secret(server.url(user), "url"), logs=LogSources(database=(str(server.log_file),))) as to:
        return await canary(to.environment, to.databases, to.http, BRIEF), await log_settings(to.databases)


@pytest.mark.parametrize("name", ["", "A", "a b", "a;b", "a" * 64, "1a", 'a"', "a--"])
def test_the_mark_is_a_plain_name(pg18, name):
    async def main():
        async with way(database=Secret(pg18.url("app"), "url")) as to:
            database = to.databases.for_audit()
            async with database.session() as session, session.transaction() as transaction:
                await transaction.leave_mark(name)

    with pytest.raises(ValueError, match=f"^{re.escape(name)}$"):
        run(main())


def test_which_lock_it_takes(pg18):
    """That of every statement that writes; a standby takes AccessShareLock alone, and refuses."""
    with psycopg.connect(pg18.url("app")) as connection:
        connection.execute("begin read only")
        connection.execute("prepare p as delete from pg_catalog.pg_description where false")
        held = connection.execute(
            "select mode from pg_locks where relation = 'pg_description'::regclass and pid = pg_backend_pid()"
        ).fetchall()
    assert held == [("RowExclusiveLock",)]
