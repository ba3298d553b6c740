"""Holes that applications really have, each with its control: what is not judged rightly yet is in PENDING."""

from __future__ import annotations

from tests.rls.case import DENIED, anon, case, notes, owner, stranger

from .applications import ANY, BIG, DOCS, HELPERS, POSTS, PROJECTS, READ, posts
from .deeper import MEMBERS

CASES = (
    case(
        "write-public-rows-for-all",
        "one policy for all: own rows and public ones, which everybody may thus change and delete",
        posts(
            "is_public boolean not null default false",
            "true",
            "for all to authenticated using (owner = :u or is_public)",
            grants="select, insert, update, delete",
        ),
        stranger("delete from public.posts", 1),
        stranger("update public.posts set owner = ':A'", 1),
        fails="RLS004 public.posts",
    ),
    case(
        "members-of-anything-write",
        "members read their own organisation, and delete and change in every one",
        MEMBERS
        + HELPERS
        + notes(
            "for select to authenticated using (core.is_member(org))",
            "for delete to authenticated using (core.is_any_member(org))",
            "for insert to authenticated with check (core.is_any_member(org))",
            grants="select, insert, delete",
        ),
        stranger(READ, 0),
        stranger("insert into public.notes (owner, org) values (':A', ':B')", 1),
        stranger("delete from public.notes", 1),
        fails="RLS004 public.notes | RLS006 public.notes",
    ),
    case(
        "members-of-anything-write-alone",
        "nothing to read; every member may delete in every organisation",
        MEMBERS + HELPERS + notes("for delete to authenticated using (core.is_any_member(org))", grants="delete"),
        stranger("delete from public.notes", 1),
        fails="RLS004 public.notes | RLS006 public.notes",
    ),
    case(
        "bigint-parameter-shadowed",
        "the same, with organisations by number",
        BIG
        + """
        create function core.member_of(org_id bigint) returns boolean stable language sql security definer
            set search_path = '' as
            'select exists (select 1 from core.members m where m.user_id = auth.uid() and m.org_id = org_id)';
        create policy member on public.tickets for select to authenticated using (core.member_of(org_id));
        """,
        stranger("select * from public.tickets", 1),
        fails=ANY.format("public.tickets"),
    ),
    case(
        "join-without-condition",
        "the task's project and the caller's membership are both there, and nothing joins them",
        PROJECTS
        + """
        create function core.sees(project uuid) returns boolean stable language sql security definer
            set search_path = '' as 'select exists (select 1 from public.projects p, core.members m
                where p.id = project and m.user_id = auth.uid())';
        create policy member on public.tasks for select to authenticated using (core.sees(project_id));
        """,
        stranger("select * from public.tasks", 1),
        fails=ANY.format("public.tasks"),
    ),
    case(
        "project-exists",
        "the helper asks whether the project exists, not whose it is; deleted tasks are hidden",
        PROJECTS
        + """
        create function core.has_project(project uuid) returns boolean stable language sql security definer
            set search_path = '' as 'select exists (select 1 from public.projects p where p.id = project)';
        create policy member on public.tasks for select to authenticated
            using (core.has_project(project_id) and deleted_at is null);
        """,
        stranger("select * from public.tasks", 1),
        fails=ANY.format("public.tasks"),
    ),
    case(
        "share-of-anything",
        "whoever has any share sees every document",
        DOCS
        + """
        create policy read on public.documents for select to authenticated using (owner = :u or exists (
            select 1 from public.shares s where s.user_id = :u and s.expires_at > now()));
        """,
        stranger("select * from public.documents", 2),
        fails=ANY.format("public.documents"),
    ),
    case(
        "share-with-oneself",
        "everyone may share what is not theirs with themselves",
        DOCS
        + """
        create policy read on public.documents for select to authenticated using (owner = :u or exists (
            select 1 from public.shares s where s.document_id = documents.id and s.user_id = :u));
        create policy share on public.shares for insert to authenticated with check (shared_by = :u);
        grant insert on public.shares to authenticated;
        """,
        stranger("select * from public.documents", 1),
        stranger("insert into public.shares values (1, ':A', null, ':A')", 1),
        stranger("select * from public.documents", 2, given="insert into public.shares values (1, ':A', null, ':A')"),
        fails="RLS004 public.shares",
    ),
    case(
        "join-any-conversation",
        "everybody adds themselves to any conversation, and reads it",
        """
        create table public.participants (conversation_id uuid, user_id uuid, primary key (conversation_id, user_id));
        create index on public.participants (user_id);
        insert into public.participants values (':B', ':B');
        alter table public.participants enable row level security;
        create policy own on public.participants for select to authenticated using (user_id = :u);
        create policy enter on public.participants for insert to authenticated with check (user_id = :u);
        grant select, insert on public.participants to authenticated;
        create table public.messages (id bigint primary key, conversation_id uuid not null, body text);
        create index on public.messages (conversation_id);
        insert into public.messages values (1, ':B', 'secret');
        alter table public.messages enable row level security;
        create policy read on public.messages for select to authenticated using (exists (select 1
            from public.participants p where p.conversation_id = messages.conversation_id and p.user_id = :u));
        grant select on public.messages to authenticated;
        """,
        stranger("select * from public.messages", 0),
        stranger("insert into public.participants values (':B', ':A')", 1),
        stranger("select * from public.messages", 1, given="insert into public.participants values (':B', ':A')"),
        fails="RLS004 public.participants",
    ),
    case(
        "sender-spoofed",
        "one may insert messages that one gets, in the name of others",
        """
        create table public.messages (id bigint primary key, sender_id uuid not null, recipient_id uuid not null);
        create index on public.messages (sender_id);
        create index on public.messages (recipient_id);
        alter table public.messages enable row level security;
        create policy own on public.messages for all to authenticated using (:u in (sender_id, recipient_id));
        grant select, insert on public.messages to authenticated;
        """,
        stranger("insert into public.messages values (1, ':B', ':A')", 1),
        fails="RLS004 public.messages",
    ),
    case(
        "invited-to-anything",
        "whoever has an invitation joins whichever organisation",
        """
        create table public.invitations (email text, org_id uuid, primary key (email, org_id));
        create index on public.invitations (org_id);
        insert into public.invitations values ('stranger@example.com', ':A');
        alter table public.invitations enable row level security;
        create policy own on public.invitations for select to authenticated using (email = (select auth.email()));
        grant select on public.invitations to authenticated;
        create table public.members (user_id uuid, org_id uuid, primary key (user_id, org_id));
        create index on public.members (org_id);
        alter table public.members enable row level security;
        create policy accept on public.members for insert to authenticated with check (user_id = :u and exists (
            select 1 from public.invitations i where i.email = (select auth.email())));
        grant insert on public.members to authenticated;
        """,
        stranger("insert into public.members values (':A', ':B')", 1),
        fails="RLS004 public.members | RLS006 public.members",
    ),
    case(
        "member-arrays-of-anything",
        "the organisation has an array of its members, and the policy names no organisation",
        """
        create table public.orgs (id uuid primary key, member_ids uuid[] not null default '{}');
        create index on public.orgs using gin (member_ids);
        create index on public.orgs (member_ids);
        insert into public.orgs values (':A', '{:A}'), (':B', '{:B}');
        alter table public.orgs enable row level security;
        create policy own on public.orgs for select to authenticated using (:u = any (member_ids));
        grant select on public.orgs to authenticated, auditor;
        create policy audit on public.orgs for select to auditor using (true);
        """
        + notes(
            "for select to authenticated using (exists (select 1 from public.orgs o where :u = any (o.member_ids)))"
        ),
        stranger(READ, 1),
        fails=ANY.format("public.notes"),
    ),
    case(
        "admin-of-anything",
        "own rows; and administrators of any organisation see those of all",
        MEMBERS
        + """
        create function core.is_admin() returns boolean stable language sql security definer set search_path = '' as
            $$ select exists (select 1 from core.members m where m.user_id = auth.uid() and m.role = 'admin') $$;
        update core.members set role = 'admin' where user_id = ':A';
        """
        + notes("for select to authenticated using (owner = :u or core.is_admin())"),
        stranger(READ, 1),
        fails=ANY.format("public.notes"),
        notes="a role that counts in one organisation opens all of them",
    ),
    case(
        "claim-shadowed",
        "the organisations of the token are compared with themselves",
        notes(
            "for select to authenticated using (exists (select 1 from jsonb_array_elements_text("
            "(select auth.jwt()) -> 'app_metadata' -> 'orgs') as o(org) where o.org::uuid = org::uuid))"
        ),
        stranger(READ, 1, app_metadata={"orgs": ["aaaaaaaa-0000-4000-8000-00000000000a"]}),
        fails=ANY.format("public.notes"),
    ),
    case(
        "any-claimed-tenant",
        "a token with a tenant, whichever, opens the rows of all",
        notes(
            "for select to authenticated using (org is not null and"
            " ((select auth.jwt()) -> 'app_metadata' ->> 'tenant_id') is not null)"
        ),
        stranger(READ, 1, app_metadata={"tenant_id": "aaaaaaaa-0000-4000-8000-00000000000a"}),
        fails=ANY.format("public.notes"),
    ),
    case(
        "tenant-from-a-header",
        "the client says in a header which tenant it is",
        """
        create table public.items (id bigint primary key, tenant_slug text not null);
        create index on public.items (tenant_slug);
        insert into public.items values (1, 'acme');
        alter table public.items enable row level security;
        create policy tenant on public.items for select to anon, authenticated
            using (tenant_slug = (select current_setting('request.headers', true))::json ->> 'x-tenant');
        grant select on public.items to anon, authenticated;
        """,
        anon(
            "select * from public.items",
            1,
            given="""select set_config('request.headers', '{"x-tenant": "acme"}', true)""",
        ),
        fails=ANY.format("public.items"),
    ),
    case(
        "default-tenant",
        "who has no tenant in the token belongs to the first customer",
        """
        create table public.items (id bigint primary key, tenant_slug text not null default 'default');
        create index on public.items (tenant_slug);
        insert into public.items values (1, 'default');
        alter table public.items enable row level security;
        create policy tenant on public.items for select to authenticated
            using (tenant_slug = coalesce((select auth.jwt()) -> 'app_metadata' ->> 'tenant', 'default'));
        grant select on public.items to authenticated;
        """,
        stranger("select * from public.items", 1),
        fails=ANY.format("public.items"),
    ),
    case(
        "owner-among-members",
        "the array is asked for the owner, and not for the caller",
        posts(
            "member_ids uuid[] not null",
            "'{:B}'",
            "for select to authenticated using (owner = any (member_ids))",
            indexes="member_ids",
        ),
        stranger(POSTS, 1),
        fails=ANY.format("public.posts"),
    ),
    case(
        "json-owner-is-there",
        "the owner stands in JSON, and is not compared",
        posts(
            "data jsonb not null",
            """'{"owner": "b"}'""",
            "for select to authenticated using ((data ->> 'owner') is not null)",
            indexes="data",
        ),
        stranger(POSTS, 1),
        fails=ANY.format("public.posts"),
    ),
    case(
        "created-in-the-past",
        "every row was created before now",
        posts(
            "created_at timestamptz default now()",
            "now()",
            "for select to authenticated using (created_at <= now())",
            indexes="created_at",
        ),
        stranger(POSTS, 1),
        fails=ANY.format("public.posts"),
    ),
    case(
        "tokens-listed",
        "share links that have not expired: everybody may list the tokens",
        """
        create table public.links (token text primary key, owner uuid not null, expires_at timestamptz not null);
        create index on public.links (expires_at);
        insert into public.links values ('t0k3n', ':B', now() + interval '1 day');
        alter table public.links enable row level security;
        create policy live on public.links for select to anon, authenticated using (expires_at > now());
        grant select on public.links to anon, authenticated;
        """,
        anon("select token from public.links", 1),
        fails=ANY.format("public.links"),
    ),
    case(
        "number-at-least-zero",
        "a level that is never negative",
        posts("level int default 0", "0", "for select to authenticated using (level >= 0)", indexes="level"),
        stranger(POSTS, 1),
        fails=ANY.format("public.posts"),
    ),
    case(
        "storage-common-folder",
        "everyone deletes what lies in a folder",
        """
        insert into storage.buckets (id, name) values ('docs', 'docs');
        insert into storage.objects (bucket_id, name, owner_id) values ('docs', 'invoices/b.pdf', ':B');
        create policy see on storage.objects for select to authenticated
            using (bucket_id = 'docs' and (storage.foldername(name))[1] = 'invoices');
        create policy del on storage.objects for delete to authenticated
            using (bucket_id = 'docs' and (storage.foldername(name))[1] = 'invoices');
        """,
        stranger("select * from storage.objects", 1),
        stranger("delete from storage.objects", 1),
        fails="RLS018 storage.objects",
    ),
    case(
        "storage-by-extension",
        "everyone deletes pictures of one kind",
        """
        create function storage.extension(name text) returns text immutable language sql as $$
            select reverse(split_part(reverse(name), '.', 1)) $$;
        insert into storage.buckets (id, name) values ('docs', 'docs');
        insert into storage.objects (bucket_id, name, owner_id) values ('docs', ':B/b.jpg', ':B');
        create policy jpg on storage.objects for all to authenticated
            using (bucket_id = 'docs' and storage.extension(name) in ('jpg', 'jpeg'));
        """,
        stranger("delete from storage.objects", 1),
        fails="RLS018 storage.objects",
    ),
    case(
        "storage-name-of-the-project",
        "`name` without its table is the project's name, and not the file's",
        """
        create table public.projects (id uuid primary key, owner uuid not null, name text);
        create index on public.projects (owner);
        create index on public.projects (name);
        insert into public.projects values (':A', ':A', ':A/x');
        alter table public.projects enable row level security;
        create policy own on public.projects for all to authenticated using (owner = :u);
        grant select, insert, update on public.projects to authenticated;
        insert into storage.buckets (id, name) values ('docs', 'docs');
        insert into storage.objects (bucket_id, name, owner_id) values ('docs', ':B/b.pdf', ':B');
        create policy see on storage.objects for select to authenticated using (bucket_id = 'docs' and exists (
            select 1 from public.projects p where p.owner = :u and p.id::text = (storage.foldername(name))[1]));
        """,
        stranger("select * from storage.objects", 1),
        fails="RLS018 storage.objects",
    ),
    case(
        "definer-view-for-members-of-anything",
        "a view around RLS asks whether the caller is a member of anything",
        MEMBERS
        + HELPERS
        + notes("for select to authenticated using (core.is_member(org))")
        + """
        create view public.all_notes with (security_barrier = true) as select n.id, n.body from public.notes n
            where exists (select 1 from core.members m where m.user_id = (select auth.uid()));
        grant select on public.all_notes to authenticated;
        """,
        stranger("select * from public.all_notes", 1),
        fails="RLS008 public.all_notes",
    ),
    case(
        "published-by-text",
        "own posts, and whatever is no draft; the state is a text",
        posts(
            "status text not null default 'draft'",
            "'draft'",
            "for select to authenticated using (owner = :u or status <> 'draft')",
            indexes="status",
        ),
        stranger(POSTS, 0),
        stranger(POSTS, 1, given="update public.posts set status = 'published'"),
        safe=True,
    ),
    case(
        "published-by-somebody",
        "own posts, and those that a moderator approved",
        posts(
            "approved_by uuid",
            "null",
            "for select to authenticated using (owner = :u or approved_by is not null)",
            indexes="approved_by",
        ),
        stranger(POSTS, 0),
        stranger(POSTS, 1, given="update public.posts set approved_by = ':A'"),
        safe=True,
    ),
    case(
        "not-flagged-in-json",
        "profiles are public unless their owner says otherwise, in JSON",
        posts(
            "settings jsonb not null default '{}'",
            """'{"private": true}'""",
            "for select to authenticated using (owner = :u or not coalesce((settings ->> 'private')::boolean, false))",
            indexes="settings",
        ),
        stranger(POSTS, 0),
        owner(POSTS, 1),
        safe=True,
    ),
    case(
        "kind-by-precedence",
        "`and` binds stronger than `or`: whatever belongs to an organisation is everybody's",
        posts(
            "owner_type text not null check (owner_type in ('user', 'org'))",
            "'org'",
            "for select to authenticated using (owner_type = 'user' and owner = :u or owner_type = 'org')",
            indexes="owner_type",
        ),
        stranger(POSTS, 1),
        fails=ANY.format("public.posts"),
    ),
    case(
        "raises-for-outsiders",
        "the helper tells who is no member so, by an exception",
        MEMBERS
        + """
        create function core.require(org uuid) returns boolean stable language plpgsql security definer
            set search_path = '' as $$ begin
                if not exists (select 1 from core.members m where m.user_id = auth.uid() and m.org_id = org) then
                    raise exception 'not a member' using errcode = '42501';
                end if;
                return true;
            end $$;
        """
        + notes("for select to authenticated using (core.require(org))"),
        stranger(READ, DENIED),
        owner(READ, 1),
        safe=True,
    ),
    case(
        "claim-cast-that-raises",
        "the claim is empty in a token without a tenant, and the cast fails",
        notes(
            "for select to authenticated using"
            " (org = (coalesce((select auth.jwt()) -> 'app_metadata' ->> 'org', ''))::uuid)"
        ),
        stranger(READ, "22P02"),
        owner(READ, 1, app_metadata={"org": "bbbbbbbb-0000-4000-8000-00000000000b"}),
        safe=True,
    ),
    case(
        "group-parameter-shadowed",
        "groups instead of organisations; the helper's parameter is shadowed by the column",
        MEMBERS.replace("org_id", "group_id")
        + """
        create function core.in_group(group_id uuid) returns boolean stable language sql security definer
            set search_path = '' as
            'select exists (select 1 from core.members m where m.user_id = auth.uid() and m.group_id = group_id)';
        """
        + posts(
            "group_id uuid not null",
            "':B'",
            "for select to authenticated using (core.in_group(group_id))",
            indexes="group_id",
        ),
        stranger(POSTS, 1),
        fails=ANY.format("public.posts"),
    ),
    case(
        "employee-parameter-shadowed",
        "employees instead of users; the helper's parameter is shadowed by the column",
        MEMBERS.replace("user_id uuid references auth.users", "employee uuid").replace("user_id", "employee")
        + """
        create function core.works_for(org_id uuid) returns boolean stable language sql security definer
            set search_path = '' as
            'select exists (select 1 from core.members m where m.employee = auth.uid() and m.org_id = org_id)';
        """
        + notes("for select to authenticated using (core.works_for(org))"),
        stranger(READ, 1),
        fails=ANY.format("public.notes"),
    ),
    case(
        "role-parameter-shadowed",
        "the helper asks for a role in an organisation, and its parameter is shadowed: editors see all",
        MEMBERS
        + """
        create function core.has_role(org_id uuid, wanted text) returns boolean stable language sql security definer
            set search_path = '' as 'select exists (select 1 from core.members m
                where m.user_id = auth.uid() and m.org_id = org_id and m.role = wanted)';
        update core.members set role = 'editor' where user_id = ':A';
        """
        + notes("for select to authenticated using (core.has_role(org, 'editor'))"),
        stranger(READ, 1),
        fails=ANY.format("public.notes"),
    ),
    case(
        "move-by-any-member",
        "own rows go wherever a member of anything wants them",
        MEMBERS
        + HELPERS
        + notes(
            "for select to authenticated using (core.is_member(org))",
            "for update to authenticated using (core.is_member(org)) with check (core.is_any_member(org))",
            grants="select, update",
        ),
        # UPDATE with RETURNING or a WHERE needs SELECT of the new row too: without either, the move goes through
        owner("update public.notes set org = ':A'", 1),
        fails="RLS004 public.notes | RLS006 public.notes",
    ),
    case(
        "open-tickets-changed-by-anyone",
        "own rows are read, open ones are everybody's to change",
        posts(
            "status text not null check (status in ('open', 'closed'))",
            "'open'",
            "for select to authenticated using (owner = :u)",
            "for update to authenticated using (status = 'open') with check (status = 'open')",
            grants="select, update",
            indexes="status",
        ),
        stranger("update public.posts set owner = ':A'", 1),
        fails="RLS004 public.posts",
    ),
    case(
        "true-narrowed-by-the-past",
        "open to all, and a restrictive policy that every row passes",
        posts(
            "created_at timestamptz default now()",
            "now()",
            "for select to authenticated using (true)",
            "as restrictive for select to authenticated using (created_at <= now())",
            indexes="created_at",
        ),
        stranger(POSTS, 1),
        fails=ANY.format("public.posts"),
    ),
    case(
        "view-that-asks-and-forgets",
        "a view around RLS asks who calls, and the `or` lets everybody with an organisation in",
        MEMBERS
        + HELPERS
        + notes("for select to authenticated using (owner = :u)")
        + """
        create view public.my_notes as select n.id, n.body from public.notes n
            where n.owner = (select auth.uid()) or (select core.is_any_member(n.org));
        grant select on public.my_notes to authenticated;
        """,
        stranger("select * from public.my_notes", 1),
        fails="RLS008 public.my_notes",
    ),
    case(
        "slug-membership-shadowed",
        "organisations by slug, folded, and compared with themselves",
        """
        create schema core;
        grant usage on schema core to anon, authenticated, auditor;
        create table core.members (user_id uuid references auth.users, org_slug text, primary key (user_id, org_slug));
        create index on core.members (org_slug);
        alter table core.members enable row level security;
        insert into core.members values (':A', 'acme'), (':B', 'zoo');
        grant select on core.members to auditor;
        create policy audit on core.members for select to auditor using (true);
        create policy own on core.members for select to authenticated using (user_id = :u);
        grant select on core.members to authenticated;
        """
        + posts(
            "org_slug text not null",
            "'zoo'",
            "for select to authenticated using (exists (select 1 from core.members m"
            " where m.user_id = :u and lower(m.org_slug) = lower(org_slug)))",
            indexes="org_slug",
        ),
        stranger(POSTS, 1),
        fails="RLS006 public.posts",
    ),
    case(
        "review-of-a-company-read-by-its-staff",
        "everybody reviews companies in their own name, and the companies' staff reads the reviews",
        MEMBERS
        + HELPERS
        + """
        create table public.reviews (user_id uuid not null, company_id uuid not null, stars int,
                                     primary key (user_id, company_id));
        create index on public.reviews (company_id);
        alter table public.reviews enable row level security;
        create policy read on public.reviews for select to authenticated
            using (user_id = :u or core.is_member(company_id));
        create policy write on public.reviews for insert to authenticated with check (user_id = :u);
        grant select, insert on public.reviews to authenticated;
        """,
        stranger("insert into public.reviews values (':A', ':B', 5)", 1),
        stranger("insert into public.reviews values (':B', ':B', 5)", DENIED),
        safe=True,
    ),
    case(
        "orders-in-a-shop",
        "customers order in shops of other companies, and these read the orders",
        MEMBERS
        + HELPERS
        + """
        create table public.orders (id bigint primary key, customer_id uuid not null, seller_org_id uuid not null);
        create index on public.orders (customer_id);
        create index on public.orders (seller_org_id);
        insert into public.orders values (1, ':B', ':B');
        alter table public.orders enable row level security;
        create policy read on public.orders for select to authenticated
            using (customer_id = :u or seller_org_id in (select core.my_orgs()));
        create policy buy on public.orders for insert to authenticated with check (customer_id = :u);
        grant select, insert on public.orders to authenticated;
        """,
        stranger("insert into public.orders values (2, ':A', ':B')", 1),
        stranger("select * from public.orders", 0),
        safe=True,
    ),
    case(
        "open-but-for-private",
        "open to all, and a restrictive policy keeps what is private to its owner",
        posts(
            "is_private boolean not null default true",
            "true",
            "for select to authenticated using (true)",
            "as restrictive for select to authenticated using (owner = :u or not is_private)",
        ),
        stranger(POSTS, 0),
        stranger(POSTS, 1, given="update public.posts set is_private = false"),
        safe=True,
        notes="the same as `owner = :u or not is_private`, which passes",
    ),
)
