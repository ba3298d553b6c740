-- The chapter's tables, with rows of two tenants.
grant create on database app to owner_role;
grant create on schema public to owner_role;
grant usage on schema public to anon, authenticated, service_role, app, auditor;
set role owner_role;

create schema auth;

create table auth.users (
    id uuid primary key default gen_random_uuid(),
    email text not null unique,
    raw_user_meta_data jsonb not null default '{}',
    created_at timestamptz not null default now()
);
alter table auth.users enable row level security;

create function auth.jwt() returns jsonb language sql stable
    as $$ select coalesce(nullif(current_setting('request.jwt.claims', true), ''), '{}')::jsonb $$;
create function auth.uid() returns uuid language sql stable
    as $$ select nullif(auth.jwt() ->> 'sub', '')::uuid $$;
create function auth.role() returns text language sql stable
    as $$ select auth.jwt() ->> 'role' $$;

create table public.workspaces (
    id uuid primary key default gen_random_uuid(),
    owner_id uuid not null references auth.users (id) on delete cascade,
    name text not null,
    created_at timestamptz not null default now()
);
create index workspaces_owner_id_idx on public.workspaces (owner_id);

create table public.workspace_datasets (
    id uuid primary key default gen_random_uuid(),
    workspace_id uuid not null references public.workspaces (id) on delete cascade,
    owner_id uuid not null references auth.users (id) on delete cascade,
    name text not null,
    row_count bigint not null default 0,
    created_at timestamptz not null default now()
);
create index workspace_datasets_workspace_id_idx on public.workspace_datasets (workspace_id);
create index workspace_datasets_owner_id_idx on public.workspace_datasets (owner_id);

create table public.custom_kpis (
    id uuid primary key default gen_random_uuid(),
    workspace_id uuid not null references public.workspaces (id) on delete cascade,
    owner_id uuid not null references auth.users (id) on delete cascade,
    name text not null,
    formula text not null,
    created_at timestamptz not null default now()
);
create index custom_kpis_workspace_id_idx on public.custom_kpis (workspace_id);
create index custom_kpis_owner_id_idx on public.custom_kpis (owner_id);

create table public.user_roles (
    id uuid primary key default gen_random_uuid(),
    owner_id uuid not null references auth.users (id) on delete cascade,
    role text not null check (role in ('viewer', 'editor', 'admin')),
    granted_at timestamptz not null default now()
);
create unique index user_roles_owner_id_role_idx on public.user_roles (owner_id, role);

insert into auth.users (id, email) values
    ('a0000000-0000-4000-8000-000000000001', 'alice@tenant-a.test'),
    ('b0000000-0000-4000-8000-000000000002', 'bob@tenant-b.test');
insert into public.workspaces (owner_id, name)
    select id, 'Sales of ' || split_part(email, '@', 1) from auth.users;
insert into public.workspace_datasets (workspace_id, owner_id, name, row_count)
    select id, owner_id, dataset, 1200
    from public.workspaces, unnest(array['orders', 'customers', 'refunds']) as dataset;
insert into public.custom_kpis (workspace_id, owner_id, name, formula)
    select id, owner_id, kpi, 'sum(' || kpi || ')'
    from public.workspaces, unnest(array['revenue', 'margin']) as kpi;
insert into public.user_roles (owner_id, role)
    select id, case when email like 'alice%' then 'admin' else 'editor' end from auth.users;

grant usage on schema auth to anon, authenticated, service_role, app, auditor;
grant all on all tables in schema public to service_role;
grant select, insert, update, delete on public.workspaces, public.workspace_datasets, public.custom_kpis to app;
grant select on public.user_roles to app;

alter table public.workspaces enable row level security;
alter table public.workspaces force row level security;
create policy workspaces_select on public.workspaces for select to authenticated, app
    using ((select auth.uid()) = owner_id);
create policy workspaces_insert on public.workspaces for insert to authenticated, app
    with check ((select auth.uid()) = owner_id);
create policy workspaces_update on public.workspaces for update to authenticated, app
    using ((select auth.uid()) = owner_id) with check ((select auth.uid()) = owner_id);
create policy workspaces_delete on public.workspaces for delete to authenticated, app
    using ((select auth.uid()) = owner_id);
reset role;
