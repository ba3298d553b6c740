"""Through PgBouncer in transaction mode: the canary lands, leaves nothing, and tells of settings that do not count."""

from __future__ import annotations

from types import SimpleNamespace

import psycopg
import pytest

from auditor.checklist.model import LogSources
from auditor.probes.audit_logs import canary as module
from auditor.probes.audit_logs import trail
from auditor.redact import Secret
from checks.audit_logs.database_log_live import database_log_live
from tests.debian15 import PASSWORD
from tests.probes.audit_logs.conftest import changed
from tests.probes.audit_logs.test_canary import ASKED, BRIEF, sent
from tests.probes.audit_logs.test_trail import POLICY, SETTINGS, gathered, outcomes
from tests.rls.pooler import PROGRAM, pooler

pytestmark = [
    pytest.mark.xdist_group("audit-logs"),
    pytest.mark.skipif(PROGRAM is None, reason="pgbouncer is not installed (Debian: apt-get install pgbouncer)"),
]


@pytest.fixture(scope="module")
def pooled(pg15):
    """Its URLs lead to the pooler, its log is the server's."""
    with pooler(pg15, pool_mode="transaction", default_pool_size=1) as running:

        def url(user: str, database: str = "app") -> str:
            return f"postgresql://{user}:{PASSWORD}@127.0.0.1:{running.port}/{database}"

        yield SimpleNamespace(url=url, log_file=pg15.log_file, port=running.port)


@pytest.fixture(autouse=True)
def _brief(monkeypatch):
    monkeypatch.setattr(module, "_GRACE_SECONDS", 0.3)
    monkeypatch.setattr(trail, "PATIENCE_SECONDS", 0.3)


def test_the_canary_lands_and_leaves_nothing(pooled, pg15):
    with changed(pg15, "alter role app set pgaudit.log = 'write'"):
        pg15.run("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'app'")
        fact, finding = sent(pooled, policy=ASKED)
        with psycopg.connect(pooled.url("app"), prepare_threshold=None) as client:
            left = client.execute("select count(*) from pg_prepared_statements").fetchone()
    assert (bool(fact.write_in), fact.role, finding.outcome, left) == (True, "app", "pass", (0,))


def test_a_login_that_is_older_than_the_setting(pooled, pg15):
    """The pooler's connection keeps what it began with: settings say yes, the log says no."""
    pg15.run("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'app'")
    with psycopg.connect(pooled.url("app"), prepare_threshold=None) as client:
        client.execute("select 1")  # only now the pooler logs in at the server
    with changed(pg15, "alter system set log_connections = on", "alter role app set pgaudit.log = 'write'"):
        fact, finding = sent(pooled, policy=BRIEF)
    assert (fact.write_in, finding.outcome in ("fail", "error")) == ("", True)


def test_a_connection_that_was_there_before_is_no_new_line(pooled, pg15):
    with changed(pg15, "alter system set log_connections = on"):
        with psycopg.connect(pooled.url("auditor"), prepare_threshold=None) as client:
            client.execute("select 1")
        urls = {name: Secret(pooled.url("auditor"), "url") for name in ("database", "auditor_database")}
        found = gathered(LogSources(database=(str(pg15.log_file),)), **urls)
    assert found.connection.done
    assert set(outcomes(database_log_live(found, SETTINGS, POLICY))) <= {"error", "pass"}
