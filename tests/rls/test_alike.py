"""Tables by the thousand are looked at together: each policy still says what PostgreSQL says of its own table."""

from __future__ import annotations

import asyncio
from collections import Counter

import psycopg
import pytest

from auditor.checklist.model import Environment
from auditor.facts.catalog import Catalog
from auditor.facts.policy import RlsPolicy
from auditor.probes import catalog as probe
from auditor.probes.capabilities import open_databases
from auditor.probes.catalog_rows import LOCKED
from auditor.probes.net.dial import Dialer
from auditor.probes.net.traffic import Traffic
from auditor.redact import Secret

from .case import case
from .servers import VERSIONS

COLUMNS = "id bigint, owner uuid, state text default 'new', day date generated always as (date '2026-01-01') stored"
EXPRESSIONS = {
    "plain": "owner = (select auth.uid())",
    "state": "state = any (array['a', 'b']) and tableoid is not null",
    "taken": "public.takes({table})",
    "whole": "{table} is not null",
    "scalar": "(select owner is not null)",
    "nested": "(select (select {table}.owner is null))",
    "same": "exists (select 1 from public.b x where x.owner = {table}.owner)",
    "shadowed": "exists (select 1 from public.b where b.state = 'a')",
    "itself": "exists (select 1 from public.{table} y where y.id <> {table}.id)",
}
"""Kinds of expression: some name the table when they are spelled out, some do not."""


def _policies(table):
    return "".join(
        f"create policy {name} on public.{table} for all using ({text}) with check ({text});\n".format(table=table)
        for name, text in EXPRESSIONS.items()
    )


TABLES = ("a", "b", '"C d"', "x", "y", "renamed", "moved")
SAMPLE = case(
    "alike",
    "tables that are alike, and some that only look so",
    "create function public.takes(anyelement) returns boolean stable language sql as 'select true';\n"
    + "\n".join(f"create table public.{name} ({COLUMNS});" for name in TABLES if name != "moved")
    # the same columns by other numbers
    + f"create table public.moved (gone int, {COLUMNS}); alter table public.moved drop column gone;"
    + "".join(map(_policies, TABLES))
    # the same numbers by other names: the stored expressions stay as they were
    + "alter table public.renamed rename column owner to holder;"
    + "alter table public.renamed rename column state to mood;"
    + "alter policy plain on public.y using (owner <> auth.uid());",
)
TRUTH = """
select c.relname::text, p.polname::text, pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid),
       (select coalesce(array_agg(distinct a.attname::text order by a.attname::text), '{}')
        from pg_depend d join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
        where d.classid = 'pg_policy'::regclass and d.objid = p.oid and d.refclassid = 'pg_class'::regclass
          and d.refobjid = p.polrelid and d.refobjsubid > 0)
from pg_policy p join pg_class c on c.oid = p.polrelid where c.relnamespace = 'public'::regnamespace
"""


def _catalog(database) -> Catalog:
    environment = Environment("test", database=Secret(database.url("app"), "database"))
    traffic = Traffic(environment.network.max_requests)
    databases = open_databases(environment, Dialer({}, "", 8, traffic), traffic)
    found = asyncio.run(probe.catalog(databases, RlsPolicy(exposed_schemas=("public",))))
    assert isinstance(found, Catalog)
    return found


@pytest.mark.parametrize(
    "version",
    [pytest.param(v, id=f"pg{v}", marks=[pytest.mark.lab, pytest.mark.xdist_group(f"rls{v}")]) for v in VERSIONS],
)
def test_policies_of_tables_that_are_alike(servers, version):
    with servers(version).database(SAMPLE) as database:
        with psycopg.connect(database.url("superuser"), options="-c search_path=") as connection:
            rows = connection.execute(TRUTH.replace("'public'::", "'public'::pg_catalog.")).fetchall()
        found = _catalog(database)
        said = sorted(
            (policy.table.removeprefix("public.").strip('"'), policy.name, policy.using, policy.check, policy.columns)
            for policy in found.policies
            if policy.table.startswith("public.")
        )
        assert said == sorted((*row[:4], tuple(row[4])) for row in rows)
        assert len(said) == len(TABLES) * len(EXPRESSIONS)
        texts = Counter(policy.using for policy in found.policies if policy.name == "nested")
        assert max(texts.values()) == 1


@pytest.mark.lab
@pytest.mark.xdist_group("rls18")
def test_a_table_that_another_session_holds_is_told_apart_from_those_like_it(servers):
    with servers(18).database(SAMPLE) as database, psycopg.connect(database.url("superuser")) as connection:
        connection.execute("lock table public.a in access exclusive mode")
        found = {policy.table: policy for policy in _catalog(database).policies if policy.name == "plain"}
        assert found["public.a"].risk == LOCKED
        assert found["public.x"].using == "(owner = ( SELECT auth.uid() AS uid))"
