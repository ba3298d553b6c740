"""What PostgreSQL plans to write, and to hide, on real servers: nothing is run."""

from __future__ import annotations

import pytest

from auditor.facts.row_trials import RowTrials, Write
from auditor.model import Confidence

from .audit import audit
from .case import case
from .servers import VERSIONS

SAMPLE = case(
    "planned-writes",
    "every way to write, and tables that show nothing",
    """
    create table public.all_ways (id bigint generated always as identity, "Odd name" text not null, fixed int
        generated always as (1) stored);
    grant insert, update, delete on public.all_ways to anon;
    create table public.one_column (id bigint, note text not null);
    grant update (note) on public.one_column to authenticated;
    create table public.identity_only (id bigint generated always as identity);
    grant update on public.identity_only to anon;
    create domain public.word as text not null;
    create table public.domains (word public.word);
    grant update on public.domains to anon;
    create table public.parts (id bigint) partition by list (id);
    create table public.part partition of public.parts for values in (1);
    grant update on public.parts to anon;
    create view public.plain as select note, upper(note) as loud from public.one_column;
    grant update on public.plain to anon;
    create view public.counted as select count(*) as n from public.one_column;
    grant update on public.counted to anon;
    create table public.shut (id bigint);
    alter table public.shut enable row level security;
    grant select, delete on public.shut to anon;
    create table public.ajar (id bigint);
    alter table public.ajar enable row level security;
    create policy one_row on public.ajar for select to anon using (id = 1);
    grant select on public.ajar to anon;
    create table public.unread (id bigint);
    alter table public.unread enable row level security;
    grant delete on public.unread to anon;
    """,
)


@pytest.fixture
def database(request, servers):
    with servers(request.param).database(SAMPLE) as database:
        yield database


def pytest_generate_tests(metafunc):
    marks = {v: [pytest.mark.lab, pytest.mark.xdist_group(f"rls{v}")] for v in VERSIONS}
    parameters = [pytest.param(v, id=f"pg{v}", marks=marks[v]) for v in VERSIONS]
    metafunc.parametrize("database", parameters, indirect=True)


def test_what_is_planned(database):
    before = database.traces()
    verdict = audit(database)
    trials = verdict.facts[RowTrials].value
    assert isinstance(trials, RowTrials)
    assert sorted(trials.writes, key=str) == sorted(
        [
            Write("public.all_ways", "anon", "DELETE"),
            Write("public.all_ways", "anon", "INSERT"),
            Write("public.all_ways", "anon", "UPDATE"),
            Write("public.one_column", "authenticated", "UPDATE"),
            Write("public.domains", "anon", "UPDATE"),
            Write("public.parts", "anon", "UPDATE"),
            Write("public.plain", "anon", "UPDATE"),
        ],
        key=str,
    )
    assert trials.denied == ("public.shut",)
    (found,) = verdict.findings("RLS001", "public.shut")
    assert (found.message, found.confidence) == (
        "row level security is on, and without a policy nobody sees a row",
        Confidence.PROVEN,
    )
    assert database.traces() == before
