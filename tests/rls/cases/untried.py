"""What cannot be tried, or must not: an ``error``, and never a pass. And what an audit must never call.

Functions that must not run sing: they write ``canary: sang`` into the server's log, where the harness looks for it.
"""

from __future__ import annotations

from tests.rls.case import DENIED, anon, case, notes, stranger

READ = "select * from public.notes"

CANARY = """
create schema core;
grant usage on schema core to anon, authenticated;
create function core.sing() returns boolean volatile language plpgsql set search_path = ''
    as $$ begin raise log 'canary: %', 'sang'; return true; end $$;
"""
UNKNOWN = "RLS003 public.notes"

CASES = (
    case(
        "recursion",
        "a policy that reads its own table: PostgreSQL refuses every query (42P17)",
        """
        create table public.notes (owner uuid, org uuid, primary key (owner, org));
        create index on public.notes (org);
        insert into public.notes values (':B', ':B');
        alter table public.notes enable row level security;
        create policy org on public.notes for select to authenticated using
            (exists (select 1 from public.notes n where n.org = notes.org and n.owner = :u));
        grant select on public.notes to authenticated;
        """,
        stranger(READ, "42P17"),
        errors=UNKNOWN,
        notes="nobody reads anything: a broken table, and no proof of a closed one",
    ),
    case(
        "recursion-through-another-table",
        "two policies that read each other's table",
        """
        create table public.notes (owner uuid, org uuid, primary key (owner, org));
        create table public.orgs (id uuid primary key, boss uuid);
        create index on public.notes (org);
        create index on public.orgs (boss);
        insert into public.notes values (':B', ':B');
        alter table public.notes enable row level security;
        alter table public.orgs enable row level security;
        create policy org on public.notes for select to authenticated using
            (exists (select 1 from public.orgs o where o.id = notes.org));
        create policy note on public.orgs for select to authenticated using
            (exists (select 1 from public.notes n where n.org = orgs.id and n.owner = :u));
        grant select on public.notes, public.orgs to authenticated;
        """,
        stranger(READ, "42P17"),
        errors="""
            RLS003 public.notes
            RLS003 public.orgs
        """,
    ),
    case(
        "missing-right-of-the-caller",
        "the policy reads a table that its callers may not read: every query fails",
        "create schema core; grant usage on schema core to authenticated;"
        "create table core.members (user_id uuid, org_id uuid, primary key (user_id, org_id));"
        + notes(
            "for select to authenticated using"
            " (exists (select 1 from core.members m where m.org_id = notes.org and m.user_id = :u))"
        ),
        stranger(READ, DENIED),
        errors=UNKNOWN,
        notes="the right that is missing is the caller's, and not the audit's",
    ),
    case(
        "volatile",
        "the policy calls a volatile function",
        CANARY + notes("for select to authenticated using (owner = :u and core.sing())"),
        stranger(READ, 0),
        errors=UNKNOWN,
    ),
    case(
        "volatile-behind-a-stable-function",
        "a function that says it is stable calls one that is not",
        CANARY
        + """
        create function core.check_it() returns boolean stable language plpgsql set search_path = ''
            as $$ begin return core.sing(); end $$;
        """
        + notes("for select to authenticated using (owner = :u or core.check_it())"),
        stranger(READ, 1),
        errors=UNKNOWN,
    ),
    case(
        "volatile-three-calls-deep",
        "a function that says it is stable calls one that calls one that is not",
        CANARY
        + """
        create function core.inner_check() returns boolean stable language plpgsql set search_path = ''
            as $$ begin return core.sing(); end $$;
        create function core.middle_check() returns boolean stable language plpgsql set search_path = ''
            as $$ begin return core.inner_check(); end $$;
        create function core.outer_check() returns boolean stable language plpgsql set search_path = ''
            as $$ begin return core.middle_check(); end $$;
        """
        + notes("for select to authenticated using (owner = :u or core.outer_check())"),
        stranger(READ, 1),
        errors=UNKNOWN,
    ),
    case(
        "volatile-operator",
        "the policy uses an operator, and the operator is a volatile function",
        CANARY
        + """
        create function core.same(a uuid, b uuid) returns boolean volatile language plpgsql set search_path = ''
            as $$ begin raise log 'canary: %', 'sang'; return a = b; end $$;
        create operator core.=== (leftarg = uuid, rightarg = uuid, function = core.same);
        """
        + notes("for select to authenticated using (owner operator(core.===) :u)"),
        stranger(READ, 0),
        errors=UNKNOWN,
        notes="pg_depend has the operator, and not its function",
    ),
    case(
        "volatile-cast",
        "the policy casts, and the cast is a volatile function",
        CANARY
        + """
        create type core.person as (id uuid);
        create function core.to_person(id uuid) returns core.person volatile language plpgsql set search_path = ''
            as $$ begin raise log 'canary: %', 'sang'; return row (id); end $$;
        create cast (uuid as core.person) with function core.to_person(uuid);
        """
        + notes("for select to authenticated using (owner::core.person = row(:u)::core.person)"),
        stranger(READ, 0),
        errors=UNKNOWN,
    ),
    case(
        "volatile-domain",
        "a column of a domain whose CHECK calls a volatile function: building a row runs it",
        CANARY
        + """
        create domain core.word as text check (value <> '' and core.sing());
        create table public.notes (id bigint primary key, owner uuid not null, word core.word);
        create index on public.notes (owner);
        create index on public.notes (word);
        alter table public.notes enable row level security;
        create policy own on public.notes for select to authenticated using (owner = :u or word = 'x');
        grant select on public.notes to authenticated;
        """,
        stranger(READ, 0),
        notes="either it is tried without that column, or it is not tried",
        also=UNKNOWN,
    ),
    case(
        "volatile-in-a-view-of-a-policy",
        "the policy reads a view, and the view calls a volatile function",
        CANARY
        + """
        create view core.members as select ':B'::uuid as user_id where core.sing();
        grant select on core.members to authenticated;
        """
        + notes("for select to authenticated using (exists (select 1 from core.members m where m.user_id = :u))"),
        stranger(READ, 0),
        errors=UNKNOWN,
    ),
    case(
        "volatile-in-a-policy-of-a-policy",
        "the policy reads a table, and the policy of that table calls a volatile function",
        CANARY
        + """
        create table core.members (user_id uuid primary key);
        alter table core.members enable row level security;
        create policy sung on core.members for select to authenticated using (core.sing());
        grant select on core.members to authenticated;
        insert into core.members values (':B');
        """
        + notes("for select to authenticated using (exists (select 1 from core.members m where m.user_id = :u))"),
        stranger(READ, 0),
        errors=UNKNOWN,
    ),
    case(
        "volatile-default-argument",
        "a stable function is called without its argument, whose default is volatile",
        CANARY
        + """
        create function core.quiet(x boolean default core.sing()) returns boolean stable language sql
            set search_path = '' as 'select x';
        """
        + notes("for select to authenticated using (owner = :u or core.quiet())"),
        stranger(READ, 1),
        errors=UNKNOWN,
    ),
    case(
        "volatile-domain-in-the-policy",
        "the policy casts to a domain, and the domain's CHECK is volatile",
        CANARY
        + "create domain core.word as text check (core.sing());"
        + notes("for select to authenticated using (owner = :u or (body::core.word)::text = 'x')"),
        stranger(READ, 0),
        errors=UNKNOWN,
        also="RLS024 public.notes",
    ),
    case(
        "volatile-domain-in-a-function",
        "a stable function has a variable of a domain, and the domain's CHECK is volatile",
        CANARY
        + """
        create domain core.word as text check (core.sing());
        create function core.quiet() returns boolean stable language plpgsql set search_path = ''
            as $$ declare found core.word := 'x'; begin return found = 'x'; end $$;
        """
        + notes("for select to authenticated using (owner = :u or core.quiet())"),
        stranger(READ, 1),
        errors=UNKNOWN,
    ),
    case(
        "volatile-behind-an-operator-and-a-comment",
        "a comment begins right behind an operator",
        CANARY
        + """
        create function core.quiet() returns boolean stable language sql set search_path = ''
            as $q$ select true =--don't
                core.sing() --'
            $q$;
        """
        + notes("for select to authenticated using (owner = :u or core.quiet())"),
        stranger(READ, 1),
        errors=UNKNOWN,
    ),
    case(
        "volatile-function-written-as-a-column",
        "a function of the row is written as if it were a column",
        CANARY
        + """
        create table core.songs (id int); insert into core.songs values (1);
        grant select on core.songs to authenticated;
        create function core.hum(song core.songs) returns boolean volatile language plpgsql set search_path = ''
            as $$ begin raise log 'canary: %', 'sang'; return true; end $$;
        create function core.quiet() returns boolean stable language sql set search_path = 'core'
            as 'select t.hum from core.songs t';
        """
        + notes("for select to authenticated using (owner = :u or core.quiet())"),
        stranger(READ, 1),
        errors=UNKNOWN,
    ),
    case(
        "volatile-in-another-dialect",
        "a function reads its literals as PostgreSQL did before 9.1",
        CANARY
        + """
        create function core.quiet() returns boolean stable language sql set standard_conforming_strings = off
            as $q$ select 'it\\'s' = 'x' or core.sing() -- '
            $q$;
        """
        + notes("for select to authenticated using (owner = :u or core.quiet())"),
        errors=UNKNOWN,
    ),
    case(
        "volatile-in-a-view",
        "a view that is served calls a volatile function: a look at it would run it",
        CANARY
        + notes("for select to authenticated using (owner = :u)")
        + """
        create view public.loud with (security_invoker = true) as select id from public.notes where core.sing();
        create view public.louder as select 1 as one where core.sing();
        grant select on public.loud, public.louder to anon, authenticated;
        """,
        stranger("select * from public.loud", 0),
        stranger("select * from public.louder", 1),
        safe=True,
        notes="reads through the first view are bound by the policies, and the second shows no table",
    ),
    case(
        "volatile-in-a-definer-view",
        "a view around RLS calls a volatile function: a fail that needs no look",
        CANARY
        + notes("for select to authenticated using (owner = :u)")
        + """
        create view public.loud as select id from public.notes where core.sing();
        grant select on public.loud to anon;
        """,
        anon("select * from public.loud", 1),
        fails="RLS008 public.loud",
    ),
    case(
        "volatile-in-a-restrictive-policy",
        "own rows; the restrictive policy is volatile",
        CANARY
        + notes(
            "for select to authenticated using (owner = :u)",
            "as restrictive for select to authenticated using (core.sing())",
        ),
        stranger(READ, 0),
        safe=True,
        notes="whatever it answers, no row of others passes the permissive one: the rest is enough to tell",
    ),
    case(
        "volatile-beside-an-open-policy",
        "one policy is volatile, the other lets everyone through",
        CANARY
        + notes(
            "for select to authenticated using (core.sing())",
            "for select to authenticated using (owner = owner)",
        ),
        stranger(READ, 1),
        fails=UNKNOWN,
        also="RLS002 public.notes",
        notes="what cannot be tried must not hide what can",
    ),
    case(
        "volatile-elsewhere",
        "one table is volatile, another is open",
        CANARY
        + notes("for select to authenticated using (core.sing())")
        + """
        create table public.open (id bigint primary key, owner uuid not null);
        create index on public.open (owner);
        insert into public.open values (1, ':B');
        alter table public.open enable row level security;
        create policy own on public.open for select to authenticated using (owner = owner);
        grant select on public.open to authenticated;
        """,
        stranger("select * from public.open", 1),
        fails="RLS003 public.open",
        also="RLS002 public.open",
        errors=UNKNOWN,
    ),
    case(
        "dblink",
        "a stable function that opens a connection of its own",
        """
        create extension dblink schema extensions;
        create function extensions.elsewhere(who uuid) returns boolean stable language plpgsql set search_path = ''
            as $$ begin return (
                select ok from extensions.dblink('host=127.0.0.1 port=1', 'select true') as t(ok boolean)
            ); end $$;
        """
        + notes("for select to authenticated using (extensions.elsewhere(owner))"),
        errors=UNKNOWN,
    ),
    case(
        "sequence",
        "the policy calls nextval, which no rollback takes back",
        "create sequence public.looks; grant usage on sequence public.looks to authenticated;"
        + notes("for select to authenticated using (owner = :u or nextval('public.looks') < 0)"),
        stranger(READ, 0),
        errors=UNKNOWN,
    ),
    case(
        "notification",
        "the policy sends a notification",
        notes("for select to authenticated using (owner = :u or pg_notify('audit', 'x') is null)"),
        stranger(READ, 0),
        errors=UNKNOWN,
    ),
    case(
        "large-object",
        "a stable function makes a large object",
        """
        create schema core;
        grant usage on schema core to authenticated;
        create function core.keep() returns boolean stable language sql set search_path = ''
            as 'select pg_catalog.lo_create(0) is null';
        """
        + notes("for select to authenticated using (owner = :u or core.keep())"),
        stranger(READ, 0),
        errors=UNKNOWN,
    ),
    case(
        "slow",
        "a policy that takes its time",
        notes("for select to authenticated using (owner = :u or pg_sleep(30) is null)"),
        errors=UNKNOWN,
    ),
    case(
        "slow-by-work",
        "a policy without any function of its own that works for minutes",
        notes(
            "for select to authenticated using (owner = :u or (select sum(s.n) from generate_series(1, 60000) a,"
            " lateral (select count(*) as n from generate_series(1, 60000 + 0 * a)) s) < 0)"
        ),
        errors=UNKNOWN,
        notes="statement_timeout ends it",
    ),
    case(
        "raises",
        "a policy that fails for a caller without a tenant",
        """
        create schema core;
        grant usage on schema core to authenticated;
        create function core.tenant() returns uuid stable language plpgsql set search_path = '' as $$
        begin
            if auth.jwt() -> 'app_metadata' ->> 'tenant' is null then raise 'no tenant'; end if;
            return (auth.jwt() -> 'app_metadata' ->> 'tenant')::uuid;
        end $$;
        """
        + notes("for select to authenticated using (org = (select core.tenant()))"),
        stranger(READ, "P0001"),
        stranger(READ, 0, app_metadata={"tenant": "cccccccc-0000-4000-8000-00000000000c"}),
        errors=UNKNOWN,
        notes="refused with an error, and not with a policy",
    ),
    case(
        "audit-without-the-roles",
        "the audit's role is not allowed to look with the eyes of anon and authenticated",
        notes("for select to authenticated using (owner = owner)")
        + "create table public.open (id bigint); insert into public.open values (1);"
        + "grant select on public.open to anon;"
        + "revoke anon, authenticated from auditor;",
        anon("select * from public.open", 1),
        fails="RLS001 public.open",
        also="""
            RLS002 public.notes
            RLS003 public.notes
        """,
        errors="RLS003 public.notes",
        undo="grant anon, authenticated to auditor;",
        notes="what the catalogs say is still said",
    ),
)
