"""The least of Supabase that row level security needs: roles, the schemas auth and storage, and who asks."""

from __future__ import annotations

A = "aaaaaaaa-0000-4000-8000-00000000000a"
"""A signed-up user who owns nothing: the stranger."""
B = "bbbbbbbb-0000-4000-8000-00000000000b"
"""The user whose rows they are."""

ROLES = """
do $$
declare name text;
begin
    foreach name in array '{anon, authenticated, service_role, authenticator, app, auditor}'::text[] loop
        if not exists (select from pg_roles where rolname = name) then
            execute format('create role %I', name);
        end if;
    end loop;
end $$;
alter role anon nologin noinherit;
alter role authenticated nologin noinherit;
alter role service_role nologin noinherit bypassrls;
alter role authenticator login noinherit;
alter role app login;
alter role auditor login;
grant anon, authenticated, service_role to authenticator;
grant anon, authenticated to auditor;
alter role authenticator set pgrst.db_schemas = 'public';
"""
"""Once a server."""

SCHEMAS = f"""
create schema auth;
create schema storage;
create schema extensions;
grant usage on schema public, auth, storage, extensions to anon, authenticated, service_role;
grant usage on schema public to app;

create table auth.users (
    id uuid primary key, email text, raw_user_meta_data jsonb default '{{}}', raw_app_meta_data jsonb default '{{}}'
);
alter table auth.users enable row level security;
insert into auth.users (id, email) values ('{A}', 'a@example.com'), ('{B}', 'b@example.com');

create function auth.jwt() returns jsonb stable language sql as $$
    select nullif(current_setting('request.jwt.claims', true), '')::jsonb
$$;
create function auth.uid() returns uuid stable language sql as $$
    select (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')::uuid
$$;
create function auth.role() returns text stable language sql as $$
    select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role'
$$;
create function auth.email() returns text stable language sql as $$
    select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'email'
$$;

create table storage.buckets (
    id text primary key, name text not null unique, owner_id text, public boolean default false
);
create table storage.objects (
    id uuid primary key default gen_random_uuid(), bucket_id text references storage.buckets, name text, owner_id text
);
create index on storage.objects (bucket_id, name);
create function storage.foldername(name text) returns text[] immutable language sql as $$
    select (string_to_array(name, '/'))[1 : cardinality(string_to_array(name, '/')) - 1]
$$;
alter table storage.buckets enable row level security;
alter table storage.objects enable row level security;
grant select, insert, update, delete on storage.buckets, storage.objects to anon, authenticated, service_role;
"""
"""Once a database. No default privileges: each case grants what it means to grant."""
