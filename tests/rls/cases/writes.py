"""Who may write whose rows, and what of their own."""

from __future__ import annotations

from tests.rls.case import DENIED, anon, case, login, notes, owner, serve, stranger

from .reads import MEMBERS

READ = "select * from public.notes"
OWN = "for select to authenticated using (owner = :u)"

PROFILES = """
create table public.profiles (id uuid primary key, display_name text, is_admin boolean not null default false);
insert into public.profiles values (':A', 'a'), (':B', 'b');
alter table public.profiles enable row level security;
create policy own_read on public.profiles for select to authenticated using (id = :u);
grant select on public.profiles to authenticated;
"""
PROMOTE = "update public.profiles set is_admin = true where id = ':A'"

ORG_DOCS = f"""
{MEMBERS}
create table public.docs (id bigint primary key, org_id uuid not null, user_id uuid not null);
create index on public.docs (org_id);
create index on public.docs (user_id);
alter table public.docs enable row level security;
create policy org on public.docs for select to authenticated using
    (org_id in (select m.org_id from public.members m where m.user_id = :u));
grant select, insert on public.docs to authenticated;
"""
PLANT = "insert into public.docs values (1, ':B', ':A')"

CASES = (
    case(
        "insert-into-another-org",
        "WITH CHECK binds the user and forgets the organisation",
        ORG_DOCS + "create policy add on public.docs for insert to authenticated with check (user_id = :u);",
        stranger(PLANT, 1),
        fails="RLS004 public.docs",
        notes="the row has the caller's own user_id: a row in which everything is foreign does not show it",
    ),
    case(
        "insert-into-own-org",
        "WITH CHECK binds both",
        ORG_DOCS
        + "create policy add on public.docs for insert to authenticated with check (user_id = :u"
        + " and org_id in (select m.org_id from public.members m where m.user_id = :u));",
        stranger(PLANT, DENIED),
        owner("insert into public.docs values (1, ':B', ':B')", 1),
        safe=True,
    ),
    case(
        "insert-anyone",
        "everybody may insert what they like, in everybody's name",
        notes(OWN, "for insert to anon, authenticated with check (true)", grants="insert", to="anon, authenticated"),
        anon("insert into public.notes (owner) values (':B')", 1),
        fails="RLS002 public.notes",
        also="RLS004 public.notes",
    ),
    case(
        "update-check-true",
        "own rows may be changed into anything, into somebody else's too",
        notes(OWN, "for update to authenticated using (owner = :u) with check (true)", grants="select, update"),
        stranger("update public.notes set owner = ':B'", 1, given="insert into public.notes (owner) values (':A')"),
        fails="RLS002 public.notes | RLS004 public.notes",
    ),
    case(
        "delete-owner-itself",
        "only DELETE compares the column with itself",
        notes(OWN, "for delete to authenticated using (owner = owner)", grants="select, delete"),
        stranger(READ, 0),
        stranger("delete from public.notes", 1),
        fails="RLS004 public.notes",
        also="RLS002 public.notes",
    ),
    case(
        "write-only-open",
        "no right to read, every right to change",
        notes("for update to authenticated using (owner is not null) with check (true)", grants="update (body)"),
        stranger("update public.notes set body = 'x'", 1),
        fails="RLS004 public.notes",
        also="RLS002 public.notes",
    ),
    case(
        "promote-oneself",
        "own rows may be updated, and the column that says who is an administrator with them",
        PROFILES
        + "create policy own_write on public.profiles for update to authenticated using (id = :u) with check (id = :u);"
        + "grant update on public.profiles to authenticated;",
        stranger(PROMOTE, 1),
        stranger("update public.profiles set is_admin = true where id = ':B'", 0),
        fails="RLS020 public.profiles",
    ),
    case(
        "promote-oneself-by-column",
        "the right to update is_admin is granted by name",
        PROFILES
        + "create policy own_write on public.profiles for update to authenticated using (id = :u) with check (id = :u);"
        + "grant update (display_name, is_admin) on public.profiles to authenticated;",
        stranger(PROMOTE, 1),
        fails="RLS020 public.profiles",
    ),
    case(
        "promotion-not-granted",
        "own rows may be updated, except for the column that counts",
        PROFILES
        + "create policy own_write on public.profiles for update to authenticated using (id = :u) with check (id = :u);"
        + "grant update (display_name) on public.profiles to authenticated;",
        stranger(PROMOTE, DENIED),
        stranger("update public.profiles set display_name = 'x' where id = ':A'", 1),
        safe=True,
    ),
    case(
        "promotion-refused-by-check",
        "WITH CHECK pins the column",
        PROFILES
        + "create policy own_write on public.profiles for update to authenticated"
        + " using (id = :u) with check (id = :u and not is_admin);"
        + "grant update on public.profiles to authenticated;",
        stranger(PROMOTE, DENIED),
        stranger("update public.profiles set display_name = 'x' where id = ':A'", 1),
        safe=True,
    ),
    case(
        "promotion-column-in-using-alone",
        "USING looks at the column, WITH CHECK does not",
        PROFILES
        + "create policy own_write on public.profiles for update to authenticated"
        + " using (id = :u and not is_admin) with check (id = :u);"
        + "grant update on public.profiles to authenticated;",
        stranger(PROMOTE, 1),
        fails="RLS020 public.profiles",
        notes="the policy reads is_admin, and still lets it become true",
    ),
    case(
        "truncate-through-all",
        "`grant all` on a table with good policies",
        notes(OWN, grants="all", to="anon, authenticated"),
        anon(READ, 0),
        anon("truncate public.notes", -1),
        fails="RLS015 public.notes",
    ),
    case(
        "app-owns-its-tables",
        "the backend's role owns a table that is not forced",
        notes(OWN) + "alter table public.notes owner to app;",
        stranger(READ, 0),
        login("app", READ, 1),
        safe=True,
        fails="RLS026 public.notes",
    ),
    case(
        "app-owns-its-tables-forced",
        "the same with FORCE",
        notes(OWN) + "alter table public.notes owner to app; alter table public.notes force row level security;",
        stranger(READ, 0),
        login("app", READ, 0),
        safe=True,
    ),
    case(
        "app-member-of-the-owner",
        "the backend's role belongs to the role that owns the table",
        notes(OWN) + "create role keeper; grant keeper to app; alter table public.notes owner to keeper;",
        login("app", READ, 1),
        safe=True,
        fails="RLS026 public.notes",
        undo="drop role keeper;",
    ),
    case(
        "app-bypasses",
        "the backend's role has BYPASSRLS",
        notes(OWN, to="authenticated, app") + "alter role app bypassrls;",
        login("app", READ, 1),
        safe=True,
        fails="RLS026 app",
        undo="alter role app nobypassrls;",
    ),
    case(
        "app-can-become-service-role",
        "the backend's role is a member of service_role",
        notes(OWN, to="authenticated, service_role") + "grant service_role to app;",
        login("app", "set role service_role", -1),
        safe=True,
        fails="RLS026 app",
        undo="revoke service_role from app;",
    ),
    case(
        "owner-is-a-group-of-authenticated",
        "authenticated belongs to the role that owns the table, and has its rights",
        notes(OWN)
        + "create role keepers; alter role authenticated inherit; grant keepers to authenticated;"
        + "alter table public.notes owner to keepers;",
        stranger(READ, 1),
        fails="RLS014 public.notes",
        also="""
            RLS003 public.notes
            RLS004 public.notes
            RLS015 public.notes
        """,
        undo="drop role keepers; alter role authenticated noinherit;",
    ),
    case(
        "owner-is-a-group-not-inherited",
        "authenticated is a member of the owner, and has none of its rights unless it says SET ROLE",
        notes(OWN) + "create role keepers; grant keepers to authenticated; alter table public.notes owner to keepers;",
        stranger(READ, 0),
        also="RLS014 public.notes",
        undo="drop role keepers;",
        notes="no row shows, since PostgREST lets its callers send no SET ROLE: a finding like 21, or none",
    ),
    case(
        "group-policy-inherited",
        "a policy for a group that anon is a member of, with its rights",
        notes("for select to visitors using (true)", to="anon").replace(
            "create policy", "create role visitors; alter role anon inherit; grant visitors to anon; create policy", 1
        ),
        anon(READ, 1),
        fails="RLS002 public.notes",
        also="RLS003 public.notes",
        undo="drop role visitors; alter role anon noinherit;",
    ),
    case(
        "group-policy-not-inherited",
        "a policy for a group whose rights anon does not inherit: it does not count",
        notes("for select to visitors using (true)", to="anon").replace(
            "create policy", "create role visitors; grant visitors to anon; create policy", 1
        ),
        anon(READ, 0),
        safe=True,
        undo="drop role visitors;",
    ),
    case(
        "group-grant-inherited",
        "RLS is off, and a group that anon inherits from may read",
        """
        create role visitors;
        alter role anon inherit;
        grant visitors to anon;
        create table public.guests (id bigint);
        insert into public.guests values (1);
        grant select on public.guests to visitors;
        """,
        anon("select * from public.guests", 1),
        fails="RLS001 public.guests",
        undo="drop role visitors; alter role anon noinherit;",
    ),
    case(
        "grant-to-public",
        "RLS is off, and PUBLIC may read",
        "create table public.guests (id bigint); insert into public.guests values (1);"
        "grant select on public.guests to public;",
        anon("select * from public.guests", 1),
        fails="RLS001 public.guests",
    ),
    case(
        "usage-through-public",
        "PUBLIC may use the schema, and one column is granted to PUBLIC",
        """
        create schema api;
        grant usage on schema api to public;
        create table api.guests (id bigint, name text);
        insert into api.guests values (1, 'b');
        grant select (name) on api.guests to public;
        """
        + serve("api"),
        anon("select name from api.guests", 1),
        fails="RLS001 api.guests",
    ),
    case(
        "promote-oneself-on-insert",
        "who has no profile yet writes one, and says what they are",
        PROFILES
        + "create policy own_add on public.profiles for insert to authenticated with check (id = :u);"
        + "grant insert on public.profiles to authenticated;",
        stranger(
            "insert into public.profiles values (':A', 'a', true)",
            1,
            given="delete from public.profiles where id = ':A'",
        ),
        fails="RLS020 public.profiles",
    ),
    case(
        "tenant-by-profile",
        "the profile says which tenant one belongs to, and everyone updates their own profile",
        """
        create table public.profiles (id uuid primary key, tenant_id uuid not null);
        insert into public.profiles values (':A', ':A'), (':B', ':B');
        create index on public.profiles (tenant_id);
        alter table public.profiles enable row level security;
        create policy own_read on public.profiles for select to authenticated using (id = :u);
        create policy own_write on public.profiles for update to authenticated using (id = :u) with check (id = :u);
        grant select, update on public.profiles to authenticated;
        create table public.invoices (id bigint primary key, tenant_id uuid not null);
        insert into public.invoices values (1, ':B');
        create index on public.invoices (tenant_id);
        alter table public.invoices enable row level security;
        create policy tenant on public.invoices for select to authenticated
            using (tenant_id = (select p.tenant_id from public.profiles p where p.id = auth.uid()));
        grant select on public.invoices to authenticated;
        """,
        stranger("select * from public.invoices", 0),
        stranger("update public.profiles set tenant_id = ':B' where id = ':A'", 1),
        stranger(
            "select * from public.invoices", 1, given="update public.profiles set tenant_id = ':B' where id = ':A'"
        ),
        fails="RLS004 public.profiles | RLS020 public.profiles",
    ),
    case(
        "owned-by-anon-without-rls",
        "RLS is off and nothing is granted; anon is the owner",
        "create table public.guests (id bigint); insert into public.guests values (1);"
        "alter table public.guests owner to anon;",
        anon("select * from public.guests", 1),
        fails="RLS001 public.guests",
        also="RLS015 public.guests",
    ),
    case(
        "granted-to-the-backend",
        "RLS is off, and only service_role and the backend's role have grants",
        "create table public.jobs (id bigint); insert into public.jobs values (1);"
        "grant select, insert, update, delete on public.jobs to service_role, app;",
        anon("select * from public.jobs", DENIED),
        stranger("select * from public.jobs", DENIED),
        safe=True,
    ),
    case(
        "reads-all-data",
        "authenticated has pg_read_all_data: no grant on the table, no RLS, and all of it",
        """
        create table public.internal (id bigint);
        insert into public.internal values (1);
        alter role authenticated inherit;
        grant pg_read_all_data to authenticated;
        """,
        stranger("select * from public.internal", 1),
        fails="RLS001 public.internal",
        undo="revoke pg_read_all_data from authenticated; alter role authenticated noinherit;",
    ),
    case(
        "default-privileges-in-every-schema",
        "whatever app creates, wherever, authenticated may read",
        "alter default privileges for role app grant select on tables to authenticated;",
        stranger(
            "select * from public.next",
            1,
            given="grant create on schema public to app; set local role app;"
            "create table public.next (id bigint); insert into public.next values (1); reset role",
        ),
        safe=True,
        fails="RLS016 app in every schema tables",
    ),
    case(
        "default-privileges-elsewhere",
        "the default holds in a schema that is not served, and for service_role",
        """
        create schema internal;
        alter default privileges for role app in schema internal grant select on tables to authenticated;
        alter default privileges for role app in schema public grant all on tables to service_role;
        """,
        anon(
            "select * from public.next",
            DENIED,
            given="grant create on schema public to app; set local role app;"
            "create table public.next (id bigint); insert into public.next values (1); reset role",
        ),
        safe=True,
    ),
)
