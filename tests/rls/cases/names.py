"""Names and types that break what is put together carelessly, and the schemas that are served."""

from __future__ import annotations

from auditor.facts.database import quoted
from tests.rls.case import DENIED, anon, case, owner, serve, stranger

LONG = "t" + "é" * 31
"""63 bytes: the longest name that PostgreSQL takes."""
ODD = (
    "a.b", 'say "hi"',
    "été ☃", "MixedCase", LONG, "percent%s", "semi;colon", "it's", "back\\slash", "order", "user", " "
)  # fmt: skip
"""Table names."""


def identifier(name: str) -> str:
    """Always in quotes."""
    return '"' + name.replace('"', '""') + '"'


def odd(template: str) -> str:
    """One statement for each odd name, as ``{t}``."""
    return "\n".join(template.replace("{t}", f"public.{identifier(name)}") for name in ODD)


def each(check: str) -> str:
    """A finding for each odd name."""
    return "\n".join(f"{check} public.{quoted(name)}" for name in ODD)


ODD_TABLE = """
create table {t} (id bigint primary key, owner uuid not null, {t} text);
create index on {t} (owner);
alter table {t} enable row level security;
insert into {t} (id, owner) values (1, ':B');
grant select, update on {t} to authenticated;
"""

OPEN = """
create table public.open (id bigint);
insert into public.open values (1);
grant select on public.open to anon;
"""

