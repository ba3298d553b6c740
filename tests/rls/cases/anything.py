"""Lookups that name no row: whoever has a line in some list gets everything. And those that only look so."""

from __future__ import annotations

from tests.rls.case import DENIED, case, notes, owner, stranger

from .applications import ANY, DOCS, HELPERS, PROJECTS, READ, posts
from .deeper import MEMBERS

NOTES = ANY.format("public.notes")
COMMENTS = """
create schema core;
grant usage on schema core to anon, authenticated;
create table public.docs (id uuid primary key, owner uuid not null, is_public boolean not null);
create index on public.docs (owner);
insert into public.docs values (':A', ':A', true), (':B', ':B', false);
alter table public.docs enable row level security;
create policy read on public.docs for select to anon, authenticated using (owner = :u or is_public);
create policy audit on public.docs for select to auditor using (true);
grant select on public.docs to anon, authenticated, auditor;
create table public.comments (id bigint primary key, doc_id uuid not null references public.docs, deleted_at date);
create index on public.comments (deleted_at);
create index on public.comments (doc_id);
insert into public.comments values (1, ':B');
alter table public.comments enable row level security;
grant select, insert on public.comments to authenticated;
create function core.is_there(doc uuid) returns boolean stable language sql security definer set search_path = '' as
    'select exists (select 1 from public.docs d where d.id = doc)';
create function core.is_public(doc uuid) returns boolean stable language sql security definer set search_path = '' as
    'select exists (select 1 from public.docs d where d.id = doc and d.is_public)';
"""
SUBSCRIBED = """
create table public.subscriptions (id text primary key, user_id uuid not null, price_id text, status text not null);
create index on public.subscriptions (user_id);
create index on public.subscriptions (status);
alter table public.subscriptions enable row level security;
create policy own on public.subscriptions for select to authenticated using (user_id = :u);
grant select on public.subscriptions to authenticated;
"""

