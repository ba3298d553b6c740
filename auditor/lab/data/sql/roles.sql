-- The roles of a Supabase project, the application's own, and the one that the audit reads with.
create role owner_role nologin;
create role anon nologin noinherit;
create role authenticated nologin noinherit;
create role service_role nologin noinherit bypassrls;
create role authenticator login noinherit;
grant anon, authenticated, service_role to authenticator;
alter role authenticator set pgrst.db_schemas = 'public';
create role app login;
create role auditor login;
alter role auditor set default_transaction_read_only = on;
grant anon, authenticated, pg_monitor to auditor;
