-- Every table shows each user the rows that are theirs, and strangers nothing.
set role owner_role;
alter table public.workspace_datasets enable row level security;
alter table public.workspace_datasets force row level security;
create policy workspace_datasets_select on public.workspace_datasets for select to authenticated, app
    using ((select auth.uid()) = owner_id);
create policy workspace_datasets_insert on public.workspace_datasets for insert to authenticated, app
    with check ((select auth.uid()) = owner_id);
create policy workspace_datasets_update on public.workspace_datasets for update to authenticated, app
    using ((select auth.uid()) = owner_id) with check ((select auth.uid()) = owner_id);
create policy workspace_datasets_delete on public.workspace_datasets for delete to authenticated, app
    using ((select auth.uid()) = owner_id);

alter table public.custom_kpis enable row level security;
alter table public.custom_kpis force row level security;
create policy custom_kpis_select on public.custom_kpis for select to authenticated, app
    using ((select auth.uid()) = owner_id);
create policy custom_kpis_insert on public.custom_kpis for insert to authenticated, app
    with check ((select auth.uid()) = owner_id);
create policy custom_kpis_update on public.custom_kpis for update to authenticated, app
    using ((select auth.uid()) = owner_id) with check ((select auth.uid()) = owner_id);
create policy custom_kpis_delete on public.custom_kpis for delete to authenticated, app
    using ((select auth.uid()) = owner_id);

-- Nobody but the service grants roles: a policy to write one's own row would let everyone become admin.
alter table public.user_roles enable row level security;
alter table public.user_roles force row level security;
create policy user_roles_select on public.user_roles for select to authenticated, app
    using ((select auth.uid()) = owner_id);

grant select, insert, update, delete on public.workspaces, public.workspace_datasets, public.custom_kpis
    to authenticated;
grant select on public.user_roles to authenticated;
reset role;

revoke all on database app from public;
grant connect on database app to app, auditor, authenticator;
-- PostgREST writes within a SELECT, which log_statement = 'mod' leaves out
alter role authenticator set log_statement = 'all';
alter role app set statement_timeout = '15s';
alter role app set idle_in_transaction_session_timeout = '60s';
alter role app connection limit 20;
