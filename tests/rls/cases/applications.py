"""What applications really write: tenants by number, shares, invitations, claims, folders and states."""

from __future__ import annotations

from tests.rls.case import DENIED, anon, case, notes, owner, stranger

from .deeper import MEMBERS

READ = "select * from public.notes"
ANY = "RLS002 {0} | RLS003 {0} | RLS004 {0} | RLS006 {0}"

HELPERS = """
create function core.is_member(org uuid) returns boolean stable language sql security definer set search_path = '' as
    'select exists (select 1 from core.members m where m.user_id = auth.uid() and m.org_id = org)';
create function core.is_any_member(org uuid) returns boolean stable language sql security definer
    set search_path = '' as 'select exists (select 1 from core.members m where m.user_id = auth.uid())';
create function core.my_orgs() returns setof uuid stable language sql security definer
    set search_path = '' as 'select m.org_id from core.members m where m.user_id = auth.uid()';
"""

BIG = """
create schema core;
grant usage on schema core to anon, authenticated, auditor;
create table core.members (user_id uuid references auth.users, org_id bigint, role text not null default 'member',
                           primary key (user_id, org_id));
create index on core.members (org_id);
alter table core.members enable row level security;
insert into core.members values (':A', 1), (':B', 2);
grant select on core.members to auditor;
create policy audit on core.members for select to auditor using (true);
create table public.tickets (id bigint primary key, org_id bigint not null, body text);
create index on public.tickets (org_id);
insert into public.tickets values (1, 2, 'of B');
alter table public.tickets enable row level security;
grant select on public.tickets to authenticated;
"""

PROJECTS = (
    MEMBERS
    + HELPERS
    + """
create table public.projects (id uuid primary key, org_id uuid not null, name text, deleted_at timestamptz);
create index on public.projects (org_id);
create index on public.projects (name);
alter table public.projects enable row level security;
insert into public.projects values ('00000000-0000-4000-8000-000000000001', ':A', 'a'),
                                   ('00000000-0000-4000-8000-000000000002', ':B', 'b');
create policy own on public.projects for select to authenticated using (org_id in (select core.my_orgs()));
grant select on public.projects to authenticated;
create table public.tasks (id bigint primary key, project_id uuid not null references public.projects, title text,
                           deleted_at timestamptz);
create index on public.tasks (project_id);
create index on public.tasks (deleted_at);
insert into public.tasks values (1, '00000000-0000-4000-8000-000000000002', 'of B');
alter table public.tasks enable row level security;
grant select on public.tasks to authenticated;
"""
)

DOCS = """
create table public.shares (document_id bigint, user_id uuid, expires_at timestamptz, shared_by uuid,
                            primary key (document_id, user_id));
create index on public.shares (user_id);
create index on public.shares (expires_at);
create index on public.shares (shared_by);
alter table public.shares enable row level security;
create policy own on public.shares for select to authenticated using (user_id = :u);
grant select on public.shares to authenticated;
create table public.documents (id bigint primary key, owner uuid not null, body text);
create index on public.documents (owner);
insert into public.documents values (1, ':B', 'of B'), (2, ':B', 'shared');
insert into public.shares values (2, ':A', now() + interval '1 day', ':B');
alter table public.documents enable row level security;
grant select on public.documents to authenticated;
"""


def posts(columns: str, values: str, *policies: str, grants: str = "select", indexes: str = "") -> str:
    """``public.posts``: id, owner, and more columns; one row of B."""
    parts = [
        f"""
        create table public.posts (id bigint primary key, owner uuid not null, {columns});
        create index on public.posts (owner);
        insert into public.posts values (1, ':B', {values});
        alter table public.posts enable row level security;
        """,
        f"grant {grants} on public.posts to authenticated;",
        *[f"create index on public.posts ({name});" for name in indexes.split()],
        *[f"create policy p{number} on public.posts {text};" for number, text in enumerate(policies, 1)],
    ]
    return "\n".join(parts)


POSTS = "select * from public.posts"

