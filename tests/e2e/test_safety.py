"""The audit changes nothing, and every session is read-only. Seen from the server's side."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from tests.e2e.conftest import Run, run_with

_STATE = """
select json_build_object(
    'tuples', (select json_agg(t order by t) from (
        select schemaname || '.' || relname as name, n_tup_ins, n_tup_upd, n_tup_del, n_live_tup
        from pg_stat_all_tables where schemaname not in ('pg_catalog', 'pg_toast', 'information_schema')) t),
    'sequences', (select json_agg(s order by s) from (
        select schemaname || '.' || sequencename as name, last_value::text from pg_sequences) s),
    'classes', (select count(*) from pg_class),
    'functions', (select count(*) from pg_proc),
    'roles', (select json_agg(r order by r) from (select rolname, rolconfig::text from pg_roles) r),
    'grants', (select md5(string_agg(coalesce(relacl::text, ''), ',' order by oid)) from pg_class),
    'large_objects', (select count(*) from pg_largeobject_metadata)
)::text
"""


def state(stack) -> str:
    with psycopg.connect(stack.superuser_dsn) as connection:
        connection.execute("select pg_stat_force_next_flush()")
        return connection.execute(_STATE).fetchone()[0]


def log(stack) -> str:
    return (Path(stack.log_dir) / "postgres.log").read_text(encoding="utf-8")


def requests_by_source(stack) -> dict[str, int]:
    text = (Path(stack.log_dir) / "nginx.log").read_text(encoding="utf-8")
    counts: dict[str, int] = {}
    for match in re.finditer(r'(?m)^(\S+) - - \[[^]]+\] "', text):
        counts[match[1]] = counts.get(match[1], 0) + 1
    return counts


@dataclass(frozen=True)
class Watched:
    """A whole audit, and what the servers saw of it."""

    run: Run
    before: str
    after: str
    log: str
    requests: dict[str, int]
    """How many came, by the address that they came from."""


@pytest.fixture(scope="module")
def watched(hardened, tmp_path_factory) -> Watched:
    folder = tmp_path_factory.mktemp("watched")
    with psycopg.connect(hardened.superuser_dsn, autocommit=True) as connection:
        connection.execute("alter role auditor set log_statement = 'all'")
        connection.execute("alter role app set log_statement = 'all'")
        try:
            before, start, earlier = state(hardened), len(log(hardened)), requests_by_source(hardened)
            run = run_with(hardened, folder, source_address='source_address = "127.0.9.9"')
            after, later = state(hardened), requests_by_source(hardened)
        finally:
            connection.execute("alter role auditor reset log_statement")
            connection.execute("alter role app reset log_statement")
    new = {k: v - earlier.get(k, 0) for k, v in later.items() if v != earlier.get(k, 0)}
    return Watched(run, before, after, log(hardened)[start:], new)


def test_an_audit_leaves_the_database_as_it_was(watched):
    assert watched.run.code == 0
    assert watched.after == watched.before


def test_every_transaction_of_the_audit_is_read_only_and_rolled_back(watched):
    statements = re.findall(r"app=stack-audit\S* LOG:  (?:statement|execute [^:]*):\s+(\S.*)", watched.log)
    assert len(statements) > 10
    begins = [s for s in statements if s.upper().startswith(("BEGIN", "START"))]
    statements = [s for s in statements if "SAVEPOINT" not in s]  # a part that may fail, inside the transaction
    ends = [s for s in statements if s.upper().startswith(("COMMIT", "ROLLBACK", "END"))]
    assert {s.upper().rstrip("; ") for s in begins} == {"BEGIN READ ONLY"}
    assert {s.upper().rstrip("; ") for s in ends} == {"ROLLBACK"}
    assert len(begins) == len(ends)
    others = [s for s in statements if s not in begins and s not in ends]
    assert [s for s in others if not s.strip().lower().startswith(("select", "with", "show", "set local"))] == []


def test_every_request_comes_from_the_source_address_and_is_counted(watched):
    assert watched.requests == {"127.0.9.9": watched.run.report["run"]["traffic"]["requests"]}


def test_the_budget_is_never_exceeded_and_what_is_missing_is_an_error(hardened, tmp_path):
    before = requests_by_source(hardened)
    few = f"http_port = {hardened.http_port}\nmax_requests = 25"
    run = run_with(hardened, tmp_path, source_address='source_address = "127.0.9.10"', http_port=few)
    assert requests_by_source(hardened).get("127.0.9.10", 0) <= 25
    assert run.report["run"]["traffic"]["requests"] <= 25
    assert before.get("127.0.9.10", 0) == 0
    assert (run.code, run.report["verdict"]) == (3, "unproven")
    assert "the audit's budget of 25 requests is used up" in str(run.report["checks"])
