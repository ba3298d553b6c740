"""The 38 cases that other tools were measured with: mistakes that people make, and safe things that tools call one."""

from __future__ import annotations

from tests.rls.case import DENIED, RAN, anon, case, notes, owner, stranger

READ = "select * from public.notes"
OWN = "for select to authenticated using (owner = :u)"

CASES = (
    case(
        "01-partitioned-root-open",
        "RLS is on for the leaf and off for the root, which is what anon may read",
        """
        create table public.ledger (id bigint, owner uuid) partition by range (id);
        create table public.ledger_1 partition of public.ledger for values from (0) to (1000);
        alter table public.ledger_1 enable row level security;
        insert into public.ledger values (1, ':B');
        grant select on public.ledger to anon;
        """,
        anon("select * from public.ledger", 1),
        anon("select * from public.ledger_1", DENIED),
        fails="RLS001 public.ledger",
    ),
    case(
        "02-leaf-open",
        "the root is protected, its leaf is not and is granted",
        """
        create table public.ledger (id bigint, owner uuid) partition by range (id);
        create table public.ledger_1 partition of public.ledger for values from (0) to (1000);
        create index on public.ledger (owner);
        alter table public.ledger enable row level security;
        create policy own on public.ledger for select to authenticated using (owner = :u);
        insert into public.ledger values (1, ':B');
        grant select on public.ledger, public.ledger_1 to authenticated;
        """,
        stranger("select * from public.ledger", 0),
        stranger("select * from public.ledger_1", 1),
        fails="RLS001 public.ledger_1",
    ),
    case(
        "03-inheritance-child-open",
        "RLS is not inherited: the child has none",
        """
        create table public.doc (id bigint, owner uuid);
        create index on public.doc (owner);
        alter table public.doc enable row level security;
        create policy own on public.doc for select to authenticated using (owner = :u);
        create table public.doc_archive () inherits (public.doc);
        insert into public.doc_archive values (1, ':B');
        grant select on public.doc, public.doc_archive to anon, authenticated;
        """,
        stranger("select * from public.doc", 0),
        anon("select * from public.doc_archive", 1),
        fails="RLS001 public.doc_archive",
    ),
    case(
        "04-write-only-grants",
        "RLS is off, and anon may write what it may not read",
        "create table public.inbox (id bigint, body text); grant insert, update, delete on public.inbox to anon;"
        "insert into public.inbox values (1, 'x');",
        anon("insert into public.inbox values (2, 'y')", 1),
        anon("delete from public.inbox", 1),
        anon("select * from public.inbox", DENIED),
        fails="RLS001 public.inbox",
    ),
    case(
        "05-column-grant",
        "RLS is off, and anon may read two columns",
        """
        create table public.patients (id bigint, name text, ssn text);
        insert into public.patients values (1, 'b', '078-05-1120');
        grant select (id, ssn) on public.patients to anon;
        """,
        anon("select ssn from public.patients", 1),
        anon("select name from public.patients", DENIED),
        fails="RLS001 public.patients",
        also="RLS021 public.patients",
    ),
    case(
        "06-using-true",
        "everyone may read patients, and nobody has declared them public",
        """
        create table public.patients (id bigint, name text);
        insert into public.patients values (1, 'b');
        alter table public.patients enable row level security;
        create policy everyone on public.patients for select to anon using (true);
        grant select on public.patients to anon;
        """,
        anon("select * from public.patients", 1),
        fails="RLS002 public.patients",
        also="RLS003 public.patients",
    ),
    case(
        "07-column-equals-itself",
        "owner = owner looks like a comparison and is none",
        notes(
            "for all to authenticated using (owner = owner) with check (owner = owner)",
            grants="select, insert, update, delete",
        ),
        stranger(READ, 1),
        stranger("update public.notes set body = 'x'", 1),
        stranger("insert into public.notes (owner) values (':B')", 1),
        stranger("delete from public.notes", 1),
        fails="""
            RLS003 public.notes
            RLS004 public.notes
        """,
        also="RLS002 public.notes",
    ),
    case(
        "08-true-or",
        "a tautology beside a real comparison",
        notes("for update to authenticated using (true or owner = :u) with check (2 > 1)", grants="select, update"),
        stranger("update public.notes set body = 'x'", 1),
        fails="RLS002 public.notes | RLS004 public.notes",
    ),
    case(
        "09-any-signed-in-user",
        "to be signed in is enough",
        notes("for select using (:u is not null)", to="anon, authenticated"),
        anon(READ, 0),
        stranger(READ, 1),
        fails="RLS002 public.notes",
        also="RLS003 public.notes",
    ),
    case(
        "10-uid-is-null",
        "whoever is not signed in sees everything",
        notes("for select using (auth.uid() is null or owner = auth.uid())", to="anon, authenticated"),
        anon(READ, 1),
        stranger(READ, 0),
        fails="""
            RLS003 public.notes
            RLS023 public.notes
        """,
    ),
    case(
        "11-update-without-using",
        "a policy without USING lets no row through",
        notes(OWN, "for update to authenticated", grants="select, update"),
        stranger("update public.notes set body = 'x'", 0),
        owner("update public.notes set body = 'x'", 0),
        safe=True,
        notes="splinter 0024 and pgrls SEC006 call it open",
    ),
    case(
        "12-insert-without-check",
        "a policy without WITH CHECK lets no row in",
        notes(OWN, "for insert to authenticated", grants="select, insert"),
        stranger("insert into public.notes (owner) values (':A')", DENIED),
        stranger("insert into public.notes (owner) values (':B')", DENIED),
        safe=True,
    ),
    case(
        "13-check-falls-back",
        "without WITH CHECK an update is checked by USING",
        notes(OWN, "for update to authenticated using (owner = :u)", grants="select, update"),
        stranger("update public.notes set body = 'x'", 0),
        stranger(
            "update public.notes set owner = ':B'",
            DENIED,
            given="insert into public.notes (owner) values (':A')",
        ),
        owner("update public.notes set body = 'x'", 1),
        safe=True,
    ),
    case(
        "14-no-grants",
        "RLS is off, and nobody has a grant",
        "create table public.internal (id bigint); insert into public.internal values (1);",
        anon("select * from public.internal", DENIED),
        stranger("select * from public.internal", DENIED),
        safe=True,
    ),
    case(
        "15-no-usage",
        "RLS is off and the table is granted, but the schema is closed",
        """
        create table public.internal (id bigint);
        insert into public.internal values (1);
        grant select on public.internal to anon, authenticated;
        revoke usage on schema public from public, anon, authenticated;
        """,
        anon("select * from public.internal", DENIED),
        stranger("select * from public.internal", DENIED),
        safe=True,
    ),
    case(
        "16-invoker-over-definer",
        "a view that runs as its caller reads one that does not",
        """
        create schema core;
        grant usage on schema core to anon;
        create table core.cards (id bigint, owner uuid);
        create index on core.cards (owner);
        alter table core.cards enable row level security;
        create policy own on core.cards for select to anon, authenticated using (owner = :u);
        insert into core.cards values (1, ':B');
        create view core.cards_v as select * from core.cards;
        create view public.cards with (security_invoker = true) as select * from core.cards_v;
        grant select on core.cards_v, public.cards to anon;
        """,
        anon("select * from public.cards", 1),
        anon("select * from core.cards", DENIED),
        fails="RLS008 public.cards",
    ),
    case(
        "17-two-hops-to-auth-users",
        "auth.users through two views",
        """
        create schema core;
        grant usage on schema core to anon;
        create view core.u as select id, email from auth.users;
        create view public.members with (security_invoker = on) as select * from core.u;
        grant select on core.u, public.members to anon;
        """,
        anon("select email from public.members", 2),
        fails="RLS009 public.members",
        also="RLS008 public.members",
    ),
    case(
        "18-definer-behind-a-wrapper",
        "an RPC that runs as its caller calls one that does not",
        notes("for select to authenticated using (owner = :u)")
        + """
        create schema core;
        grant usage on schema core to authenticated;
        create function core.dump() returns setof public.notes stable language sql security definer set search_path = ''
            as 'select * from public.notes';
        create function public.list() returns setof public.notes stable language sql as 'select * from core.dump()';
        """,
        stranger(READ, 0),
        stranger("select * from public.list()", 1),
        fails="RLS011 core.dump()",
    ),
    case(
        "19-materialized-copy",
        "a materialized view holds the rows of everyone",
        notes(OWN)
        + "create materialized view public.digest as select id, owner from public.notes;"
        + "grant select on public.digest to anon;",
        anon("select * from public.digest", 1),
        fails="RLS010 public.digest",
    ),
    case(
        "20-bypassrls",
        "authenticated has BYPASSRLS",
        notes(OWN) + "alter role authenticated bypassrls;",
        stranger(READ, 1),
        fails="RLS013 authenticated",
        also="""
            RLS003 public.notes
            RLS004 public.notes
        """,
        undo="alter role authenticated nobypassrls;",
    ),
    case(
        "21-member-of-service-role",
        "anon can become service_role",
        notes(OWN, to="authenticated, service_role") + "grant service_role to anon;",
        anon(READ, DENIED),
        fails="RLS013 anon",
        undo="revoke service_role from anon;",
        notes="nothing shows until somebody sends SET ROLE",
    ),
    case(
        "22-owned-by-authenticated",
        "the owner is exempt without FORCE",
        notes(OWN) + "alter table public.notes owner to authenticated;",
        stranger(READ, 1),
        fails="RLS014 public.notes",
        also="""
            RLS003 public.notes
            RLS004 public.notes
            RLS015 public.notes
        """,
    ),
    case(
        "23-user-metadata-in-a-function",
        "a helper believes what users write about themselves",
        """
        create function public.is_admin() returns boolean stable language sql set search_path = '' as
            $$ select coalesce(auth.jwt() -> 'user_metadata' ->> 'role' = 'admin', false) $$;
        """
        + notes("for select to authenticated using ((select public.is_admin()))"),
        stranger(READ, 0),
        stranger(READ, 1, user_metadata={"role": "admin"}),
        fails="RLS007 public.notes",
    ),
    case(
        "24-raw-user-meta-data",
        "a policy reads auth.users.raw_user_meta_data",
        notes(
            "for select to authenticated using (exists (select 1 from auth.users me where me.id = :u"
            " and me.raw_user_meta_data ->> 'role' = 'admin'))"
        )
        + """
        grant select (id, raw_user_meta_data) on auth.users to authenticated;
        create policy self on auth.users for select to authenticated using (id = :u);
        """,
        stranger(READ, 0),
        stranger(READ, 1, given="update auth.users set raw_user_meta_data = '{\"role\": \"admin\"}' where id = ':A'"),
        fails="RLS007 public.notes",
    ),
    case(
        "25-realtime-without-rls",
        "Realtime publishes a table without RLS",
        "create table public.scores (id bigint primary key);"
        "create publication supabase_realtime for table public.scores;",
        anon("select * from public.scores", DENIED),
        safe=True,
        fails="RLS017 public.scores",
    ),
    case(
        "26-storage-open",
        "anon may upload, and everyone may list",
        """
        insert into storage.buckets (id, name) values ('docs', 'docs');
        insert into storage.objects (bucket_id, name, owner_id) values ('docs', ':B/tax.pdf', ':B');
        create policy upload on storage.objects for insert to anon with check (bucket_id = 'docs');
        create policy list on storage.objects for select using (true);
        """,
        anon("insert into storage.objects (bucket_id, name) values ('docs', 'malware.exe')", 1),
        anon("select * from storage.objects", 1),
        fails="RLS018 storage.objects",
    ),
    case(
        "27-public-bucket",
        "invoices in a public bucket",
        """
        insert into storage.buckets (id, name, public)
            values ('invoices', 'invoices', true), ('private', 'private', false);
        create policy audit on storage.buckets for select to auditor using (true);
        """,
        anon("select * from storage.buckets", 0),
        safe=True,
        fails="RLS019 invoices",
    ),
    case(
        "28-tenant-hop",
        "WITH CHECK lets a row move to another tenant",
        notes(
            "for select to authenticated using (org = :u)",
            "for update to authenticated using (org = :u) with check (org is not null)",
            grants="select, update",
        )
        + "insert into public.notes (owner, org) values (':A', ':A');",
        stranger("update public.notes set org = ':B'", 1),
        stranger("update public.notes set org = ':B' where id > 0", DENIED),
        fails="RLS004 public.notes",
        notes="with a WHERE the SELECT policy refuses the new row; PostgREST takes a PATCH without a filter too",
    ),
    case(
        "29-any-membership",
        "m.org_id = m.org_id: to be a member of anything is enough",
        """
        create table public.member (user_id uuid, org_id uuid, primary key (user_id, org_id));
        alter table public.member enable row level security;
        create policy self on public.member for select to authenticated using (user_id = :u);
        grant select on public.member to authenticated;
        insert into public.member values (':A', ':A'), (':B', ':B');
        """
        + notes(
            "for select to authenticated using"
            " (exists (select 1 from public.member m where m.org_id = m.org_id and m.user_id = :u))"
        ),
        stranger(READ, 1),
        stranger(READ, 0, given="delete from public.member where user_id = ':A'"),
        fails="RLS006 public.notes",
        also="""
            RLS002 public.notes
            RLS003 public.notes
        """,
    ),
    case(
        "30-only-restrictive",
        "restrictive policies alone let nothing through",
        notes("as restrictive for select to authenticated using (owner = :u)"),
        stranger(READ, 0),
        owner(READ, 0),
        safe=True,
    ),
    case(
        "31-api-key-for-everyone",
        "RLS is on, and still every key is readable",
        """
        create table public.accounts (id bigint primary key, owner uuid, api_key text);
        insert into public.accounts values (1, ':B', 'k');
        alter table public.accounts enable row level security;
        create policy everyone on public.accounts for select to authenticated using (true);
        grant select on public.accounts to authenticated;
        """,
        stranger("select api_key from public.accounts", 1),
        fails="""
            RLS002 public.accounts
            RLS021 public.accounts
        """,
        also="RLS003 public.accounts",
    ),
    case(
        "32-default-privileges",
        "the next table of app will be open to anon",
        "alter default privileges for role app in schema public grant all on tables to anon;",
        anon(
            "select * from public.next",
            1,
            given="grant create on schema public to app; set local role app;"
            "create table public.next (id bigint); insert into public.next values (1); reset role",
        ),
        safe=True,
        fails="RLS016 app in public tables",
    ),
    case(
        "33-control",
        "four policies by owner, FORCE, nothing for anon",
        notes(
            OWN,
            "for insert to authenticated with check (owner = :u)",
            "for update to authenticated using (owner = :u) with check (owner = :u)",
            "for delete to authenticated using (owner = :u)",
            grants="select, insert, update, delete",
        )
        + "alter table public.notes force row level security;",
        anon(READ, DENIED),
        stranger(READ, 0),
        stranger("update public.notes set body = 'x'", 0),
        stranger("delete from public.notes", 0),
        stranger("insert into public.notes (owner) values (':B')", DENIED),
        stranger("insert into public.notes (owner) values (':A')", 1),
        owner(READ, 1),
        safe=True,
    ),
    case(
        "34-truncate",
        "RLS does not apply to TRUNCATE",
        notes(OWN) + "grant truncate on public.notes to anon;",
        anon("truncate public.notes", RAN),
        fails="RLS015 public.notes",
    ),
    case(
        "35-declared-public",
        "everyone may read countries, as the checklist says",
        """
        create table public.countries (code text primary key);
        insert into public.countries values ('FR');
        alter table public.countries enable row level security;
        create policy everyone on public.countries for select to anon, authenticated using (true);
        grant select on public.countries to anon, authenticated;
        """,
        anon("select * from public.countries", 1),
        safe=True,
        public=("public.countries",),
    ),
    case(
        "36-one-call-not-wrapped",
        "auth.uid() once wrapped, once not",
        """
        create table public.drafts (id bigint primary key, owner uuid, editor uuid);
        create index on public.drafts (owner);
        create index on public.drafts (editor);
        insert into public.drafts values (1, ':B', ':B');
        alter table public.drafts enable row level security;
        create policy own on public.drafts for select to authenticated using (owner = :u or editor = auth.uid());
        grant select on public.drafts to authenticated;
        """,
        stranger("select * from public.drafts", 0),
        owner("select * from public.drafts", 1),
        safe=True,
        fails="RLS023 public.drafts",
    ),
    case(
        "37-definer-view-that-filters",
        "the view runs as its owner and shows everyone their own rows",
        notes(OWN, grants="")
        + "create view public.my_notes as select id, body from public.notes where owner = auth.uid();"
        + "grant select on public.my_notes to anon, authenticated;",
        anon("select * from public.my_notes", 0),
        stranger("select * from public.my_notes", 0),
        owner("select * from public.my_notes", 1),
        safe=True,
        notes="splinter 0010 calls it an ERROR: issue #98",
    ),
    case(
        "38-service-only",
        "RLS on, no policy, for service_role alone",
        """
        create table public.audit_log (id bigint primary key, line text);
        insert into public.audit_log values (1, 'x');
        alter table public.audit_log enable row level security;
        grant select on public.audit_log to authenticated, service_role;
        """,
        stranger("select * from public.audit_log", 0),
        safe=True,
    ),
)