CASES = (
    case(
        "parameter-shadowed-by-column",
        "the helper's parameter is called as the column of the members, which wins",
        MEMBERS
        + """
        create function core.member_of(org_id uuid) returns boolean stable language sql security definer
            set search_path = '' as
            'select exists (select 1 from core.members m where m.user_id = auth.uid() and m.org_id = org_id)';
        """
        + notes("for select to authenticated using (core.member_of(org))"),
        stranger(READ, 1),
        fails="RLS006 public.notes",
    ),
    case(
        "published-by-date",
        "own posts, and those whose time has come",
        posts(
            "published_at timestamptz",
            "null",
            "for select to authenticated using (owner = :u or published_at <= now())",
            indexes="published_at",
        ),
        stranger(POSTS, 0),
        safe=True,
    ),
    case(
        "not-blocked",
        "own posts, and public ones of people who have not blocked the caller",
        posts(
            "blocked uuid[] not null default '{}', is_public boolean not null",
            "'{:A}', true",
            "for select to authenticated using (owner = :u or (is_public and not (:u = any (blocked))))",
            indexes="blocked",
        ),
        stranger(POSTS, 0),
        safe=True,
    ),
    case(
        "review-of-a-company",
        "everybody reviews companies, in their own name",
        """
        create table public.reviews (user_id uuid not null, company_id uuid not null, stars int,
                                     primary key (user_id, company_id));
        create index on public.reviews (company_id);
        alter table public.reviews enable row level security;
        create policy own on public.reviews for all to authenticated using (user_id = :u) with check (user_id = :u);
        grant select, insert, update, delete on public.reviews to authenticated;
        """,
        stranger("insert into public.reviews values (':A', ':B', 5)", 1),
        stranger("insert into public.reviews values (':B', ':B', 5)", DENIED),
        safe=True,
    ),
    case(
        "follow-an-organisation",
        "everybody follows organisations, and sees whom they follow",
        """
        create table public.follows (follower_id uuid not null, org_id uuid not null,
                                     primary key (follower_id, org_id));
        create index on public.follows (org_id);
        alter table public.follows enable row level security;
        create policy own on public.follows for all to authenticated using (follower_id = :u);
        grant select, insert, delete on public.follows to authenticated;
        """,
        stranger("insert into public.follows values (':A', ':B')", 1),
        stranger("insert into public.follows values (':B', ':B')", DENIED),
        safe=True,
    ),
    case(
        "bigint-member-helper",
        "organisations by number, compared rightly",
        BIG
        + """
        create function core.member_of(org bigint) returns boolean stable language sql security definer
            set search_path = '' as
            'select exists (select 1 from core.members m where m.user_id = auth.uid() and m.org_id = org)';
        create policy member on public.tickets for select to authenticated using (core.member_of(org_id));
        """,
        stranger("select * from public.tickets", 0),
        owner("select * from public.tickets", 1),
        safe=True,
    ),
    case(
        "key-by-lookup-through-users",
        "users have numbers of their own",
        """
        create table public.users (id bigint primary key, auth_id uuid not null unique);
        insert into public.users values (1, ':A'), (2, ':B');
        alter table public.users enable row level security;
        create policy own on public.users for select to authenticated using (auth_id = :u);
        grant select on public.users to authenticated;
        create table public.orders (id bigint primary key, customer_id bigint not null references public.users);
        create index on public.orders (customer_id);
        insert into public.orders values (1, 2);
        alter table public.orders enable row level security;
        create policy own on public.orders for all to authenticated
            using (customer_id = (select u.id from public.users u where u.auth_id = :u));
        grant select, insert, update, delete on public.orders to authenticated;
        """,
        stranger("select * from public.orders", 0),
        owner("select * from public.orders", 1),
        stranger("insert into public.orders values (2, 2)", DENIED),
        safe=True,
    ),
    case(
        "share-in-time",
        "documents shared by name, until a time",
        DOCS
        + """
        create policy read on public.documents for select to authenticated using (owner = :u or exists (
            select 1 from public.shares s
            where s.document_id = documents.id and s.user_id = :u and s.expires_at > now()));
        """,
        stranger("select * from public.documents", 1),
        owner("select * from public.documents", 2),
        safe=True,
    ),
    case(
        "share-in-time-by-the-clock",
        "the same, and the clock is asked by a built-in function that counts as volatile",
        DOCS
        + """
        create policy read on public.documents for select to authenticated using (owner = :u or exists (
            select 1 from public.shares s
            where s.document_id = documents.id and s.user_id = :u and s.expires_at > clock_timestamp()));
        """,
        stranger("select * from public.documents", 1),
        safe=True,
    ),
    case(
        "task-by-project",
        "the project is looked up through its own policies",
        PROJECTS
        + """
        create policy member on public.tasks for select to authenticated using (exists (
            select 1 from public.projects p where p.id = tasks.project_id and p.deleted_at is null));
        """,
        stranger("select * from public.tasks", 0),
        owner("select * from public.tasks", 1),
        safe=True,
    ),
    case(
        "project-of-ones-own-uuid-join",
        "the task's project and the caller's membership are joined",
        PROJECTS
        + """
        create function core.sees(project uuid) returns boolean stable language sql security definer
            set search_path = '' as 'select exists (select 1 from public.projects p
                join core.members m using (org_id) where p.id = project and m.user_id = auth.uid())';
        create policy member on public.tasks for select to authenticated using (core.sees(project_id));
        """,
        stranger("select * from public.tasks", 0),
        owner("select * from public.tasks", 1),
        safe=True,
    ),
    case(
        "claims-of-many-organisations",
        "the token lists organisations",
        notes(
            "for select to authenticated using (org::text in (select jsonb_array_elements_text("
            "(select auth.jwt()) -> 'app_metadata' -> 'orgs')))",
            "for update to authenticated using (((select auth.jwt()) -> 'app_metadata' -> 'orgs') ? org::text)",
            grants="select, update",
        ),
        stranger(READ, 0),
        stranger(READ, 1, app_metadata={"orgs": ["bbbbbbbb-0000-4000-8000-00000000000b"]}),
        safe=True,
    ),
    case(
        "first-member",
        "who founds an organisation becomes its first member",
        """
        create table public.orgs (id uuid primary key, created_by uuid not null);
        create index on public.orgs (created_by);
        insert into public.orgs values (':B', ':B');
        alter table public.orgs enable row level security;
        create policy own on public.orgs for all to authenticated using (created_by = :u);
        grant select, insert on public.orgs to authenticated;
        create table public.members (user_id uuid not null, org_id uuid not null references public.orgs,
                                     role text not null, primary key (user_id, org_id));
        create index on public.members (org_id);
        alter table public.members enable row level security;
        create policy own on public.members for select to authenticated using (user_id = :u);
        create policy found on public.members for insert to authenticated with check (user_id = :u and exists (
            select 1 from public.orgs o where o.id = members.org_id and o.created_by = :u));
        grant select, insert on public.members to authenticated;
        """,
        stranger("insert into public.members values (':A', ':B', 'admin')", DENIED),
        owner("insert into public.members values (':B', ':B', 'admin')", 1),
        also="RLS020 public.members",
        safe=True,
    ),
    case(
        "case-by-kind",
        "the owner is a user or an organisation",
        MEMBERS
        + HELPERS
        + posts(
            "owner_type text not null check (owner_type in ('user', 'org'))",
            "'org'",
            "for select to authenticated using (case owner_type when 'user' then owner = :u"
            " when 'org' then core.is_member(owner) else false end)",
            indexes="owner_type",
        ),
        stranger(POSTS, 0),
        owner(POSTS, 1),
        safe=True,
    ),
    case(
        "email-domain",
        "colleagues, by the domain of their address",
        """
        create table public.companies (id bigint primary key, domain text not null unique);
        insert into public.companies values (1, 'corp.example');
        alter table public.companies enable row level security;
        create policy colleague on public.companies for select to authenticated
            using (domain = split_part((select auth.email()), '@', 2));
        grant select on public.companies to authenticated;
        """,
        stranger("select * from public.companies", 0),
        stranger("select * from public.companies", 1, email="x@corp.example"),
        safe=True,
    ),
    case(
        "storage-by-the-project",
        "files by project, and the project is the caller's",
        """
        create table public.projects (id uuid primary key, owner uuid not null, name text);
        create index on public.projects (owner);
        insert into public.projects values (':A', ':A', ':A/x'), (':B', ':B', 'x');
        alter table public.projects enable row level security;
        create policy own on public.projects for all to authenticated using (owner = :u);
        grant select, insert, update on public.projects to authenticated;
        insert into storage.buckets (id, name) values ('docs', 'docs');
        insert into storage.objects (bucket_id, name, owner_id) values ('docs', ':B/b.pdf', ':B');
        create policy see on storage.objects for select to authenticated using (bucket_id = 'docs' and exists (
            select 1 from public.projects p where p.owner = :u and p.id::text = (storage.foldername(objects.name))[1]));
        """,
        stranger("select * from storage.objects", 0),
        owner("select * from storage.objects", 1),
        safe=True,
    ),
    case(
        "set-of-roles-shadowed",
        "a helper that returns a table, compared with itself",
        MEMBERS
        + """
        create function core.my_roles() returns table (org_id uuid, role text) stable language sql security definer
            set search_path = '' as 'select m.org_id, m.role from core.members m where m.user_id = auth.uid()';
        """
        + posts(
            "org_id uuid not null",
            "':B'",
            "for select to authenticated using (exists (select 1 from core.my_roles() r where r.org_id = org_id))",
            indexes="org_id",
        ),
        stranger(POSTS, 1),
        fails=ANY.format("public.posts"),
    ),
    case(
        "taken-from-the-pool",
        "tasks that nobody has are there to be taken; what is taken is its holder's",
        """
        create table public.jobs (id bigint primary key, assignee uuid, body text);
        create index on public.jobs (assignee);
        insert into public.jobs values (1, ':B');
        alter table public.jobs enable row level security;
        create policy read on public.jobs for select to authenticated using (assignee is null or assignee = :u);
        create policy take on public.jobs for update to authenticated
            using (assignee is null or assignee = :u) with check (assignee = :u);
        grant select, update (assignee) on public.jobs to authenticated;
        """,
        stranger("select * from public.jobs", 0),
        stranger("update public.jobs set assignee = ':A'", 0),
        also="RLS005 public.jobs",
        safe=True,
    ),
    case(
        "unit-and-those-above",
        "units in a tree, and who belongs to one sees those below",
        MEMBERS
        + """
        create table core.units (id uuid primary key, parent uuid references core.units);
        create index on core.units (parent);
        insert into core.units values (':B', null), (':A', null), ('cccccccc-0000-4000-8000-00000000000c', ':B');
        create function core.my_units() returns setof uuid stable language sql security definer set search_path = '' as
            'with recursive mine as (
                 select m.org_id as id from core.members m where m.user_id = auth.uid()
                 union select u.id from core.units u join mine on u.parent = mine.id)
             select id from mine';
        """
        + posts(
            "unit_id uuid not null",
            "'cccccccc-0000-4000-8000-00000000000c'",
            "for select to authenticated using (unit_id in (select core.my_units()))",
            indexes="unit_id",
        ),
        stranger(POSTS, 0),
        owner(POSTS, 1),
        safe=True,
    ),
    case(
        "barrier-view-of-own-rows",
        "a definer view with a barrier joins what the caller is a member of",
        MEMBERS
        + HELPERS
        + notes("for select to authenticated using (core.is_member(org))")
        + """
        create view public.our_notes with (security_barrier = true) as select n.id, n.body from public.notes n
            join core.members m on m.org_id = n.org where m.user_id = (select auth.uid());
        grant select on public.our_notes to authenticated;
        """,
        stranger("select * from public.our_notes", 0),
        owner("select * from public.our_notes", 1),
        safe=True,
    ),
    case(
        "partitions-with-the-policy-on-the-root",
        "a partitioned log; nobody has a grant on the leaves",
        """
        create table public.events (id bigint, owner uuid not null, at timestamptz not null, primary key (id, at))
            partition by range (at);
        create table public.events_old partition of public.events for values from (minvalue) to ('2030-01-01');
        create table public.events_new partition of public.events default;
        create index on public.events (owner);
        alter table public.events enable row level security;
        insert into public.events values (1, ':B', '2025-01-01');
        create policy own on public.events for all to public using (owner = :u);
        grant select, insert on public.events to anon, authenticated;
        """,
        stranger("select * from public.events", 0),
        anon("select * from public.events", 0),
        stranger("select * from public.events_old", DENIED),
        owner("select * from public.events", 1),
        safe=True,
    ),
    case(
        "composite-membership",
        "tenant and project make one key, both compared, through an immutable wrapper",
        """
        create schema core;
        grant usage on schema core to authenticated;
        create function core.me() returns uuid immutable language sql set search_path = '' as 'select auth.uid()';
        create table public.seats (tenant_id uuid, project_no int, user_id uuid,
                                   primary key (user_id, tenant_id, project_no));
        alter table public.seats enable row level security;
        create policy own on public.seats for select to authenticated using (user_id = :u);
        grant select on public.seats to authenticated, auditor;
        create policy audit on public.seats for select to auditor using (true);
        insert into public.seats values (':A', 1, ':A'), (':B', 1, ':B');
        create table public.plans (tenant_id uuid, project_no int, no int, primary key (tenant_id, project_no, no));
        create index on public.plans (project_no);
        insert into public.plans values (':B', 1, 1);
        alter table public.plans enable row level security;
        create policy seat on public.plans for select to authenticated using ((tenant_id, project_no) in (
            select s.tenant_id, s.project_no from public.seats s where s.user_id = (select core.me())));
        grant select on public.plans to authenticated;
        """,
        stranger("select * from public.plans", 0),
        owner("select * from public.plans", 1),
        safe=True,
    ),
    case(
        "profile-public-by-enum",
        "profiles that everybody, colleagues or nobody may see",
        MEMBERS
        + HELPERS
        + "create type public.audience as enum ('everybody', 'colleagues', 'nobody');"
        + posts(
            "org_id uuid not null, audience public.audience not null",
            "':B', 'nobody'",
            "for select to public using (owner = :u or audience = 'everybody'"
            " or (audience = 'colleagues' and core.is_member(org_id)))",
            indexes="audience org_id",
        ),
        stranger(POSTS, 0),
        owner(POSTS, 1),
        safe=True,
    ),
)
