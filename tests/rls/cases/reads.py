"""Who may read whose rows: expressions that are open, and expressions that only look so."""

from __future__ import annotations

from tests.rls.case import DENIED, anon, case, login, notes, owner, stranger

READ = "select * from public.notes"
OWN = "for select to authenticated using (owner = :u)"

MEMBERS = """
create table public.members (user_id uuid, org_id uuid, primary key (user_id, org_id));
create index on public.members (org_id);
alter table public.members enable row level security;
create policy self on public.members for select to authenticated using (user_id = :u);
grant select on public.members to authenticated;
insert into public.members values (':B', ':B');
"""
"""Who belongs to which organisation; everyone sees their own memberships. The organisation of B has the id of B."""

ELSEWHERE = "insert into public.members values (':A', ':A')"
"""Makes the stranger a member of another organisation."""

ADMINS = """
create table public.admins (user_id uuid primary key);
alter table public.admins enable row level security;
create policy self on public.admins for select to authenticated using (user_id = :u);
grant select on public.admins to authenticated;
insert into public.admins values (':B');
"""

CASES = (
    case(
        "owner-itself-empty",
        "owner = owner on a table without rows: nothing to read, and open all the same",
        notes("for select to authenticated using (owner = owner)", rows=False),
        stranger(READ, 0),
        stranger(READ, 1, given="insert into public.notes (owner) values (':B')"),
        fails="RLS003 public.notes",
        also="RLS002 public.notes",
    ),
    case(
        "column-not-null",
        "a test that every row passes: the column is declared not null",
        notes("for select to authenticated using (id is not null)"),
        stranger(READ, 1),
        fails="RLS003 public.notes",
        also="RLS002 public.notes",
    ),
    case(
        "every-label-of-an-enum",
        "a list that holds every value that the column can have",
        """
        create type public.visibility as enum ('draft', 'published');
        create table public.posts (id bigint primary key, owner uuid, visibility public.visibility not null);
        create index on public.posts (visibility);
        insert into public.posts values (1, ':B', 'draft');
        alter table public.posts enable row level security;
        create policy visible on public.posts for select to authenticated using (visibility in ('draft', 'published'));
        grant select on public.posts to authenticated;
        """,
        stranger("select * from public.posts", 1),
        fails="RLS003 public.posts",
        also="RLS002 public.posts",
    ),
    case(
        "enum-published",
        "drafts are their owner's, published posts everyone's: as intended",
        """
        create type public.visibility as enum ('published', 'draft');
        create table public.posts (id bigint primary key, owner uuid, visibility public.visibility not null);
        create index on public.posts (visibility);
        create index on public.posts (owner);
        insert into public.posts values (1, ':B', 'draft'), (2, ':B', 'published');
        alter table public.posts enable row level security;
        create policy visible on public.posts for select using (visibility = 'published' or owner = :u);
        grant select on public.posts to anon, authenticated;
        """,
        anon("select * from public.posts", 1),
        stranger("select * from public.posts", 1),
        owner("select * from public.posts", 2),
        safe=True,
    ),
    case(
        "status-published",
        "anon reads what is published, and nothing else",
        """
        create table public.posts (id bigint primary key, owner uuid, status text not null default 'draft');
        create index on public.posts (status);
        insert into public.posts values (1, ':B', 'draft'), (2, ':B', 'published');
        alter table public.posts enable row level security;
        create policy visible on public.posts for select to anon using (status = 'published');
        grant select on public.posts to anon;
        """,
        anon("select * from public.posts", 1),
        safe=True,
    ),
    case(
        "is-public-flag",
        "rows that their owner has made public",
        """
        create table public.lists (id bigint primary key, owner uuid, is_public boolean not null default false);
        create index on public.lists (owner);
        insert into public.lists values (1, ':B', false), (2, ':B', true);
        alter table public.lists enable row level security;
        create policy visible on public.lists for select to anon, authenticated using (is_public or owner = :u);
        grant select on public.lists to anon, authenticated;
        """,
        anon("select * from public.lists", 1),
        stranger("select * from public.lists", 1),
        safe=True,
    ),
    case(
        "not-deleted-permissive",
        "a filter that was meant as `and` is a second permissive policy, which is an `or`",
        """
        create table public.tasks (id bigint primary key, owner uuid not null, deleted_at timestamptz);
        create index on public.tasks (owner);
        create index on public.tasks (deleted_at);
        insert into public.tasks values (1, ':B');
        alter table public.tasks enable row level security;
        create policy own on public.tasks for select to authenticated using (owner = :u);
        create policy alive on public.tasks for select to authenticated using (deleted_at is null);
        grant select on public.tasks to authenticated;
        """,
        stranger("select * from public.tasks", 1),
        fails="RLS003 public.tasks",
    ),
    case(
        "not-deleted-restrictive",
        "the same filter, restrictive: an `and`",
        """
        create table public.tasks (id bigint primary key, owner uuid not null, deleted_at timestamptz);
        create index on public.tasks (owner);
        create index on public.tasks (deleted_at);
        insert into public.tasks values (1, ':B');
        alter table public.tasks enable row level security;
        create policy own on public.tasks for select to authenticated using (owner = :u);
        create policy alive on public.tasks as restrictive for select to authenticated using (deleted_at is null);
        grant select on public.tasks to authenticated;
        """,
        stranger("select * from public.tasks", 0),
        owner("select * from public.tasks", 1),
        safe=True,
    ),
    case(
        "restrictive-true",
        "a restrictive policy that is always true takes nothing away and gives nothing",
        notes(OWN, "as restrictive for select to authenticated using (true)"),
        stranger(READ, 0),
        owner(READ, 1),
        safe=True,
    ),
    case(
        "restricted-true",
        "a permissive `true` that a restrictive policy narrows to the caller's own rows",
        notes(
            "for select to authenticated using (true)",
            "as restrictive for select to authenticated using (owner = :u)",
        ),
        stranger(READ, 0),
        owner(READ, 1),
        safe=True,
    ),
    case(
        "restricted-for-others",
        "the restrictive policy binds authenticated, and anon gets everything",
        notes(
            "for select using (true)",
            "as restrictive for select to authenticated using (owner = :u)",
            to="anon, authenticated",
        ),
        anon(READ, 1),
        stranger(READ, 0),
        fails="RLS002 public.notes",
        also="RLS003 public.notes",
    ),
    case(
        "owner-inverted",
        "<> instead of =",
        notes("for select to authenticated using (owner <> :u)"),
        stranger(READ, 1),
        owner(READ, 0),
        fails="RLS003 public.notes",
    ),
    case(
        "coalesce-to-the-column",
        "without a session the column is compared with itself",
        notes("for select using (coalesce(:u, owner) = owner)", to="anon, authenticated"),
        anon(READ, 1),
        stranger(READ, 0),
        fails="RLS003 public.notes",
    ),
    case(
        "owner-deleted",
        "`owner is null or ...`, and the owner becomes null when the user is deleted",
        """
        create table public.letters (
            id bigint primary key, owner uuid references auth.users on delete set null, body text
        );
        create index on public.letters (owner);
        insert into public.letters values (1, ':B', 'private');
        alter table public.letters enable row level security;
        create policy own on public.letters for select to authenticated using (owner is null or owner = :u);
        grant select on public.letters to authenticated;
        """,
        stranger("select * from public.letters", 0),
        stranger("select * from public.letters", 1, given="delete from auth.users where id = ':B'"),
        fails="RLS003 public.letters",
        notes="what was private is everyone's as soon as its owner leaves",
    ),
    case(
        "owner-never-null",
        "`owner is null or ...` where the owner cannot be null",
        notes("for select to authenticated using (owner is null or owner = :u)"),
        stranger(READ, 0),
        owner(READ, 1),
        safe=True,
    ),
    case(
        "tenant-from-the-token",
        "a tenant number in app_metadata, which only the service key can set",
        """
        create table public.invoices (id bigint primary key, tenant_id bigint not null, total numeric);
        create index on public.invoices (tenant_id);
        insert into public.invoices values (1, 7, 10);
        alter table public.invoices enable row level security;
        create policy tenant on public.invoices for select to authenticated
            using (tenant_id = ((select auth.jwt()) -> 'app_metadata' ->> 'tenant_id')::bigint);
        grant select on public.invoices to authenticated;
        """,
        stranger("select * from public.invoices", 0),
        stranger("select * from public.invoices", 0, app_metadata={"tenant_id": 8}),
        owner("select * from public.invoices", 1, app_metadata={"tenant_id": 7}),
        safe=True,
    ),
    case(
        "tenant-slug-from-the-token",
        "the same with a text key",
        """
        create table public.invoices (id bigint primary key, tenant text not null, total numeric);
        create index on public.invoices (tenant);
        insert into public.invoices values (1, 'acme', 10);
        alter table public.invoices enable row level security;
        create policy tenant on public.invoices for select to authenticated
            using (tenant = (select auth.jwt()) -> 'app_metadata' ->> 'tenant');
        grant select on public.invoices to authenticated;
        """,
        stranger("select * from public.invoices", 0),
        owner("select * from public.invoices", 1, app_metadata={"tenant": "acme"}),
        safe=True,
    ),
    case(
        "tenant-of-nobody",
        "a token without a tenant opens those of all",
        """
        create table public.invoices (id bigint primary key, tenant_id bigint not null, total numeric);
        create index on public.invoices (tenant_id);
        insert into public.invoices values (1, 7, 10);
        alter table public.invoices enable row level security;
        create policy tenant on public.invoices for select to authenticated
            using (tenant_id = coalesce(((select auth.jwt()) -> 'app_metadata' ->> 'tenant_id')::bigint, tenant_id));
        grant select on public.invoices to authenticated;
        """,
        stranger("select * from public.invoices", 1),
        stranger("select * from public.invoices", 0, app_metadata={"tenant_id": 8}),
        fails="RLS003 public.invoices",
    ),
    case(
        "composite-tenant",
        "a key of two columns, both compared",
        """
        create table public.invoices (region text, tenant_no int, number int, primary key (region, tenant_no, number));
        create index on public.invoices (tenant_no);
        insert into public.invoices values ('eu', 7, 1);
        alter table public.invoices enable row level security;
        create policy tenant on public.invoices for select to authenticated using (
            (region, tenant_no) = (select auth.jwt() -> 'app_metadata' ->> 'region',
                                          (auth.jwt() -> 'app_metadata' ->> 'tenant_no')::int));
        grant select on public.invoices to authenticated;
        """,
        stranger("select * from public.invoices", 0),
        owner("select * from public.invoices", 1, app_metadata={"region": "eu", "tenant_no": 7}),
        safe=True,
    ),
    case(
        "composite-tenant-half",
        "a key of two columns, of which one is compared with itself and the other with nothing",
        """
        create table public.invoices (region text, tenant_no int, number int, primary key (region, tenant_no, number));
        create index on public.invoices (tenant_no);
        insert into public.invoices values ('eu', 7, 1);
        alter table public.invoices enable row level security;
        create policy tenant on public.invoices for select to authenticated
            using (tenant_no = tenant_no and region is not null);
        grant select on public.invoices to authenticated;
        """,
        stranger("select * from public.invoices", 1),
        fails="RLS003 public.invoices",
        also="RLS002 public.invoices",
    ),
    case(
        "shared-with-array",
        "an array of users, and a document that names its owner",
        """
        create table public.files (
            id bigint primary key, shared_with uuid[] not null default '{}', data jsonb not null
        );
        create index on public.files using gin (shared_with);
        create index on public.files (shared_with);
        create index on public.files (data);
        insert into public.files values (1, '{}', '{"owner": ":B"}');
        alter table public.files enable row level security;
        create policy visible on public.files for select to authenticated
            using (:u = any (shared_with) or (data ->> 'owner')::uuid = :u);
        grant select on public.files to authenticated;
        """,
        stranger("select * from public.files", 0),
        owner("select * from public.files", 1),
        stranger("select * from public.files", 1, given="update public.files set shared_with = '{:A}'"),
        safe=True,
    ),
    case(
        "membership",
        "organisation membership, done right",
        MEMBERS
        + notes(
            "for select to authenticated using (exists"
            " (select 1 from public.members m where m.org_id = notes.org and m.user_id = :u))"
        ),
        stranger(READ, 0),
        stranger(READ, 0, given=ELSEWHERE),
        owner(READ, 1),
        safe=True,
    ),
    case(
        "membership-one-tenant",
        "done right, and the only tenant of the database has one member",
        MEMBERS
        + notes(
            "for select to authenticated using (org in (select m.org_id from public.members m where m.user_id = :u))"
        ),
        stranger(READ, 0),
        owner(READ, 1),
        safe=True,
    ),
    case(
        "membership-one-tenant-open",
        "done wrong, and there is only one tenant to try it with",
        MEMBERS
        + notes(
            "for select to authenticated using (exists"
            " (select 1 from public.members m where m.org_id = m.org_id and m.user_id = :u))"
        ),
        stranger(READ, 0),
        stranger(READ, 1, given=ELSEWHERE),
        fails="RLS006 public.notes",
        also="""
            RLS002 public.notes
            RLS003 public.notes
        """,
    ),
    case(
        "membership-unqualified",
        "the column without its table: it is the inner one",
        MEMBERS
        + """
        create table public.docs (id bigint primary key, org_id uuid not null);
        create index on public.docs (org_id);
        insert into public.docs values (1, ':B');
        alter table public.docs enable row level security;
        create policy org on public.docs for select to authenticated using
            (exists (select 1 from public.members m where m.org_id = org_id and m.user_id = :u));
        grant select on public.docs to authenticated;
        """,
        stranger("select * from public.docs", 0),
        stranger("select * from public.docs", 1, given=ELSEWHERE),
        fails="RLS006 public.docs",
        also="""
            RLS002 public.docs
            RLS003 public.docs
        """,
    ),
    case(
        "membership-of-anything",
        "a list of members that names no organisation at all",
        MEMBERS + notes("for select to authenticated using (:u in (select m.user_id from public.members m))"),
        stranger(READ, 0),
        stranger(READ, 1, given=ELSEWHERE),
        fails="RLS006 public.notes",
        also="""
            RLS002 public.notes
            RLS003 public.notes
        """,
        notes="like admins below, but members belong to something: there is an organisation to compare",
    ),
    case(
        "membership-of-somebody",
        "the organisation is compared, the user is not, and nothing protects the memberships",
        """
        create schema core;
        grant usage on schema core to authenticated;
        create table core.members (user_id uuid, org_id uuid, primary key (user_id, org_id));
        grant select on core.members to authenticated;
        insert into core.members values (':B', ':B');
        """
        + notes("for select to authenticated using (org in (select m.org_id from core.members m))"),
        stranger(READ, 1),
        fails="RLS003 public.notes | RLS006 public.notes",
        notes="no synthetic organisation has members: only a real row, or a real organisation, shows it",
    ),
    case(
        "membership-hidden-by-rls",
        "the user is not compared, but everyone sees their own memberships alone",
        MEMBERS + notes("for select to authenticated using (org in (select m.org_id from public.members m))"),
        stranger(READ, 0),
        stranger(READ, 0, given=ELSEWHERE),
        owner(READ, 1),
        safe=True,
    ),
    case(
        "membership-by-function",
        "membership through a SECURITY DEFINER helper that asks who calls",
        """
        create schema private;
        grant usage on schema private to authenticated;
        create table private.members (user_id uuid, org_id uuid, primary key (user_id, org_id));
        insert into private.members values (':B', ':B');
        create function private.my_orgs() returns setof uuid stable language sql security definer set search_path = ''
            as 'select org_id from private.members where user_id = auth.uid()';
        """
        + notes("for select to authenticated using (org in (select private.my_orgs()))"),
        stranger(READ, 0),
        owner(READ, 1),
        safe=True,
    ),
    case(
        "admins-only",
        "no column of the row is read, and still only administrators get through",
        ADMINS + notes("for select to authenticated using (exists (select 1 from public.admins where user_id = :u))"),
        stranger(READ, 0),
        owner(READ, 1),
        safe=True,
    ),
    case(
        "app-metadata",
        "is_admin() reads app_metadata, which users cannot write",
        """
        create function public.is_admin() returns boolean stable language sql set search_path = '' as $$
            -- app_metadata, and never user_metadata, which users can write themselves
            select coalesce(auth.jwt() -> 'app_metadata' ->> 'role' = 'admin', false)
        $$;
        """
        + notes("for select to authenticated using ((select public.is_admin()))"),
        stranger(READ, 0),
        stranger(READ, 0, user_metadata={"role": "admin"}),
        stranger(READ, 1, app_metadata={"role": "admin"}),
        safe=True,
        notes="the comment in the function names user_metadata; the code does not",
    ),
    case(
        "user-metadata-two-calls-deep",
        "the helper's helper believes what users write about themselves",
        """
        create schema private;
        grant usage on schema private to authenticated;
        create function private.claim(name text) returns text stable language sql set search_path = '' as
            $$ select auth.jwt() -> 'user_metadata' ->> name $$;
        create function private.is_admin() returns boolean stable language plpgsql set search_path = '' as
            $$ begin return coalesce(private.claim('role') = 'admin', false); end $$;
        """
        + notes("for select to authenticated using ((select private.is_admin()))"),
        stranger(READ, 0),
        stranger(READ, 1, user_metadata={"role": "admin"}),
        fails="RLS007 public.notes",
    ),
    case(
        "role-authenticated",
        "auth.role() = 'authenticated' is everybody who signs up",
        notes("for select using ((select auth.role()) = 'authenticated')", to="anon, authenticated"),
        anon(READ, 0),
        stranger(READ, 1),
        fails="RLS002 public.notes",
        also="RLS003 public.notes",
    ),
    case(
        "role-service",
        "auth.role() = 'service_role' is nobody who calls the API with its public key",
        notes("for select using ((select auth.role()) = 'service_role')", to="anon, authenticated"),
        anon(READ, 0),
        stranger(READ, 0),
        safe=True,
    ),
    case(
        "anonymous-sign-in",
        "signed in anonymously is signed in too",
        notes("for select to authenticated using (((select auth.jwt()) ->> 'is_anonymous')::boolean)"),
        stranger(READ, 0, is_anonymous=False),
        stranger(READ, 1, is_anonymous=True),
        fails="RLS002 public.notes",
        also="RLS003 public.notes",
        notes="anybody gets such a token without an address",
    ),
    case(
        "anonymous-sign-in-refused",
        "own rows, and a restrictive policy that refuses anonymous users",
        notes(
            OWN,
            "as restrictive for select to authenticated using"
            " (((select auth.jwt()) ->> 'is_anonymous')::boolean is false)",
        ),
        stranger(READ, 0, is_anonymous=True),
        stranger(READ, 0, is_anonymous=False),
        owner(READ, 1, is_anonymous=False),
        safe=True,
    ),
    case(
        "two-factor-only",
        "row-independent: whoever has passed a second factor sees everything",
        notes("for select to authenticated using ((select auth.jwt() ->> 'aal') = 'aal2')"),
        stranger(READ, 0, aal="aal1"),
        stranger(READ, 1, aal="aal2"),
        fails="RLS002 public.notes",
        also="RLS003 public.notes",
        notes="every user can enrol a factor of their own",
    ),
    case(
        "policy-for-service-role",
        "true, for service_role alone",
        notes("for all to service_role using (true) with check (true)", to="authenticated, service_role"),
        stranger(READ, 0),
        safe=True,
    ),
    case(
        "policy-without-grant",
        "true for update, and nobody may update",
        notes(OWN, "for update to authenticated using (true) with check (true)"),
        stranger(READ, 0),
        stranger("update public.notes set body = 'x'", DENIED),
        safe=True,
    ),
    case(
        "policy-for-the-role-without-grant",
        "true for authenticated, and only anon may select",
        notes("for select to authenticated using (true)", to="anon"),
        anon(READ, 0),
        stranger(READ, DENIED),
        safe=True,
    ),
    case(
        "column-grants-over-rls",
        "own rows, and some of their columns",
        notes(OWN, grants="select (id, body)"),
        stranger("select id, body from public.notes", 0),
        owner("select id, body from public.notes", 1),
        owner("select owner from public.notes", DENIED),
        safe=True,
    ),
    case(
        "column-grants-over-open-rls",
        "everyone's rows, and some of their columns",
        notes("for select to authenticated using (owner = owner)", grants="select (id, body)"),
        stranger("select id, body from public.notes", 1),
        fails="RLS003 public.notes",
        also="RLS002 public.notes",
    ),
    case(
        "base-of-a-view",
        "the view runs as its caller; the policy of the table behind it, in a closed schema, lets all through",
        """
        create schema core;
        grant usage on schema core to authenticated;
        create table core.cards (id bigint primary key, owner uuid not null);
        create index on core.cards (owner);
        insert into core.cards values (1, ':B');
        alter table core.cards enable row level security;
        create policy own on core.cards for select to authenticated using (owner = owner);
        create view public.cards with (security_invoker = true) as select * from core.cards;
        grant select on core.cards, public.cards to authenticated;
        """,
        stranger("select * from public.cards", 1),
        fails="RLS002 core.cards | RLS003 core.cards | RLS003 public.cards",
    ),
    case(
        "base-of-a-view-without-rls",
        "the view runs as its caller; the table behind it, in a schema that is not served, has no RLS",
        """
        create schema core;
        grant usage on schema core to authenticated;
        create table core.cards (id bigint primary key, owner uuid not null);
        insert into core.cards values (1, ':B');
        create view public.cards with (security_invoker = true) as select * from core.cards;
        grant select on core.cards, public.cards to authenticated;
        """,
        stranger("select * from public.cards", 1),
        fails="RLS001 core.cards | RLS001 public.cards | RLS008 public.cards",
    ),
    case(
        "narrow-types",
        "tenants in types that hold no UUID and no large number",
        """
        create extension citext schema extensions;
        create table public.seats (
            tenant_id smallint, org char(3), team varchar(12), account_no numeric(4), handle extensions.citext,
            body text
        );
        create index on public.seats (tenant_id);
        create index on public.seats (org);
        create index on public.seats (team);
        create index on public.seats (account_no);
        create index on public.seats (handle);
        insert into public.seats values (7, 'abc', 'blue', 12, 'Bo', 'x');
        alter table public.seats enable row level security;
        create policy tenant on public.seats for select to authenticated using (
            tenant_id = ((select auth.jwt()) -> 'app_metadata' ->> 'tenant')::smallint
            or org = (select auth.jwt()) -> 'app_metadata' ->> 'org'
            or team = (select auth.jwt()) -> 'app_metadata' ->> 'team'
            or account_no = ((select auth.jwt()) -> 'app_metadata' ->> 'account')::numeric
            or handle operator(extensions.=) ((select auth.jwt()) -> 'app_metadata' ->> 'handle')::extensions.citext);
        grant select on public.seats to authenticated;
        """,
        stranger("select * from public.seats", 0),
        stranger("select * from public.seats", 1, app_metadata={"handle": "bo"}),
        stranger("select * from public.seats", 1, app_metadata={"tenant": 7}),
        safe=True,
    ),
    case(
        "narrow-types-open",
        "the same types, compared with themselves",
        """
        create table public.seats (tenant_id smallint not null, team varchar(12) not null, body text);
        create index on public.seats (tenant_id);
        create index on public.seats (team);
        insert into public.seats values (7, 'blue', 'x');
        alter table public.seats enable row level security;
        create policy tenant on public.seats for select to authenticated using (tenant_id = tenant_id and team = team);
        grant select on public.seats to authenticated;
        """,
        stranger("select * from public.seats", 1),
        fails="RLS003 public.seats",
        also="RLS002 public.seats",
    ),
    case(
        "number-of-the-user",
        "users have a number of their own, which a table of people gives",
        """
        create table public.people (id bigint primary key, auth_id uuid not null unique);
        alter table public.people enable row level security;
        create policy self on public.people for select to authenticated using (auth_id = :u);
        grant select on public.people to authenticated;
        insert into public.people values (1, ':B'), (2, ':A');
        create table public.trips (id bigint primary key, person_id bigint not null);
        create index on public.trips (person_id);
        insert into public.trips values (1, 1);
        alter table public.trips enable row level security;
        create policy own on public.trips for select to authenticated
            using (person_id = (select p.id from public.people p where p.auth_id = auth.uid()));
        grant select on public.trips to authenticated;
        """,
        stranger("select * from public.trips", 0),
        owner("select * from public.trips", 1),
        safe=True,
    ),
    case(
        "setting-of-the-backend",
        "the tenant comes from a setting that only the backend makes",
        notes("for select using (org = (select nullif(current_setting('app.tenant', true), '')::uuid))"),
        stranger(READ, 0),
        safe=True,
    ),
    case(
        "claims-not-wrapped",
        "the claims are read once a row",
        notes(
            "for select to authenticated using"
            " ((nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')::uuid = owner)"
        ),
        stranger(READ, 0),
        owner(READ, 1),
        safe=True,
        fails="RLS023 public.notes",
    ),
    case(
        "session-user",
        "the policy asks for the login role, which is authenticator for everyone who calls the API",
        notes("for select using (session_user = 'authenticator')", to="anon, authenticated"),
        anon(READ, 1),
        login("app", READ, DENIED),
        errors="RLS002 public.notes | RLS003 public.notes",
        also="""
            RLS002 public.notes
            RLS003 public.notes
        """,
        notes="the audit logs in as somebody else, for whom the policy is closed: to try it proves nothing",
    ),
    case(
        "whole-row",
        "a function takes the whole row; the catalogs list no column of it",
        """
        create schema private;
        grant usage on schema private to authenticated;
        """
        + notes()
        + """
        create function private.is_mine(note public.notes) returns boolean stable language sql set search_path = ''
            as 'select note.owner = (select auth.uid())';
        create policy own on public.notes for select to authenticated using (private.is_mine(notes));
        """,
        stranger(READ, 0),
        owner(READ, 1),
        safe=True,
    ),
    case(
        "whole-row-open",
        "a function takes the whole row, and lets it through when it has an owner",
        """
        create schema private;
        grant usage on schema private to authenticated;
        """
        + notes()
        + """
        create function private.is_mine(note public.notes) returns boolean stable language sql set search_path = ''
            as 'select note.owner is not null';
        create policy own on public.notes for select to authenticated using (private.is_mine(notes));
        """,
        stranger(READ, 1),
        fails="RLS002 public.notes | RLS003 public.notes",
    ),
    case(
        "dropped-column",
        "a table that has lost columns before and behind the one that counts",
        """
        create table public.notes (gone text not null, owner uuid not null, also_gone int not null, body text);
        alter table public.notes drop column gone;
        alter table public.notes drop column also_gone;
        create index on public.notes (owner);
        insert into public.notes values (':B', 'x');
        alter table public.notes enable row level security;
        create policy own on public.notes for select to authenticated using (owner = :u);
        grant select on public.notes to authenticated;
        """,
        stranger(READ, 0),
        owner(READ, 1),
        safe=True,
    ),
    case(
        "declared-public-and-writable",
        "declared public, which means readable; and everyone may write it too",
        """
        create table public.countries (code text primary key);
        insert into public.countries values ('FR');
        alter table public.countries enable row level security;
        create policy everyone on public.countries using (true);
        grant select, insert on public.countries to anon;
        """,
        anon("insert into public.countries values ('XX')", 1),
        fails="RLS002 public.countries | RLS004 public.countries",
        public=("public.countries",),
    ),
    case(
        "declared-public-and-writable-without-rls",
        "the same without RLS",
        """
        create table public.countries (code text primary key);
        insert into public.countries values ('FR');
        grant select, delete on public.countries to anon;
        """,
        anon("delete from public.countries", 1),
        fails="RLS001 public.countries",
        public=("public.countries",),
    ),
)
