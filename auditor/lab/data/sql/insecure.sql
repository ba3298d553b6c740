-- The planted defects: no row level security on workspace_datasets and user_roles, a policy that lets everyone
-- read custom_kpis, and the grants that Supabase used to make by default.
set role owner_role;
alter table public.custom_kpis enable row level security;
create policy custom_kpis_select on public.custom_kpis for select to anon, authenticated using (true);

grant all on all tables in schema public to anon, authenticated;
alter default privileges in schema public grant all on tables to anon, authenticated, service_role;
reset role;