CASES = (
    case(
        "count-of-any-shares",
        "shares are counted, whichever they are",
        DOCS
        + """
        create policy read on public.documents for select to authenticated using (owner = :u or (
            select count(*) from public.shares s where s.user_id = :u) > 0);
        """,
        stranger("select * from public.documents", 2),
        fails=ANY.format("public.documents"),
    ),
    case(
        "in-the-list-of-all-members",
        "own rows, and all rows for whoever stands among the members of whichever organisation",
        """
        create table public.members (user_id uuid, org_id uuid, primary key (user_id, org_id));
        create index on public.members (org_id);
        alter table public.members enable row level security;
        create policy self on public.members for select to authenticated using (user_id = :u);
        grant select on public.members to authenticated;
        insert into public.members values (':A', ':A');
        """
        + notes("for select to authenticated using (owner = :u or :u in (select m.user_id from public.members m))"),
        stranger(READ, 1),
        fails=NOTES,
    ),
    case(
        "role-of-any-membership",
        "a helper returns the caller's role, in whichever organisation it is",
        MEMBERS
        + """
        create function core.my_role() returns text stable language sql security definer set search_path = '' as
            'select m.role from core.members m where m.user_id = auth.uid() limit 1';
        update core.members set role = 'editor' where user_id = ':A';
        """
        + notes("for select to authenticated using (owner = :u or (select core.my_role()) = 'editor')"),
        stranger(READ, 1),
        fails=NOTES,
    ),
    case(
        "invited-to-some-project",
        "whoever was invited to any project writes into all",
        """
        create table public.invites (invited_email text, team_id uuid, primary key (invited_email, team_id));
        create index on public.invites (team_id);
        insert into public.invites values ('stranger@example.com', ':A');
        alter table public.invites enable row level security;
        create policy own on public.invites for select to authenticated using (invited_email = (select auth.email()));
        grant select on public.invites to authenticated;
        create table public.team_members (user_id uuid, team_id uuid, primary key (user_id, team_id));
        create index on public.team_members (team_id);
        alter table public.team_members enable row level security;
        create policy accept on public.team_members for insert to authenticated with check (user_id = :u and
            (select auth.email()) in (select i.invited_email from public.invites i));
        grant insert on public.team_members to authenticated;
        """,
        stranger("insert into public.team_members values (':A', ':B')", 1),
        fails=ANY.format("public.team_members"),
    ),
    case(
        "invited-to-this-organisation",
        "whoever has an invitation joins the organisation that it names",
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
            select 1 from public.invitations i where i.email = (select auth.email()) and i.org_id = members.org_id));
        grant insert on public.members to authenticated;
        """,
        stranger("insert into public.members values (':A', ':A')", 1),
        stranger("insert into public.members values (':A', ':B')", DENIED),
        safe=True,
    ),
    case(
        "members-in-an-array",
        "the organisation has an array of its members, and the row names the organisation",
        """
        create table public.orgs (id uuid primary key, member_ids uuid[] not null default '{}');
        create index on public.orgs using gin (member_ids);
        create index on public.orgs (member_ids);
        insert into public.orgs values (':A', '{:A}'), (':B', '{:B}');
        alter table public.orgs enable row level security;
        create policy own on public.orgs for select to authenticated using (:u = any (member_ids));
        grant select on public.orgs to authenticated;
        """
        + notes(
            "for select to authenticated using (exists ("
            "select 1 from public.orgs o where o.id = notes.org and :u = any (o.member_ids)))"
        ),
        stranger(READ, 0),
        owner(READ, 1),
        safe=True,
    ),
    case(
        "articles-for-subscribers",
        "whoever pays reads the articles, whatever the plan: a subscription is no key to a row",
        SUBSCRIBED
        + notes(
            "for select to authenticated using (owner = :u or exists ("
            "select 1 from public.subscriptions s where s.user_id = :u and s.status = 'active'))"
        ),
        stranger(READ, 0),
        owner(READ, 1),
        safe=True,
    ),
    case(
        "own-rows-for-members-of-anything",
        "own rows alone, and only for those who are a member of something",
        MEMBERS + HELPERS + notes("for select to authenticated using (owner = :u and core.is_any_member(org))"),
        stranger(READ, 0),
        owner(READ, 1),
        safe=True,
    ),
    case(
        "members-who-are-active",
        "members of the organisation, if they are active somewhere",
        MEMBERS
        + HELPERS
        + """
        create function core.is_active() returns boolean stable language sql security definer set search_path = '' as
            $$ select exists (select 1 from core.members m where m.user_id = auth.uid() and m.role <> 'blocked') $$;
        """
        + notes("for select to authenticated using (core.is_member(org) and core.is_active())"),
        stranger(READ, 0),
        owner(READ, 1),
        safe=True,
    ),
    case(
        "support-among-members",
        "own rows, and all for the platform's support, which stands among the members",
        MEMBERS
        + """
        create function core.is_super_admin() returns boolean stable language sql security definer
            set search_path = '' as
            $$ select exists (select 1 from core.members m where m.user_id = auth.uid() and m.role = 'super_admin') $$;
        """
        + notes("for select to authenticated using (owner = :u or (select core.is_super_admin()))"),
        stranger(READ, 0),
        owner(READ, 1),
        safe=True,
    ),
    case(
        "role-in-the-organisation",
        "the helper asks for a role in an organisation, and calls its parameters by their whole names",
        MEMBERS
        + """
        create function core.has_role(org_id uuid, wanted text) returns boolean stable language sql security definer
            set search_path = '' as 'select exists (select 1 from core.members m
                where m.user_id = auth.uid() and m.org_id = has_role.org_id and m.role = wanted)';
        update core.members set role = 'editor';
        """
        + notes("for select to authenticated using (core.has_role(org, 'editor'))"),
        stranger(READ, 0),
        owner(READ, 1),
        safe=True,
    ),
    case(
        "role-parameter-shadowed-turned-round",
        "the parameter first, and the column that hides it",
        MEMBERS
        + """
        create function core.may_edit(org_id uuid) returns boolean stable language sql security definer
            set search_path = '' as 'select exists (select 1 from core.members m
                where org_id = m.org_id and m.user_id = auth.uid() and m.role = $q$editor$q$)';
        update core.members set role = 'editor' where user_id = ':A';
        """
        + notes("for select to authenticated using (core.may_edit(org))"),
        stranger(READ, 1),
        fails=NOTES,
    ),
    case(
        "definer-view-of-own-rows-for-members",
        "a definer view shows own rows, to members of anything",
        MEMBERS
        + HELPERS
        + notes("for select to authenticated using (owner = :u)")
        + """
        create view public.my_notes as select n.id, n.body from public.notes n
            where n.owner = (select auth.uid()) and (select core.is_any_member(n.org))
                and exists (select 1 from core.members m where m.user_id = (select auth.uid()));
        grant select on public.my_notes to authenticated;
        """,
        stranger("select * from public.my_notes", 0),
        owner("select * from public.my_notes", 1),
        safe=True,
    ),
    case(
        "definer-view-by-a-list-of-members",
        "a definer view lets whoever stands in the list of members in",
        MEMBERS
        + HELPERS
        + notes("for select to authenticated using (core.is_member(org))")
        + """
        create view public.all_notes as select n.id, n.body from public.notes n
            where (select auth.uid()) in (select m.user_id from core.members m);
        grant select on public.all_notes to authenticated;
        """,
        stranger("select * from public.all_notes", 1),
        fails="RLS008 public.all_notes",
    ),
    case(
        "comments-of-any-document",
        "a helper asks whether the document is there; the audit may read documents",
        COMMENTS
        + "create policy read on public.comments for select to authenticated"
        + " using (core.is_there(doc_id) and deleted_at is null);"
        + "create policy write on public.comments for insert to authenticated with check (core.is_there(doc_id));",
        stranger("select * from public.comments", 1),
        stranger("insert into public.comments values (2, ':B')", 1),
        fails="""
            RLS003 public.comments
            RLS004 public.comments
        """,
        notes="a key that is made up says nothing: it takes that of a document which a stranger does not see",
    ),
    case(
        "comments-of-public-documents",
        "comments are read and written where the document is public",
        COMMENTS
        + "create policy read on public.comments for select to authenticated"
        + " using (core.is_public(doc_id) and deleted_at is null);"
        + "create policy write on public.comments for insert to authenticated with check (core.is_public(doc_id));",
        stranger("select * from public.comments", 0),
        stranger("insert into public.comments values (2, ':B')", DENIED),
        stranger("insert into public.comments values (2, ':A')", 1),
        safe=True,
    ),
    case(
        "tasks-moved-to-any-project",
        "tasks are read by project, and put into any that is there",
        PROJECTS
        + """
        create function core.has_project(project uuid) returns boolean stable language sql security definer
            set search_path = '' as 'select exists (select 1 from public.projects p where p.id = project)';
        create policy member on public.tasks for select to authenticated
            using (exists (select 1 from public.projects p where p.id = tasks.project_id));
        create policy add on public.tasks for insert to authenticated with check (core.has_project(project_id));
        grant insert on public.tasks to authenticated;
        """,
        stranger("insert into public.tasks values (2, '00000000-0000-4000-8000-000000000002')", 1),
        fails="RLS004 public.tasks",
    ),
    case(
        "not-for-the-suspended",
        "own rows and public ones, but not for who is suspended anywhere",
        MEMBERS
        + posts(
            "is_public boolean not null",
            "false",
            "for select to authenticated using (owner = :u or is_public)",
            "as restrictive for select to authenticated using (exists"
            " (select 1 from core.members m where m.user_id = :u) or not (select core.is_suspended()))",
            indexes="is_public",
        ).replace(
            "create policy p1",
            """
            grant select on core.members to authenticated;
            create policy self on core.members for select to authenticated using (user_id = :u);
            create function core.is_suspended() returns boolean stable language sql security definer
                set search_path = '' as $$ select exists (
                    select 1 from core.members m where m.user_id = auth.uid() and m.role = 'suspended') $$;
            create policy p1""",
        ),
        stranger("select * from public.posts", 0),
        owner("select * from public.posts", 1),
        safe=True,
    ),
)
