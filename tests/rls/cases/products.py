"""Schemas as products have them: arrays of members, shares, slugs, claims, hierarchies."""

from __future__ import annotations

from tests.rls.bootstrap import B
from tests.rls.case import anon, case, notes, owner, stranger

DOCS = """
create table public.docs (id uuid primary key default gen_random_uuid(), owner_id uuid not null, org_slug text,
                          member_ids uuid[] not null default '{}', title text,
                          visibility text not null default 'private');
create index on public.docs (owner_id);
create index on public.docs (org_slug);
create index on public.docs (visibility);
create index on public.docs (title);
create index on public.docs using gin (member_ids);
insert into public.docs (owner_id, org_slug, member_ids) values (':B', 'b-corp', '{:B}');
alter table public.docs enable row level security;
"""
READ = "select * from public.docs"

CASES = (
    case(
        "array-of-members",
        "members stand in an array of the row",
        DOCS
        + "create policy member on public.docs for select to authenticated using (:u = any (member_ids));"
        + "grant select on public.docs to authenticated;",
        stranger(READ, 0),
        owner(READ, 1),
        safe=True,
    ),
    case(
        "array-of-members-or-no-members",
        "rows without members are everybody's",
        DOCS
        + "create policy member on public.docs for select to authenticated"
        + " using (:u = any (member_ids) or owner_id is not null);"
        + "grant select on public.docs to authenticated;",
        stranger(READ, 1),
        fails="RLS003 public.docs",
    ),
    case(
        "organisations-in-the-token",
        "the organisations of the caller stand in app_metadata, as an array",
        DOCS
        + "create policy org on public.docs for select to authenticated"
        + " using ((select auth.jwt()) -> 'app_metadata' -> 'orgs' ? org_slug);"
        + "grant select on public.docs to authenticated;",
        stranger(READ, 0),
        stranger(READ, 1, app_metadata={"orgs": ["b-corp"]}),
        safe=True,
    ),
    case(
        "organisation-in-the-token-or-none",
        "coalesce with the row's own value: who has no organisation in the token has them all",
        DOCS
        + "create policy org on public.docs for select to authenticated"
        + " using (org_slug = coalesce((select auth.jwt()) -> 'app_metadata' ->> 'org', org_slug));"
        + "grant select on public.docs to authenticated;",
        stranger(READ, 1),
        stranger(READ, 0, app_metadata={"org": "a-corp"}),
        fails="RLS003 public.docs",
    ),
    case(
        "not-equal-instead-of-equal",
        "the comparison is the wrong way round",
        DOCS
        + "create policy own on public.docs for select to authenticated using (owner_id <> :u);"
        + "grant select on public.docs to authenticated;",
        stranger(READ, 1),
        fails="RLS003 public.docs",
    ),
    case(
        "shared-with-me",
        "rows that somebody shared, by a table of shares",
        DOCS
        + """
        create table public.shares (doc_id uuid references public.docs, user_id uuid, expires_at timestamptz,
                                    primary key (doc_id, user_id));
        create index on public.shares (user_id);
        alter table public.shares enable row level security;
        create policy mine on public.shares for select to authenticated using (user_id = :u);
        create policy own on public.docs for select to authenticated using (owner_id = :u);
        create policy shared on public.docs for select to authenticated using (exists (
            select 1 from public.shares s where s.doc_id = docs.id and s.user_id = :u
                and (s.expires_at is null or s.expires_at > now())));
        grant select on public.docs, public.shares to authenticated;
        """,
        stranger(READ, 0),
        safe=True,
    ),
    case(
        "shared-with-somebody",
        "rows that somebody shared with anybody at all",
        DOCS
        + """
        create table public.shares (doc_id uuid references public.docs, user_id uuid, primary key (doc_id, user_id));
        create index on public.shares (user_id);
        alter table public.shares enable row level security;
        insert into public.shares select id, ':B' from public.docs;
        create policy read on public.shares for select to authenticated using (true);
        create policy shared on public.docs for select to authenticated using (exists (
            select 1 from public.shares s where s.doc_id = docs.id));
        grant select on public.docs, public.shares to authenticated;
        """,
        stranger(READ, 1),
        fails="""
            RLS002 public.shares
            RLS003 public.docs
        """,
        also="RLS006 public.docs",
        notes="no synthetic row is shared: a stranger really reads one, and it is shown for no state of its own",
    ),
    case(
        "numbers-by-user-table",
        "the application has users of its own, with numbers",
        """
        create table public.users (id bigint generated always as identity primary key, auth_id uuid unique not null);
        insert into public.users (auth_id) values (':A'), (':B');
        alter table public.users enable row level security;
        create policy self on public.users for select to authenticated using (auth_id = :u);
        create table public.orders (id bigint primary key, user_id bigint not null references public.users);
        create index on public.orders (user_id);
        insert into public.orders values (1, 2);
        alter table public.orders enable row level security;
        create policy own on public.orders for all to authenticated
            using (user_id = (select u.id from public.users u where u.auth_id = :u));
        grant select on public.users to authenticated;
        grant select, insert, update, delete on public.orders to authenticated;
        """,
        stranger("select * from public.orders", 0),
        owner("select * from public.orders", 1),
        safe=True,
    ),
    case(
        "numbers-by-user-table-any-user",
        "the same, and the caller is not compared",
        """
        create table public.users (id bigint generated always as identity primary key, auth_id uuid unique not null);
        insert into public.users (auth_id) values (':A'), (':B');
        alter table public.users enable row level security;
        create policy self on public.users for select to authenticated using (true);
        create table public.orders (id bigint primary key, user_id bigint not null references public.users);
        create index on public.orders (user_id);
        insert into public.orders values (1, 2);
        alter table public.orders enable row level security;
        create policy own on public.orders for select to authenticated
            using (user_id in (select u.id from public.users u));
        grant select on public.users, public.orders to authenticated;
        """,
        stranger("select * from public.orders", 1),
        fails="""
            RLS002 public.users
            RLS003 public.orders
        """,
    ),
    case(
        "case-expression",
        "a CASE with a branch for everybody",
        DOCS
        + "create policy c on public.docs for select to authenticated using (case when visibility = 'private'"
        + " then owner_id = :u or title is null else true end);"
        + "grant select on public.docs to authenticated;",
        stranger(READ, 1),
        safe=True,
        notes="documents without a title are shown on purpose or by mistake: by their state, and RLS does what it says",
    ),
    case(
        "immutable-wrapper",
        "a helper that wraps auth.uid() and says it is immutable",
        """
        create schema core;
        grant usage on schema core to authenticated;
        create function core.me() returns uuid immutable language sql set search_path = '' as 'select auth.uid()';
        """
        + notes("for all to authenticated using (owner = (select core.me()))", grants="select, insert, update, delete"),
        stranger("select * from public.notes", 0),
        safe=True,
    ),
    case(
        "claim-that-raises",
        "a claim that strangers lack is cast, with nullif around it",
        notes(
            "for select to authenticated using"
            " (org = nullif((select auth.jwt()) -> 'app_metadata' ->> 'org', '')::uuid)"
        ),
        stranger("select * from public.notes", 0),
        stranger("select * from public.notes", 1, app_metadata={"org": B}),
        safe=True,
    ),
    case(
        "public-profiles",
        "everybody reads profiles, and updates their own",
        """
        create table public.profiles (id uuid primary key references auth.users, username text, bio text);
        insert into public.profiles values (':A', 'a'), (':B', 'b');
        alter table public.profiles enable row level security;
        create policy read on public.profiles for select using (true);
        create policy add on public.profiles for insert with check (:u = id);
        create policy change on public.profiles for update using (:u = id);
        grant select on public.profiles to anon, authenticated;
        grant insert, update on public.profiles to authenticated;
        """,
        anon("select * from public.profiles", 2),
        stranger("update public.profiles set bio = 'x'", 1),
        public=("public.profiles",),
        safe=True,
        notes="the template of Supabase's documentation, declared public",
    ),
    case(
        "delete-by-anyone-in-the-table",
        "reading is bound, deleting is not",
        DOCS
        + "create policy own on public.docs for select to authenticated using (owner_id = :u);"
        + "create policy rid on public.docs for delete to authenticated using (owner_id is not null);"
        + "grant select, delete on public.docs to authenticated;",
        fails="RLS004 public.docs",
        notes="rows that one may not read, one may still name: DELETE without a WHERE asks no SELECT policy",
    ),
    case(
        "insert-for-anyone",
        "the owner of a new row is whoever the caller says",
        DOCS
        + "create policy own on public.docs for select to authenticated using (owner_id = :u);"
        + "create policy add on public.docs for insert to authenticated with check (title <> '');"
        + "grant select, insert on public.docs to authenticated;",
        stranger("insert into public.docs (owner_id, title) values (':B', 'x')", 1),
        fails="RLS004 public.docs",
    ),
    case(
        "public-for-all-commands",
        "public rows are for all to see, and the policy is for all commands",
        DOCS
        + "create policy all_of_it on public.docs for all to authenticated"
        + " using (owner_id = :u or visibility = 'public');"
        + "grant select, insert, update, delete on public.docs to authenticated;",
        stranger("delete from public.docs", 1, "update public.docs set visibility = 'public'"),
        stranger("insert into public.docs (owner_id, visibility) values (':B', 'public')", 1),
        fails="RLS004 public.docs",
    ),
    case(
        "public-for-readers",
        "the same with a policy for each purpose",
        DOCS
        + "create policy own on public.docs for all to authenticated using (owner_id = :u);"
        + "create policy seen on public.docs for select to authenticated using (visibility = 'public');"
        + "grant select, insert, update, delete on public.docs to authenticated;",
        stranger("delete from public.docs", 0, "update public.docs set visibility = 'public'"),
        stranger(READ, 1, "update public.docs set visibility = 'public'"),
        safe=True,
    ),
    case(
        "parent-of-the-row",
        "comments belong to a document, and documents to an owner",
        DOCS
        + """
        create table public.comments (id bigint primary key, doc_id uuid not null references public.docs, body text);
        create index on public.comments (doc_id);
        insert into public.comments select 1, id, 'of B' from public.docs;
        alter table public.comments enable row level security;
        create policy own on public.docs for select to authenticated using (owner_id = :u);
        create policy read on public.comments for select to authenticated
            using (exists (select 1 from public.docs d where d.id = doc_id));
        create policy add on public.comments for insert to authenticated
            with check (exists (select 1 from public.docs d where d.id = doc_id and d.owner_id = :u));
        grant select on public.docs to authenticated;
        grant select, insert on public.comments to authenticated;
        """,
        stranger("select * from public.comments", 0),
        owner("select * from public.comments", 1),
        safe=True,
        notes="the policy of the document is the policy of its comments",
    ),
    case(
        "parent-of-the-row-open",
        "the same, and the documents are read by a function that asks nobody",
        DOCS
        + """
        create table public.comments (id bigint primary key, doc_id uuid not null references public.docs, body text);
        create index on public.comments (doc_id);
        insert into public.comments select 1, id, 'of B' from public.docs;
        alter table public.comments enable row level security;
        create policy own on public.docs for select to authenticated using (owner_id = :u);
        create schema core;
        grant usage on schema core to authenticated;
        create function core.is_doc(doc uuid) returns boolean stable language sql security definer set search_path = ''
            as 'select exists (select 1 from public.docs d where d.id = doc)';
        create policy read on public.comments for select to authenticated using (core.is_doc(doc_id));
        grant select on public.docs, public.comments to authenticated;
        """,
        stranger("select * from public.comments", 1),
        fails="RLS003 public.comments",
    ),
)
