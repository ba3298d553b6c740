"""The harness itself: that it would see a write that was rolled back, and a function that runs."""

from __future__ import annotations

import psycopg
import pytest

from .case import case, stranger
from .cases.untried import CANARY
from .servers import VERSIONS

SAMPLE = case("harness", "a table and a sequence", f"{CANARY}create table public.t (id int); create sequence public.s;")


@pytest.fixture
def database(request, servers):
    with servers(request.param).database(SAMPLE) as database:
        yield database


def pytest_generate_tests(metafunc):
    if "database" in metafunc.fixturenames:
        marks = {v: [pytest.mark.lab, pytest.mark.xdist_group(f"rls{v}")] for v in VERSIONS}
        parameters = [pytest.param(v, id=f"pg{v}", marks=marks[v]) for v in VERSIONS]
        metafunc.parametrize("database", parameters, indirect=True)


@pytest.mark.parametrize(
    ("statement", "trace"),
    [
        ("insert into public.t values (1)", "tuples"),
        ("create temp table x (id int)", "transactions"),
        ("select nextval('public.s')", "sequences"),
        ("select lo_create(0)", "transactions"),
        ("select * from public.t for update", "transactions"),
    ],
)
def test_a_write_that_was_rolled_back_leaves_a_trace(database, statement, trace):
    database.run("insert into public.t values (0)")
    before = database.traces()
    if trace not in before:
        pytest.skip("this server's statistics come when they come")
    with psycopg.connect(database.url("app").replace("app:", "superuser:")) as connection:
        connection.execute(statement)
        connection.rollback()
    after = database.traces()
    assert trace in {name for name in before if before[name] != after[name]}


def test_looking_leaves_no_trace(database):
    before = database.traces()
    database.run("explain update public.t set id = 2")
    database.run("select count(*) from public.t")
    assert database.traces() == before


def test_a_function_that_runs_is_heard(database):
    before = database.songs()
    assert database.outcome(stranger("select core.sing()", 1)) == 1
    assert database.songs() == before + 1
