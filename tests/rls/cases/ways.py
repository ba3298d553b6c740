"""Ways around the policies: views, copies, functions, Realtime and Storage."""

from __future__ import annotations

from tests.rls.case import DENIED, anon, case, notes, owner, stranger

READ = "select * from public.notes"
OWN = "for select to authenticated using (owner = :u)"
NOTES = notes(OWN, grants="")
"""Protected, and not granted: what is read is read through something else."""

AVATARS = """
insert into storage.buckets (id, name) values ('avatars', 'avatars');
insert into storage.objects (bucket_id, name, owner_id) values ('avatars', ':B/face.png', ':B');
"""

CASES = (
    case(
        "view-of-its-owner",
        "a plain view over a protected table",
        NOTES + "create view public.all_notes as select * from public.notes;"
        "grant select on public.all_notes to anon, authenticated;",
        anon("select * from public.all_notes", 1),
        fails="RLS008 public.all_notes",
    ),
    case(
        "view-of-its-caller",
        "two views that run as their caller, one over the other",
        notes(OWN)
        + """
        create view public.inner_notes with (security_invoker = true) as select * from public.notes;
        create view public.outer_notes with (security_invoker = t) as select id, body from public.inner_notes;
        grant select on public.inner_notes, public.outer_notes to authenticated;
        """,
        stranger("select * from public.outer_notes", 0),
        owner("select * from public.outer_notes", 1),
        safe=True,
    ),
    case(
        "invoker-over-definer-in-public",
        "both views are served; the one below runs as its owner",
        NOTES
        + """
        create view public.below as select * from public.notes;
        create view public.above with (security_invoker = true) as select * from public.below;
        grant select on public.below, public.above to authenticated;
        """,
        stranger("select * from public.above", 1),
        stranger("select * from public.below", 1),
        fails="""
            RLS008 public.above
            RLS008 public.below
        """,
    ),
    case(
        "definer-over-invoker",
        "the view below runs as its caller, who is the user even when the view above runs as its owner",
        notes(OWN)
        + """
        create view public.below with (security_invoker = true) as select * from public.notes;
        create view public.above as select * from public.below;
        grant select on public.above to anon, authenticated;
        """,
        anon("select * from public.above", DENIED),
        stranger("select * from public.above", 0),
        owner("select * from public.above", 1),
        safe=True,
        notes="CREATE VIEW: a security invoker view checks the current user, whatever view it is read through",
    ),
    case(
        "view-that-names-the-caller",
        "auth.uid() is a column of the view and no condition",
        NOTES
        + "create view public.all_notes as select id, body, auth.uid() as me from public.notes;"
        + "grant select on public.all_notes to authenticated;",
        stranger("select * from public.all_notes", 1),
        fails="RLS008 public.all_notes",
    ),
    case(
        "view-that-names-the-caller-empty",
        "the same over an empty table: that a stranger reads nothing proves nothing",
        notes(OWN, grants="", rows=False)
        + "create view public.all_notes as select id, body, auth.uid() as me from public.notes;"
        + "grant select on public.all_notes to authenticated;",
        stranger("select * from public.all_notes", 0),
        stranger("select * from public.all_notes", 1, given="insert into public.notes (owner) values (':B')"),
        errors="RLS008 public.all_notes",
        also="RLS008 public.all_notes",
        notes="to fail is right, and so is to say that it cannot be told",
    ),
    case(
        "view-of-a-bound-owner",
        "the view's owner is bound by the same policies, which look at the token",
        notes("using (owner = :u)", grants="")
        + """
        create role reporter;
        grant usage on schema auth to reporter;
        grant select on public.notes to reporter;
        create view public.own_notes as select id, body from public.notes;
        alter view public.own_notes owner to reporter;
        grant select on public.own_notes to authenticated;
        """,
        stranger("select * from public.own_notes", 0),
        owner("select * from public.own_notes", 1),
        safe=True,
        undo="drop role reporter;",
        notes="a view that runs as its owner is a way around RLS when its owner is exempt, not before",
    ),
    case(
        "view-not-granted",
        "a view that runs as its owner and nobody may read",
        NOTES + "create view public.all_notes as select * from public.notes;",
        stranger("select * from public.all_notes", DENIED),
        safe=True,
    ),
    case(
        "view-over-declared-public",
        "a view that runs as its owner over a table that the checklist declares public",
        """
        create table public.countries (code text primary key);
        insert into public.countries values ('FR');
        grant select on public.countries to anon;
        create view public.european as select code from public.countries;
        grant select on public.european to anon;
        """,
        anon("select * from public.european", 1),
        safe=True,
        public=("public.countries",),
    ),
    case(
        "auth-users-one-hop",
        "auth.users through a view",
        "create view public.people as select id, email from auth.users;grant select on public.people to authenticated;",
        stranger("select email from public.people", 2),
        fails="RLS009 public.people",
        also="RLS008 public.people",
    ),
    case(
        "auth-users-copied",
        "auth.users in a materialized view",
        "create materialized view public.people as select id, email from auth.users;"
        "grant select on public.people to anon;",
        anon("select email from public.people", 2),
        fails="RLS009 public.people",
        also="RLS010 public.people",
    ),
    case(
        "auth-users-oneself",
        "everyone sees their own entry of auth.users",
        "create view public.me as select id, email from auth.users where id = (select auth.uid());"
        "grant select on public.me to authenticated;",
        stranger("select * from public.me where id <> ':A'", 0),
        stranger("select * from public.me", 1),
        safe=True,
    ),
    case(
        "materialized-public",
        "a materialized view over a table without RLS that is declared public",
        """
        create table public.countries (code text primary key);
        insert into public.countries values ('FR');
        grant select on public.countries to anon;
        create materialized view public.country_count as select count(*) as n from public.countries;
        grant select on public.country_count to anon;
        """,
        anon("select * from public.country_count", 1),
        safe=True,
        public=("public.countries",),
    ),
    case(
        "materialized-through-a-view",
        "the copy stands in a schema that is not served; a view that is leads to it",
        NOTES
        + """
        create schema core;
        grant usage on schema core to anon;
        create materialized view core.digest as select id, owner from public.notes;
        create view public.digest with (security_invoker = true) as select * from core.digest;
        grant select on core.digest, public.digest to anon;
        """,
        anon("select * from public.digest", 1),
        fails="RLS008 public.digest | RLS010 core.digest | RLS010 public.digest",
    ),
    case(
        "foreign-table",
        "a foreign table has no RLS",
        """
        create extension file_fdw schema extensions;
        create server disk foreign data wrapper file_fdw;
        create foreign table public.remote (line text) server disk options (filename '/dev/null', format 'text');
        grant select on public.remote to anon;
        """,
        anon("select * from public.remote", 0),
        fails="RLS010 public.remote",
    ),
    case(
        "definer-as-rpc",
        "a function that runs as its owner, callable by everyone, asks nobody",
        NOTES
        + """
        create function public.everything() returns setof public.notes stable language sql security definer
            set search_path = '' as 'select * from public.notes';
        """,
        anon("select * from public.everything()", 1),
        fails="RLS011 public.everything()",
    ),
    case(
        "definer-behind-a-plpgsql-wrapper",
        "the wrapper is PL/pgSQL, of which the catalogs know no dependency",
        NOTES
        + """
        create schema core;
        grant usage on schema core to authenticated;
        create function core.newest_notes(n int) returns setof public.notes stable language sql security definer
            set search_path = '' as 'select * from public.notes limit n';
        create function public.newest(n int) returns setof public.notes stable language plpgsql as
            $$ begin return query select * from core.newest_notes(n); end $$;
        """,
        stranger("select * from public.newest(5)", 1),
        fails="RLS011 core.newest_notes(n integer)",
    ),
    case(
        "definer-in-a-view",
        "a view that runs as its caller calls a function that does not",
        NOTES
        + """
        create schema core;
        grant usage on schema core to authenticated;
        create function core.every_note() returns setof public.notes stable language sql security definer
            set search_path = '' as 'select * from public.notes';
        create view public.newest with (security_invoker = true) as select * from core.every_note();
        grant select on public.newest to authenticated;
        """,
        stranger("select * from public.newest", 1),
        fails="RLS011 core.every_note() | RLS008 public.newest",
    ),
    case(
        "definer-that-asks",
        "a function that runs as its owner and filters by the caller",
        NOTES
        + """
        create function public.mine() returns setof public.notes stable language sql security definer
            set search_path = '' as 'select * from public.notes where owner = auth.uid()';
        """,
        stranger("select * from public.mine()", 0),
        owner("select * from public.mine()", 1),
        safe=True,
    ),
    case(
        "definer-not-executable",
        "a function that runs as its owner, and API roles may not execute",
        NOTES
        + """
        create function public.everything() returns setof public.notes stable language sql security definer
            set search_path = '' as 'select * from public.notes';
        revoke execute on function public.everything() from public;
        """,
        stranger("select * from public.everything()", DENIED),
        safe=True,
    ),
    case(
        "definer-trigger",
        "a trigger function runs as its owner: nobody can call it",
        notes(OWN, "for insert to authenticated with check (owner = :u)", grants="select, insert")
        + """
        create function public.stamp() returns trigger language plpgsql security definer set search_path = ''
            as 'begin new.body := upper(new.body); return new; end';
        create trigger stamp before insert on public.notes for each row execute function public.stamp();
        """,
        stranger("select public.stamp()", "0A000"),
        stranger("insert into public.notes (owner, body) values (':A', 'x')", 1),
        safe=True,
    ),
    case(
        "definer-search-path",
        "a guarded function that takes the search_path of its caller",
        NOTES
        + """
        create function public.mine(after bigint, word text) returns setof public.notes stable language sql
            security definer as 'select * from public.notes where owner = auth.uid() and id > after and body = word';
        """,
        stranger("select * from public.mine(0, 'of B')", 0),
        safe=True,
        fails="RLS012 public.mine(after bigint, word text)",
    ),
    case(
        "realtime-with-rls",
        "Realtime publishes a protected table",
        notes(OWN) + "create publication supabase_realtime for table public.notes;",
        stranger(READ, 0),
        safe=True,
    ),
    case(
        "realtime-everything",
        "Realtime publishes all tables, and one has no RLS",
        NOTES
        + "create table public.scores (id bigint primary key); create publication supabase_realtime for all tables;",
        anon("select * from public.scores", DENIED),
        safe=True,
        fails="RLS017 public.scores",
    ),
    case(
        "storage-own-folder",
        "files by folder, and the folder is the user's",
        AVATARS
        + """
        create policy own on storage.objects for all to authenticated
            using (bucket_id = 'avatars' and (storage.foldername(name))[1] = (select auth.uid())::text);
        """,
        stranger("select * from storage.objects", 0),
        owner("select * from storage.objects", 1),
        stranger("insert into storage.objects (bucket_id, name) values ('avatars', ':B/x.png')", DENIED),
        stranger("insert into storage.objects (bucket_id, name) values ('avatars', ':A/x.png')", 1),
        safe=True,
    ),
    case(
        "storage-any-user-deletes",
        "to be signed in is enough to delete the files of others",
        AVATARS
        + """
        create policy own on storage.objects for select to authenticated using (owner_id = (select auth.uid())::text);
        create policy tidy on storage.objects for delete to authenticated using (bucket_id = 'avatars');
        """,
        stranger("select * from storage.objects", 0),
        stranger("delete from storage.objects", 1),
        fails="RLS018 storage.objects",
    ),
    case(
        "storage-any-folder",
        "the folder is looked at, and compared with itself",
        AVATARS
        + """
        create policy own on storage.objects for select to authenticated
            using (bucket_id = 'avatars' and (storage.foldername(name))[1] = (storage.foldername(name))[1]);
        """,
        stranger("select * from storage.objects", 1),
        fails="RLS018 storage.objects",
    ),
    case(
        "buckets-out-of-sight",
        "a public bucket, and RLS hides it from the audit's role",
        "insert into storage.buckets (id, name, public) values ('invoices', 'invoices', true);",
        anon("select * from storage.buckets", 0),
        errors="RLS019 *",
        notes="without row_security = off the audit's query returns no row, which is not the same as no bucket",
    ),
    case(
        "view-to-delete-through",
        "a view that runs as its owner, which anon may not read and may delete from",
        NOTES + "create view public.all_notes as select * from public.notes; grant delete on public.all_notes to anon;",
        anon("select * from public.all_notes", DENIED),
        anon("delete from public.all_notes", 1),
        fails="RLS008 public.all_notes",
    ),
    case(
        "view-with-a-column-grant",
        "a view that runs as its owner, of which anon may read one column",
        NOTES
        + "create view public.all_notes as select * from public.notes;"
        + "grant select (body) on public.all_notes to anon;",
        anon("select body from public.all_notes", 1),
        fails="RLS008 public.all_notes",
    ),
    case(
        "view-that-says-off",
        "security_invoker is written down, as off",
        NOTES
        + "create view public.all_notes with (security_invoker = off, security_barrier = true) as"
        + " select * from public.notes; grant select on public.all_notes to anon;",
        anon("select body from public.all_notes", 1),
        fails="RLS008 public.all_notes",
    ),
    case(
        "storage-own-files",
        "files by their owner",
        AVATARS
        + """
        create policy own on storage.objects for all to authenticated
            using (owner_id = (select auth.uid())::text) with check (owner_id = (select auth.uid())::text);
        """,
        stranger("select * from storage.objects", 0),
        stranger("delete from storage.objects", 0),
        owner("select * from storage.objects", 1),
        safe=True,
    ),
)