CASES = (
    case(
        "odd-names-without-rls",
        "names with dots, quotes, spaces, accents and 63 bytes; RLS off",
        odd("create table {t} (id bigint); insert into {t} values (1); grant select on {t} to anon;"),
        *(anon(f"select * from public.{identifier(name)}", 1) for name in ODD),
        fails=each("RLS001"),
    ),
    case(
        "odd-names-open",
        "the same names; owner = owner",
        odd(
            ODD_TABLE.replace(", {t} text", "")
            + "create policy {t} on {t} for select to authenticated using (owner = owner);"
        ).replace("create policy public.", "create policy "),
        *(stranger(f"select * from public.{identifier(name)}", 1) for name in ODD),
        fails=each("RLS003"),
        also=each("RLS002"),
    ),
    case(
        "odd-names-closed",
        "the same names; own rows",
        odd(
            ODD_TABLE.replace(", {t} text", "") + "create policy {t} on {t} to authenticated using (owner = :u);"
        ).replace("create policy public.", "create policy "),
        *(stranger(f"select * from public.{identifier(name)}", 0) for name in ODD),
        safe=True,
    ),
    case(
        "odd-columns",
        "columns named like their table, like keywords, and with quotes",
        '''
        create table public.note ("note" uuid not null, "select" text, "a.b" text, "say ""hi""" text, "user" text);
        create index on public.note (note);
        insert into public.note values (':B');
        alter table public.note enable row level security;
        create policy "it's ""mine"" %s" on public.note for select to authenticated using (
            note = :u or "select" = :u::text or "a.b" = :u::text or "say ""hi""" = :u::text or "user" = :u::text);
        create index on public.note ("select");
        create index on public.note ("a.b");
        create index on public.note ("say ""hi""");
        create index on public.note ("user");
        grant select on public.note to authenticated;
        ''',
        stranger("select * from public.note", 0),
        owner("select * from public.note", 1),
        safe=True,
    ),
    case(
        "column-named-like-its-table",
        "the column, the table and the policy have one name, and a sub-query reads all of them",
        """
        create table public.friend (friend uuid, person uuid, primary key (person, friend));
        create index on public.friend (friend);
        alter table public.friend enable row level security;
        create policy friend on public.friend for select to authenticated using (person = :u);
        grant select on public.friend to authenticated;
        create table public.post (post uuid not null, body text);
        create index on public.post (post);
        insert into public.post values (':B', 'of B');
        alter table public.post enable row level security;
        create policy post on public.post for select to authenticated using (
            post.post = :u or exists
            (select 1 from public.friend where friend.friend = post.post and friend.person = :u));
        grant select on public.post to authenticated;
        """,
        stranger("select * from public.post", 0),
        owner("select * from public.post", 1),
        stranger("select * from public.post", 1, given="insert into public.friend values (':B', ':A')"),
        safe=True,
    ),
    case(
        "same-name-in-two-schemas",
        "the policy of public.users reads core.users",
        """
        create schema core;
        grant usage on schema core to authenticated;
        create table core.users (id uuid primary key, boss uuid);
        grant select on core.users to authenticated;
        insert into core.users values (':B', ':B'), (':A', ':A');
        create table public.users (id uuid primary key, salary int);
        insert into public.users values (':B', 1);
        alter table public.users enable row level security;
        create policy boss on public.users for select to authenticated using
            (exists (select 1 from core.users u where u.id = users.id and u.boss = :u));
        grant select on public.users to authenticated;
        """,
        stranger("select * from public.users", 0),
        owner("select * from public.users", 1),
        safe=True,
    ),
    case(
        "generated-column-open",
        "a generated column, compared with itself",
        """
        create table public.notes (
            id bigint primary key, owner uuid not null, owner_text text generated always as (owner::text) stored
        );
        create index on public.notes (owner_text);
        insert into public.notes values (1, ':B');
        alter table public.notes enable row level security;
        create policy own on public.notes for select to authenticated using (owner_text = owner_text);
        grant select on public.notes to authenticated;
        """,
        stranger("select * from public.notes", 1),
        fails="RLS003 public.notes",
        also="RLS002 public.notes",
    ),
    case(
        "generated-column",
        "a generated column, compared with the caller",
        """
        create table public.notes (
            id bigint primary key, owner uuid not null, owner_text text generated always as (owner::text) stored
        );
        create index on public.notes (owner_text);
        insert into public.notes values (1, ':B');
        alter table public.notes enable row level security;
        create policy own on public.notes for select to authenticated using (owner_text = :u::text);
        grant select on public.notes to authenticated;
        """,
        stranger("select * from public.notes", 0),
        owner("select * from public.notes", 1),
        safe=True,
    ),
    case(
        "domain-columns-open",
        "domains that refuse null, and a column compared with itself",
        """
        create domain public.person as uuid not null;
        create domain public.slug as text not null check (value ~ '^[a-z]+$');
        create table public.pages (slug public.slug primary key, owner public.person, title public.slug);
        create index on public.pages (owner);
        insert into public.pages values ('home', ':B', 'home');
        alter table public.pages enable row level security;
        create policy own on public.pages for select to authenticated using (owner = owner);
        grant select on public.pages to authenticated;
        """,
        stranger("select * from public.pages", 1),
        fails="RLS003 public.pages",
        also="RLS002 public.pages",
        notes="a synthetic row with nulls in it is refused by the domains",
    ),
    case(
        "domain-columns",
        "domains that refuse null, and own rows",
        """
        create domain public.person as uuid not null;
        create domain public.slug as text not null check (value ~ '^[a-z]+$');
        create table public.pages (slug public.slug primary key, owner public.person, title public.slug);
        create index on public.pages (owner);
        insert into public.pages values ('home', ':B', 'home');
        alter table public.pages enable row level security;
        create policy own on public.pages for select to authenticated using (owner = :u);
        grant select on public.pages to authenticated;
        """,
        stranger("select * from public.pages", 0),
        owner("select * from public.pages", 1),
        safe=True,
    ),
    case(
        "two-served-schemas",
        "the list of served schemas has spaces, and holds a second one",
        serve("public,  api ,graphql_public")
        + """
        create schema api;
        create schema graphql_public;
        grant usage on schema api to anon;
        create table api.open (id bigint);
        insert into api.open values (1);
        grant select on api.open to anon;
        """,
        anon("select * from api.open", 1),
        fails="RLS001 api.open",
    ),
    case(
        "not-served",
        "RLS is off and everything is granted, in a schema that the API does not serve",
        """
        create schema internal;
        grant usage on schema internal to anon, authenticated;
        create table internal.jobs (id bigint);
        insert into internal.jobs values (1);
        grant select on internal.jobs to anon, authenticated;
        """,
        anon("select * from internal.jobs", 1),
        safe=True,
        notes="PostgREST serves public alone",
    ),
    case(
        "data-api-off",
        "Supabase's Data API is switched off: nothing is served",
        serve("pg_pgrst_no_exposed_schemas")
        + "create table public.open (id bigint); grant select on public.open to anon, authenticated;",
        anon("select * from public.open", 0),
        safe=True,
        notes="Supabase writes this name when the Data API is off; it is no schema",
    ),
    case(
        "served-schema-missing",
        "a served schema that does not exist: what it was meant to be is not looked at",
        serve("public, apii") + OPEN,
        anon("select * from public.open", 1),
        fails="RLS001 public.open",
        errors="RLS001 schema apii",
    ),
    case(
        "nobody-says-what-is-served",
        "neither PostgREST's setting nor the checklist names a schema",
        "alter role authenticator reset pgrst.db_schemas;" + OPEN,
        anon("select * from public.open", 1),
        errors="""
            RLS001 *
            RLS002 *
            RLS003 *
            RLS004 *
            RLS008 *
        """,
        undo="alter role authenticator set pgrst.db_schemas = 'public';",
    ),
    case(
        "the-checklist-says-what-is-served",
        "PostgREST's setting is not there, and the checklist names the schema",
        "alter role authenticator reset pgrst.db_schemas;" + OPEN,
        anon("select * from public.open", 1),
        fails="RLS001 public.open",
        exposed=("public",),
        undo="alter role authenticator set pgrst.db_schemas = 'public';",
    ),
    case(
        "extension-table",
        "a table of an extension, like PostGIS' spatial_ref_sys: RLS cannot be turned on by the team",
        """
        create extension hstore schema public;
        create table public.spatial_ref_sys (srid int primary key);
        insert into public.spatial_ref_sys values (4326);
        alter extension hstore add table public.spatial_ref_sys;
        grant select on public.spatial_ref_sys to anon, authenticated;
        """,
        anon("select * from public.spatial_ref_sys", 1),
        safe=True,
        notes="reference data, read-only: information, with the advice to move the extension",
    ),
    case(
        "extension-table-writable",
        "a table of an extension that anon may write",
        """
        create extension hstore schema public;
        create table public.spatial_ref_sys (srid int primary key);
        insert into public.spatial_ref_sys values (4326);
        alter extension hstore add table public.spatial_ref_sys;
        grant select, insert, update, delete on public.spatial_ref_sys to anon;
        """,
        anon("delete from public.spatial_ref_sys", 1),
        fails="RLS001 public.spatial_ref_sys",
    ),
    case("nothing", "an empty database", "select 1;", safe=True),
    case(
        "foreign-keys",
        "foreign keys with an index, without, and with one that begins with another column",
        """
        create table public.parents (tenant int, id int, primary key (tenant, id));
        create table public.indexed (tenant int, parent int, foreign key (tenant, parent) references public.parents);
        create index on public.indexed (tenant, parent);
        create table public.bare (tenant int, parent int, foreign key (tenant, parent) references public.parents);
        create table public.elsewhere (tenant int, parent int, foreign key (tenant, parent) references public.parents);
        create index on public.elsewhere (parent);
        create table public.partial (tenant int, parent int, foreign key (tenant, parent) references public.parents);
        create index on public.partial (tenant, parent) where tenant > 5;
        """,
        stranger("select * from public.bare", DENIED),
        safe=True,
        fails="""
            RLS025 public.bare
            RLS025 public.elsewhere
            RLS025 public.partial
        """,
    ),
    case(
        "policy-column-without-index",
        "the column that the policy compares has no index",
        """
        create table public.events (id bigint primary key, owner uuid not null, body text);
        insert into public.events select n, ':B', 'x' from generate_series(1, 20000) n;
        alter table public.events enable row level security;
        create policy own on public.events for select to authenticated using (owner = :u);
        grant select on public.events to authenticated;
        analyze public.events;
        """,
        stranger("select * from public.events", 0),
        safe=True,
        fails="RLS024 public.events",
    ),
    case(
        "partitions-unreachable",
        "the root is protected, its leaves are not, and nobody has a grant on them",
        """
        create table public.ledger (id bigint, owner uuid) partition by range (id);
        create table public.ledger_1 partition of public.ledger for values from (0) to (1000);
        create index on public.ledger (owner);
        alter table public.ledger enable row level security;
        create policy own on public.ledger for select to authenticated using (owner = :u);
        insert into public.ledger values (1, ':B');
        grant select on public.ledger to authenticated;
        """,
        stranger("select * from public.ledger", 0),
        stranger("select * from public.ledger_1", DENIED),
        owner("select * from public.ledger", 1),
        safe=True,
    ),
    case(
        "partition-with-a-policy-of-its-own",
        "a leaf that is granted has RLS, and a policy that lets all through",
        """
        create table public.ledger (id bigint, owner uuid) partition by range (id);
        create table public.ledger_1 partition of public.ledger for values from (0) to (1000);
        create index on public.ledger (owner);
        alter table public.ledger enable row level security;
        alter table public.ledger_1 enable row level security;
        create policy own on public.ledger for select to authenticated using (owner = :u);
        create policy own on public.ledger_1 for select to authenticated using (owner = owner);
        insert into public.ledger values (1, ':B');
        grant select on public.ledger, public.ledger_1 to authenticated;
        """,
        stranger("select * from public.ledger", 0),
        stranger("select * from public.ledger_1", 1),
        fails="RLS003 public.ledger_1",
        also="RLS002 public.ledger_1",
    ),
)
