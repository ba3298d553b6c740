"""What callers say of themselves, in tokens, headers and new rows; and rows that name people in arrays and JSON."""

from __future__ import annotations

from tests.rls.bootstrap import A, B
from tests.rls.case import DENIED, anon, case, notes, owner, stranger

from .applications import ANY, POSTS, READ, posts

MESSAGES = """
create table public.messages (id bigint primary key, sender_id uuid not null, recipient_id uuid not null, seen boolean);
create index on public.messages (sender_id);
create index on public.messages (recipient_id);
alter table public.messages enable row level security;
create policy read on public.messages for select to authenticated using (:u in (sender_id, recipient_id));
grant select, insert, update on public.messages to authenticated;
insert into public.messages values (1, ':B', ':A');
"""
SPOOFED = "insert into public.messages values (2, ':B', ':A')"
HEADER = """select set_config('request.headers', '{"x-org": ":B"}', true)"""

CASES = (
    case(
        "tenant-from-a-header-by-a-helper",
        "a helper takes the organisation out of a header",
        """
        create schema core;
        grant usage on schema core to authenticated;
        create function core.org() returns uuid stable language sql set search_path = '' as
            $$ select (current_setting('request.headers', true)::json ->> 'x-org')::uuid $$;
        """
        + notes("for select to authenticated using (org = (select core.org()))"),
        stranger(READ, 0),
        stranger(READ, 1, given=HEADER),
        fails=ANY.format("public.notes"),
    ),
    case(
        "tenant-from-a-named-header",
        "a helper is told which header",
        """
        create schema core;
        grant usage on schema core to authenticated;
        create function core.header(name text) returns text stable language sql set search_path = '' as
            $$ select current_setting('request.headers', true)::json ->> name $$;
        """
        + notes("for select to authenticated using (org::text = (select core.header('x-org')))"),
        stranger(READ, 1, given=HEADER),
        fails=ANY.format("public.notes"),
    ),
    case(
        "token-in-a-header",
        "whoever knows a row's token says it in a header",
        posts(
            "share_token uuid not null default gen_random_uuid()",
            "default",
            "for select to anon, authenticated using"
            " (share_token = (select (current_setting('request.headers', true)::json ->> 'x-share-token')::uuid))",
            indexes="share_token",
        )
        + "grant select on public.posts to anon;",
        anon(POSTS, 0),
        safe=True,
        notes="a header that names a tenant is no secret, and a token is",
    ),
    case(
        "recipient-writes-to-oneself",
        "whoever gets a message may have written it, in the name of anybody",
        MESSAGES + "create policy send on public.messages for insert to authenticated with check (recipient_id = :u);",
        stranger(SPOOFED, 1),
        fails="RLS004 public.messages",
    ),
    case(
        "sender-bound",
        "messages in one's own name; who gets one marks it as seen",
        MESSAGES
        + """
        create policy send on public.messages for insert to authenticated with check (sender_id = :u);
        create policy seen on public.messages for update to authenticated using (recipient_id = :u);
        """,
        stranger(SPOOFED, DENIED),
        stranger("insert into public.messages values (2, ':A', ':B')", 1),
        stranger("update public.messages set seen = true", 1),
        safe=True,
    ),
    case(
        "a-pair-of-users",
        "either of two friends writes the line that makes them so: neither is its author",
        """
        create table public.pairs (user_a uuid, user_b uuid, primary key (user_a, user_b));
        create index on public.pairs (user_b);
        alter table public.pairs enable row level security;
        create policy own on public.pairs for all to authenticated using (:u in (user_a, user_b));
        grant select, insert on public.pairs to authenticated;
        """,
        stranger("insert into public.pairs values (':A', ':B')", 1),
        safe=True,
    ),
    case(
        "any-claimed-tenants",
        "a token with organisations, whichever, opens the rows of all",
        notes(
            "for select to authenticated using (org is not null and"
            " jsonb_array_length((select auth.jwt()) -> 'app_metadata' -> 'org_ids') > 0)"
        ),
        stranger(READ, 1, app_metadata={"org_ids": [A]}),
        fails=ANY.format("public.notes"),
    ),
    case(
        "claimed-tenants-at-the-top",
        "a hook puts the organisation at the top of the token",
        notes("for select to authenticated using (org = ((select auth.jwt()) ->> 'org_id')::uuid)"),
        stranger(READ, 0, org_id=A),
        owner(READ, 1, org_id=B),
        safe=True,
    ),
    case(
        "any-claimed-tenant-at-the-top",
        "the same, and it is not compared",
        notes("for select to authenticated using (org is not null and ((select auth.jwt()) ->> 'org_id') is not null)"),
        stranger(READ, 1, org_id=A),
        fails=ANY.format("public.notes"),
    ),
    case(
        "some-members",
        "rows with members, whoever they are",
        posts(
            "member_ids uuid[] not null default '{}'",
            "'{:B}'",
            "for select to authenticated using (owner = :u or cardinality(member_ids) > 0)",
            indexes="member_ids",
        ),
        stranger(POSTS, 1),
        fails=ANY.format("public.posts"),
    ),
    case(
        "json-user-is-not-empty",
        "the user stands in JSON, and is not compared",
        posts(
            "data jsonb not null default '{}'",
            """'{"user_id": ":B"}'""",
            "for select to authenticated using (owner = :u or data ->> 'user_id' <> '')",
            indexes="data",
        ),
        stranger(POSTS, 1),
        fails=ANY.format("public.posts"),
    ),
    case(
        "json-user-is-the-caller",
        "the user stands in JSON, and is compared",
        posts(
            "data jsonb not null default '{}'",
            """'{"user_id": ":B"}'""",
            "for select to authenticated using ((data ->> 'user_id')::uuid = :u)",
            indexes="data",
        ),
        stranger(POSTS, 0),
        owner(POSTS, 1),
        safe=True,
    ),
    case(
        "json-visibility",
        "public unless JSON says otherwise, in a word",
        posts(
            "settings jsonb",
            """'{"visibility": "private"}'""",
            "for select to authenticated"
            " using (owner = :u or coalesce(settings ->> 'visibility', 'public') = 'public')",
            indexes="settings",
        ),
        stranger(POSTS, 0),
        owner(POSTS, 1),
        safe=True,
    ),
    case(
        "valid-for-all",
        "vouchers that are valid: everybody signed in lists their codes",
        posts(
            "code text not null, valid_until timestamptz",
            "'c0de', now() + interval '1 day'",
            "for select to authenticated using (owner = :u or valid_until >= now())",
            indexes="valid_until",
        ),
        stranger(POSTS, 1),
        fails=ANY.format("public.posts"),
    ),
    case(
        "public-until-it-expires",
        "own posts, and public ones that have not expired",
        posts(
            "is_public boolean not null, expires_at timestamptz not null",
            "false, now() + interval '1 day'",
            "for select to authenticated using (owner = :u or (is_public and expires_at > now()))",
            indexes="expires_at",
        ),
        stranger(POSTS, 0),
        safe=True,
    ),
    case(
        "raises-for-nobody-else",
        "the helper raises where there is no organisation, and lets everybody into all others",
        """
        create schema core;
        grant usage on schema core to authenticated;
        create function core.require(org uuid) returns boolean stable language plpgsql set search_path = '' as $$ begin
            if org is null then raise exception 'no organisation' using errcode = '42501'; end if;
            return true;
        end $$;
        """
        + notes("for select to authenticated using (core.require(org))"),
        stranger(READ, 1),
        fails=ANY.format("public.notes"),
        also="RLS005 public.notes",
    ),
    case(
        "number-claim-that-raises",
        "the claim is a number, and empty in a token without a tenant",
        """
        create table public.invoices (id bigint primary key, tenant_id bigint not null);
        create index on public.invoices (tenant_id);
        insert into public.invoices values (1, 7);
        alter table public.invoices enable row level security;
        create policy tenant on public.invoices for select to authenticated
            using (tenant_id = coalesce((select auth.jwt()) -> 'app_metadata' ->> 'tenant_id', '')::bigint);
        grant select on public.invoices to authenticated;
        """,
        stranger("select * from public.invoices", "22P02"),
        owner("select * from public.invoices", 1, app_metadata={"tenant_id": 7}),
        safe=True,
    ),
    case(
        "text-that-does-not-fit",
        "the row's own text is cast, and fails for what the audit makes up",
        posts(
            "kind text not null",
            "'7'",
            "for select to authenticated using (kind::int > 0)",
            indexes="kind",
        ),
        stranger(POSTS, 1),
        errors="RLS003 public.posts",
    ),
    case(
        "fallback-to-the-first-customer",
        "who has no organisation in the token gets what belongs to one that the policy names",
        posts(
            "org_slug text not null",
            "'acme'",
            "for select to authenticated using (org_slug ="
            " case when (select auth.jwt()) -> 'app_metadata' ? 'org'"
            " then (select auth.jwt()) -> 'app_metadata' ->> 'org' else 'acme' end)",
            indexes="org_slug",
        ),
        stranger(POSTS, 1),
        stranger(POSTS, 0, app_metadata={"org": "zoo"}),
        fails=ANY.format("public.posts"),
    ),
    case(
        "tenant-for-everybody",
        "the rows of one tenant are everybody's, whatever tenant they have",
        posts(
            "org_slug text not null",
            "'zoo'",
            "for select to authenticated using (org_slug = 'handbook'"
            " or org_slug = (select auth.jwt()) -> 'app_metadata' ->> 'org')",
            indexes="org_slug",
        ),
        stranger(POSTS, 0),
        stranger(POSTS, 1, given="update public.posts set org_slug = 'handbook'"),
        stranger(POSTS, 1, app_metadata={"org": "zoo"}),
        safe=True,
    ),
    case(
        "owned-by-a-team",
        "rows are their owner's, and those that a team owns are everybody's",
        """
        create type public.owner_kind as enum ('member', 'team');
        """
        + posts(
            "holder_id uuid not null, holder_kind public.owner_kind not null",
            "':B', 'team'",
            "for select to authenticated using (holder_id = :u or holder_kind = 'team')",
            indexes="holder_id holder_kind",
        ),
        stranger(POSTS, 1),
        fails=ANY.format("public.posts"),
    ),
    case(
        "company-profiles",
        "profiles of companies are public, and those of people their own",
        posts(
            "account_type text not null check (account_type in ('user', 'company'))",
            "'user'",
            "for select to authenticated using (owner = :u or account_type = 'company')",
            indexes="account_type",
        ),
        stranger(POSTS, 0),
        owner(POSTS, 1),
        safe=True,
        notes="a kind of row, and not of an owner that stands beside it",
    ),
)
