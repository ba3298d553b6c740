"""What only shows to somebody: to members, to those who signed in another way, on rows in a certain state."""

from __future__ import annotations

from tests.rls.case import anon, case, login, notes, owner, stranger

READ = "select * from public.notes"

MEMBERS = """
create schema core;
grant usage on schema core to anon, authenticated, auditor;
create table core.members (user_id uuid references auth.users, org_id uuid, role text default 'member',
                           primary key (user_id, org_id));
create index on core.members (org_id);
alter table core.members enable row level security;
insert into core.members values (':A', ':A'), (':B', ':B');
grant select on core.members to auditor;
create policy audit on core.members for select to auditor using (true);
"""
"""Two users, each in an organisation of their own, whom only the audit may look up."""

CASES = (
    case(
        "member-helper-that-ignores-its-argument",
        "the helper function is given the organisation, and never looks at it",
        MEMBERS
        + """
        create function core.is_member(org uuid) returns boolean stable language sql security definer
            set search_path = '' as 'select exists (select 1 from core.members m where m.user_id = auth.uid())';
        """
        + notes("for select to authenticated using (core.is_member(org))"),
        stranger(READ, 1),
        fails="RLS006 public.notes",
        notes="a stranger who is a member of nothing sees nothing: only a member shows it",
    ),
    case(
        "member-helper",
        "the helper function compares the organisation",
        MEMBERS
        + """
        create function core.is_member(org uuid) returns boolean stable language sql security definer
            set search_path = '' as
            'select exists (select 1 from core.members m where m.user_id = auth.uid() and m.org_id = org)';
        """
        + notes("for select to authenticated using (core.is_member(org))"),
        stranger(READ, 0),
        owner(READ, 1),
        safe=True,
    ),
    case(
        "member-helper-without-argument",
        "the helper function returns the organisations of the caller",
        MEMBERS
        + """
        create function core.my_orgs() returns setof uuid stable language sql security definer
            set search_path = '' as 'select m.org_id from core.members m where m.user_id = auth.uid()';
        """
        + notes("for all to authenticated using (org in (select core.my_orgs()))", grants="select, insert, update"),
        stranger(READ, 0),
        owner(READ, 1),
        safe=True,
    ),
    case(
        "members-by-definer-lookup-of-anyone",
        "the helper function returns the organisations of everyone",
        MEMBERS
        + """
        create function core.orgs() returns setof uuid stable language sql security definer
            set search_path = '' as 'select m.org_id from core.members m';
        """
        + notes("for select to authenticated using (org in (select core.orgs()))"),
        stranger(READ, 1),
        fails="RLS003 public.notes",
        also="RLS006 public.notes",
    ),
    case(
        "administrators-among-members",
        "administrators see everything, members their own organisation",
        MEMBERS
        + """
        create function core.is_staff() returns boolean stable language sql security definer set search_path = '' as
            $$ select exists (select 1 from core.members m where m.user_id = auth.uid() and m.role = 'staff') $$;
        create function core.is_member(org uuid) returns boolean stable language sql security definer
            set search_path = '' as
            'select exists (select 1 from core.members m where m.user_id = auth.uid() and m.org_id = org)';
        update core.members set role = 'staff' where user_id = ':B';
        """
        + notes("for select to authenticated using (core.is_member(org) or (select core.is_staff()))"),
        stranger(READ, 0),
        safe=True,
        notes="one of the members passes, and the other does not: by right, and not by mistake",
    ),
    case(
        "administrators-by-profile",
        "one profile a user, with a role and an organisation",
        """
        create table public.profiles (id uuid primary key references auth.users, org_id uuid, role text default 'user');
        insert into public.profiles values (':A', ':A', 'user'), (':B', ':B', 'admin');
        alter table public.profiles enable row level security;
        create policy own on public.profiles for select to authenticated using (id = :u);
        grant select on public.profiles to authenticated;
        """
        + notes(
            "for select to authenticated using"
            " (exists (select 1 from public.profiles p where p.id = :u and p.role = 'admin'))"
        ),
        stranger(READ, 0),
        owner(READ, 1),
        safe=True,
    ),
    case(
        "own-rows-not-for-anonymous-users",
        "own rows, and a restrictive policy that keeps anonymous users out",
        notes(
            "for select to authenticated using (owner = :u)",
            "as restrictive for select to authenticated using"
            " (((select auth.jwt()) ->> 'is_anonymous')::boolean is false)",
        ),
        stranger(READ, 0, is_anonymous=False),
        safe=True,
    ),
    case(
        "everything-but-for-anonymous-users",
        "open to all, and a restrictive policy that keeps anonymous users out",
        notes(
            "for select to authenticated using (true)",
            "as restrictive for select to authenticated using"
            " (((select auth.jwt()) ->> 'is_anonymous')::boolean is false)",
        ),
        stranger(READ, 1, is_anonymous=False),
        fails="RLS002 public.notes",
        also="RLS003 public.notes",
        notes="a restrictive policy that stops one kind of stranger stops not all",
    ),
    case(
        "second-factor-for-own-rows",
        "own rows, with a second factor",
        notes(
            "for select to authenticated using (owner = :u)",
            "as restrictive for select to authenticated using ((select auth.jwt() ->> 'aal') = 'aal2')",
        ),
        stranger(READ, 0, aal="aal2"),
        owner(READ, 1, aal="aal2"),
        safe=True,
    ),
    case(
        "everything-with-a-second-factor",
        "open to all who have a second factor: everybody can enrol one",
        notes(
            "for select to authenticated using (owner is not null)",
            "as restrictive for select to authenticated using ((select auth.jwt() ->> 'aal') = 'aal2')",
        ),
        stranger(READ, 0, aal="aal1"),
        stranger(READ, 1, aal="aal2"),
        fails="RLS003 public.notes",
    ),
    case(
        "two-policies-for-all-states",
        "one policy shows drafts, the other what is published",
        """
        create type public.state as enum ('draft', 'published');
        create table public.posts (id bigint primary key, owner uuid not null, state public.state not null);
        create index on public.posts (state);
        insert into public.posts values (1, ':B', 'draft');
        alter table public.posts enable row level security;
        create policy drafts on public.posts for select to authenticated using (state = 'draft');
        create policy published on public.posts for select to authenticated using (state = 'published');
        grant select on public.posts to authenticated;
        """,
        stranger("select * from public.posts", 1),
        fails="RLS003 public.posts",
        notes="each alone shows some rows on purpose; together they show all",
    ),
    case(
        "public-by-flag",
        "own rows, and those that somebody made public; many flags beside it",
        """
        create table public.posts (
            id bigint primary key, owner uuid not null, a boolean, b boolean, c boolean, d boolean, is_public boolean
        );
        create index on public.posts (owner);
        insert into public.posts values (1, ':B', true, true, true, true, false);
        alter table public.posts enable row level security;
        create policy read on public.posts for select to anon, authenticated
            using (owner = :u or (is_public and (a or b or c or d)));
        grant select on public.posts to anon, authenticated;
        """,
        stranger("select * from public.posts", 0),
        stranger("select * from public.posts", 1, "update public.posts set is_public = true"),
        safe=True,
        notes="more combinations than are tried one by one",
    ),
    case(
        "public-by-check-constraint",
        "a text that a CHECK limits to two values, and a policy that lists both",
        """
        create table public.posts (
            id bigint primary key, owner uuid not null, state text not null check (state in ('draft', 'it''s out'))
        );
        create index on public.posts (state);
        insert into public.posts values (1, ':B', 'draft');
        alter table public.posts enable row level security;
        create policy read on public.posts for select to authenticated using (state in ('draft', 'it''s out'));
        grant select on public.posts to authenticated;
        """,
        stranger("select * from public.posts", 1),
        fails="RLS003 public.posts",
    ),
    case(
        "not-deleted",
        "every row that lives",
        """
        create table public.posts (id bigint primary key, owner uuid not null, deleted_at timestamptz);
        create index on public.posts (deleted_at);
        insert into public.posts values (1, ':B');
        alter table public.posts enable row level security;
        create policy read on public.posts for select to authenticated using (deleted_at is null);
        grant select on public.posts to authenticated;
        """,
        stranger("select * from public.posts", 1),
        fails="RLS003 public.posts",
    ),
    case(
        "ownerless",
        "rows without an owner are everybody's",
        """
        create table public.templates (id bigint primary key, owner uuid, body text);
        create index on public.templates (owner);
        insert into public.templates values (1, null, 'for all'), (2, ':B', 'of B');
        alter table public.templates enable row level security;
        create policy read on public.templates for select to authenticated using (owner is null or owner = :u);
        grant select on public.templates to authenticated;
        """,
        stranger("select * from public.templates", 1),
        fails="RLS005 public.templates",
        safe=True,
    ),
    case(
        "ownerless-cannot-be",
        "the same policy, where every row has an owner",
        """
        create table public.templates (id bigint primary key, owner uuid not null, body text);
        create index on public.templates (owner);
        insert into public.templates values (2, ':B', 'of B');
        alter table public.templates enable row level security;
        create policy read on public.templates for select to authenticated using (owner is null or owner = :u);
        grant select on public.templates to authenticated;
        """,
        stranger("select * from public.templates", 0),
        safe=True,
    ),
    case(
        "tenant-column-not-granted",
        "WITH CHECK forgets the tenant, and the tenant is not theirs to update",
        """
        create table public.docs (id bigint primary key, tenant_id uuid not null, title text);
        create index on public.docs (tenant_id);
        insert into public.docs values (1, ':B', 'of B');
        alter table public.docs enable row level security;
        create policy own on public.docs for update to authenticated
            using (tenant_id = :u) with check (tenant_id is not null);
        create policy own_read on public.docs for select to authenticated using (tenant_id = :u);
        grant select, update (title) on public.docs to authenticated;
        """,
        owner("update public.docs set tenant_id = ':A'", "42501"),
        owner("update public.docs set title = 'x'", 1),
        safe=True,
    ),
    case(
        "request-to-join",
        "anybody asks to join an organisation: a row of their own, in somebody else's organisation",
        MEMBERS
        + """
        create table public.join_requests (user_id uuid not null, org_id uuid not null, primary key (user_id, org_id));
        create index on public.join_requests (org_id);
        alter table public.join_requests enable row level security;
        create function core.is_member(org uuid) returns boolean stable language sql security definer
            set search_path = '' as
            'select exists (select 1 from core.members m where m.user_id = auth.uid() and m.org_id = org)';
        create policy read on public.join_requests for select to authenticated
            using (user_id = :u or core.is_member(org_id));
        create policy ask on public.join_requests for insert to authenticated with check (user_id = :u);
        grant select, insert on public.join_requests to authenticated;
        """,
        stranger("insert into public.join_requests values (':A', ':B')", 1),
        safe=True,
    ),
    case(
        "session-user-in-a-helper",
        "a helper function asks for the login role",
        """
        create schema core;
        grant usage on schema core to authenticated;
        create function core.through_api() returns boolean stable language sql set search_path = ''
            as $$ select session_user = 'authenticator' $$;
        """
        + notes("for select to authenticated using (core.through_api())"),
        stranger(READ, 1),
        errors="RLS002 public.notes | RLS003 public.notes",
    ),
    case(
        "definer-for-anybody-signed-in",
        "a definer function asks whether somebody is signed in, and not who",
        notes("for select to authenticated using (owner = :u)")
        + """
        create function public.every_note() returns setof public.notes stable language sql security definer
            set search_path = '' as 'select * from public.notes where auth.uid() is not null';
        create function public.every_note_too() returns setof public.notes stable language sql security definer
            set search_path = '' as $$ select * from public.notes where (select auth.role()) = 'authenticated' $$;
        """,
        stranger("select * from public.every_note()", 1),
        stranger("select * from public.every_note_too()", 1),
        fails="""
            RLS011 public.every_note()
            RLS011 public.every_note_too()
        """,
    ),
    case(
        "definer-in-a-view-of-a-view",
        "a view reads a view that calls a definer function",
        notes("for select to authenticated using (owner = :u)")
        + """
        create schema core;
        grant usage on schema core to authenticated;
        create function core.every_note() returns setof public.notes stable language sql security definer
            set search_path = '' as 'select * from public.notes';
        create view core.newest with (security_invoker = true) as select * from core.every_note();
        create view public.newest with (security_invoker = true) as select * from core.newest;
        grant select on core.newest, public.newest to authenticated;
        """,
        stranger("select * from public.newest", 1),
        fails="RLS011 core.every_note()",
    ),
    case(
        "storage-anonymous-folder",
        "anybody may upload into a folder of the bucket",
        """
        insert into storage.buckets (id, name) values ('docs', 'docs');
        create policy public_folder on storage.objects for insert to anon
            with check (bucket_id = 'docs' and (storage.foldername(name))[1] = 'public');
        """,
        anon("insert into storage.objects (bucket_id, name) values ('docs', 'public/x.png')", 1),
        fails="RLS018 storage.objects",
    ),
    case(
        "storage-own-folder-for-everything",
        "everybody has a folder of their own",
        """
        insert into storage.buckets (id, name) values ('docs', 'docs');
        insert into storage.objects (bucket_id, name, owner_id) values ('docs', ':B/x.png', ':B');
        create policy own on storage.objects for all to authenticated
            using (bucket_id = 'docs' and (storage.foldername(name))[1] = (select auth.uid())::text);
        """,
        stranger("select * from storage.objects", 0),
        stranger("insert into storage.objects (bucket_id, name) values ('docs', ':B/y.png')", "42501"),
        owner("select * from storage.objects", 1),
        safe=True,
    ),
    case(
        "storage-owner-is-not-compared",
        "the owner is looked at, and compared with nothing",
        """
        insert into storage.buckets (id, name) values ('docs', 'docs');
        insert into storage.objects (bucket_id, name, owner_id) values ('docs', ':B/x.png', ':B');
        create policy own on storage.objects for delete to authenticated
            using (bucket_id in ('docs', 'more') and owner_id is not null);
        create policy see on storage.objects for select to authenticated using (owner_id = (select auth.uid())::text);
        """,
        fails="RLS018 storage.objects",
    ),
    case(
        "whole-row-with-a-domain",
        "a function takes the whole row, and the row has a column whose domain runs code",
        """
        create schema core;
        grant usage on schema core to authenticated;
        create function core.sing() returns boolean volatile language plpgsql set search_path = ''
            as $$ begin raise log 'canary: %', 'sang'; return true; end $$;
        create domain core.word as text check (core.sing());
        create table public.notes (id bigint primary key, owner uuid not null, word core.word);
        alter table public.notes enable row level security;
        create function core.is_mine(note public.notes) returns boolean stable language sql set search_path = ''
            as 'select note.owner = (select auth.uid())';
        create policy own on public.notes for select to authenticated using (core.is_mine(notes));
        grant select on public.notes to authenticated;
        """,
        stranger(READ, 0),
        errors="RLS003 public.notes",
    ),
    case(
        "volatile-behind-nested-comments",
        "a comment in a comment, after which the function goes on",
        """
        create schema core;
        grant usage on schema core to authenticated;
        create function core.sing() returns boolean volatile language plpgsql set search_path = ''
            as $$ begin raise log 'canary: %', 'sang'; return true; end $$;
        create function core.quiet() returns boolean stable language sql set search_path = ''
            as $q$ select /* a /* b */ ' */ core.sing() -- '
            $q$;
        """
        + notes("for select to authenticated using (owner = :u or core.quiet())"),
        errors="RLS003 public.notes",
    ),
    case(
        "volatile-in-a-standard-body",
        "a function whose body is of the SQL standard's form, and has no source",
        """
        create schema core;
        grant usage on schema core to authenticated;
        create function core.sing() returns boolean volatile language plpgsql set search_path = ''
            as $$ begin raise log 'canary: %', 'sang'; return true; end $$;
        create function core.quiet() returns boolean stable language sql begin atomic select core.sing(); end;
        """
        + notes("for select to authenticated using (owner = :u or core.quiet())"),
        stranger(READ, 1),
        errors="RLS003 public.notes",
    ),
    case(
        "volatile-by-dynamic-sql",
        "a function that puts its call together",
        """
        create schema core;
        grant usage on schema core to authenticated;
        create function core.sing() returns boolean volatile language plpgsql set search_path = ''
            as $$ begin raise log 'canary: %', 'sang'; return true; end $$;
        create function core.quiet() returns boolean stable language plpgsql set search_path = ''
            as $$ declare found boolean; begin execute 'select core.' || 'sing()' into found; return found; end $$;
        """
        + notes("for select to authenticated using (owner = :u or core.quiet())"),
        stranger(READ, 1),
        errors="RLS003 public.notes",
    ),
    case(
        "volatile-in-an-aggregate",
        "an aggregate counts as immutable, whatever its state function is",
        """
        create schema core;
        grant usage on schema core to authenticated;
        create function core.sing(state boolean, value boolean) returns boolean volatile language plpgsql
            set search_path = '' as $$ begin raise log 'canary: %', 'sang'; return true; end $$;
        create aggregate core.any_of(boolean) (sfunc = core.sing, stype = boolean, initcond = 'false');
        """
        + notes("for select to authenticated using (owner = :u or (select core.any_of(x) from (values (true)) v(x)))"),
        stranger(READ, 1),
        errors="RLS003 public.notes",
    ),
    case(
        "volatile-view-behind-a-function",
        "a stable function reads a view, and the view calls a volatile one",
        """
        create schema core;
        grant usage on schema core to authenticated;
        create function core.sing() returns boolean volatile language plpgsql set search_path = ''
            as $$ begin raise log 'canary: %', 'sang'; return true; end $$;
        create view core.loud as select 1 as one where core.sing();
        grant select on core.loud to authenticated;
        create function core.quiet() returns boolean stable language sql set search_path = ''
            as 'select exists (select 1 from core.loud)';
        """
        + notes("for select to authenticated using (owner = :u or core.quiet())"),
        stranger(READ, 1),
        errors="RLS003 public.notes",
    ),
    case(
        "own-rows-by-plpgsql",
        "a helper in PL/pgSQL with words that look dangerous: perform, a column called copy, a comment",
        """
        create schema core;
        grant usage on schema core to authenticated;
        create table core.log (copy text, "do" int);
        grant select on core.log to authenticated;
        create function core.is_mine(who uuid) returns boolean stable language plpgsql set search_path = '' as $$
            -- never execute anything here; set nothing
            begin
                perform 1 from core.log l where l.copy = 'execute';
                return who = auth.uid();
            end $$;
        """
        + notes("for select to authenticated using (core.is_mine(owner))"),
        stranger(READ, 0),
        owner(READ, 1),
        safe=True,
    ),
    case(
        "application-login",
        "the application's own role is bound by its own policies",
        notes("for select to authenticated using (owner = :u)")
        + "grant select on public.notes to app; create policy app on public.notes for select to app using (true);",
        login("app", READ, 1),
        stranger(READ, 0),
        safe=True,
        notes="a policy for a role that is no API role opens nothing to strangers",
    ),
    case(
        "another-role-of-the-api",
        "the API may take a third role: what that role may do does not hide what strangers may",
        "create role editor nologin; grant editor to authenticator;"
        + notes("for select to authenticated using (owner = owner)"),
        stranger(READ, 1),
        fails="RLS003 public.notes",
        errors="RLS013 editor",
        undo="drop role editor;",
    ),
)
