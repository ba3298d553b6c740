"""Drills of databases that use more of PostgreSQL than the samples do."""

from __future__ import annotations

import pytest

from auditor.facts.restore_drill import Difference, End, TableRows
from tests.probes.restore_drill.servers import drill

pytestmark = [pytest.mark.xdist_group("drill"), pytest.mark.usefixtures("place", "one_initdb")]

MADE = """
create type mood as enum ('sad', 'ok');
create type address as (street text, moods mood[]);
create type span as range (subtype = timestamptz);
create domain positive as int default 5 check (value > 0);
create table events (id bigint generated always as identity,
    at timestamp default '2026-01-01 10:00', created_at timestamp,
    kept interval default '1 day 02:03:04', "select" text, one address,
    check (at > '2020-01-01 00:00:00+00'::timestamptz), check (kept < '3 days 4 hours'));
insert into events (created_at) select timestamp '2026-01-01' + n * interval '1 minute' from generate_series(1, 400) n;
create table logs (at timestamptz) partition by range (at);
create table logs_1 partition of logs for values from ('2025-01-01 00:00+00') to ('2026-01-01 00:00+00');
create table parent (id int);
create table child () inherits (parent);
create function atomic(a int, b text default 'x') returns int language sql begin atomic select a + 1; end;
create view shown with (security_invoker = on) as select id from events;
create table ruled (id int);
create rule "none" as on delete to ruled do instead nothing;
grant select, insert on events to app;
revoke execute on function atomic from public;
grant usage on schema public to auditor;
select lo_from_bytea(0, 'x') from generate_series(1, 20);
comment on database {name} is 'two

lines';
alter database {name} set timezone = 'America/New_York';
alter database {name} set intervalstyle = 'iso_8601';
alter database {name} set datestyle = 'German';
alter database {name} set bytea_output = 'escape';
alter database {name} set quote_all_identifiers = on;
"""
CHANGED = """
create or replace function atomic(a int, b text default 'y') returns int language sql begin atomic select a + 2; end;
alter view shown reset (security_invoker);
drop rule "none" on ruled;
alter table logs detach partition logs_1;
alter table child no inherit parent;
alter type address add attribute zip int;
alter domain positive drop constraint positive_check;
alter table ruled set unlogged;
"""
LARGE = "pg_catalog.pg_largeobject_metadata"


@pytest.fixture(scope="module")
def rich(live):
    """Another database of the live server."""
    live.run("create database richer", "postgres")
    live.run(MADE.format(name="richer"), "richer")
    yield live
    live.run("drop database richer (force)", "postgres")


def dumped(live, file, *options):
    live.program("pg_dump", f"--file={file}", *options, "richer")
    return file


@pytest.mark.parametrize("options", [("-Fc",), ("--create",), ("--create", "--clean", "--if-exists", "--inserts")])
def test_the_same(rich, tmp_path, options):
    [found] = drill(dumped(rich, tmp_path / "rich", *options), live=rich, database="richer").drills
    assert (found.end, found.troubles, found.skipped, found.differences) == (End.RESTORED, (), (), ())
    assert [(one.table, one.restored, one.live) for one in found.rows if one.restored] == [
        (LARGE, 20, 20),
        ("public.events", 400, 400),
    ]


def test_a_whole_cluster(rich, tmp_path):
    (tmp_path / "all").write_bytes(rich.program("pg_dumpall").stdout)
    [found] = drill(tmp_path / "all", live=rich, database="richer").drills
    assert (found.database, found.end, found.troubles, found.differences) == ("richer", End.RESTORED, (), ())


def test_without_large_objects(rich, tmp_path):
    [found] = drill(dumped(rich, tmp_path / "rich", "-Fc", "--no-large-objects"), live=rich, database="richer").drills
    assert [one for one in found.rows if one.table == LARGE] == [TableRows(LARGE, 0, 20)]


def test_without_privileges(rich, tmp_path):
    [found] = drill(dumped(rich, tmp_path / "rich", "-Fc", "--no-privileges"), live=rich, database="richer").drills
    assert found.differences == (
        Difference("privileges", "public", "auditor=USAGE, public=USAGE", "public=USAGE"),
        Difference("privileges", "public.atomic(a integer, b text)", "missing", "public=EXECUTE"),
        Difference("privileges", "public.events", "app=INSERT, app=SELECT", "missing"),
    )


def test_what_has_changed_since(rich, tmp_path):
    file = dumped(rich, tmp_path / "rich", "-Fc")
    rich.run(CHANGED, "richer")
    [found] = drill(file, live=rich, database="richer").drills
    differs = {(one.kind, one.name): (one.live, one.restored) for one in found.differences}
    assert differs == {
        ("argument defaults", "public.atomic(a integer, b text)"): ("differs", "differs"),
        ("body", "public.atomic(a integer, b text)"): ("differs", "differs"),
        ("domain constraint", "public.positive positive_check"): ("missing", "there"),
        ("parents", "public.child"): ("missing", "there"),
        ("parents", "public.logs_1"): ("missing", "there"),
        ("rule", 'public.ruled "none"'): ("missing", "there"),
        ("table", "public.ruled"): ("unlogged", "there"),
        ("type", "public.address"): (
            "street text, moods public.mood[], zip integer",
            "street text, moods public.mood[]",
        ),
        ("view options", "public.shown"): ("missing", "security_invoker=on"),
    }
    assert all(isinstance(one, Difference) and not one.doubt for one in found.differences)
