create role anon; create role authenticated; create role service_role; create role other;
create extension pg_trgm; create extension postgres_fdw; create extension citext; create extension hstore;
create schema auth; create schema "Odd Schema""x"; create schema extensions; create extension "unaccent" schema extensions;
create type public.mood as enum ('sad','ok','happy'); create domain public.email as citext check (value ~ '@'); create type public.pair as (a int, b text);
create type public.fr as range (subtype = float8);
create table auth.users (id uuid primary key default gen_random_uuid(), email public.email unique, role varchar(20) default 'user', created_at timestamptz default now(), constraint rolecheck check (role in ('user','admin','other')));
create table public.p (id bigint generated always as identity, at date not null, v numeric(10,2), status varchar(10) check (status in ('a','b','c')), doubled numeric generated always as (v*2) stored, m public.mood default 'ok') partition by range (at);
create table public.p1 partition of public.p for values from ('2026-01-01') to ('2026-06-01');
create table public.p2 partition of public.p for values from ('2026-06-01') to ('2027-01-01');
create index on public.p (at); create index on public.p using gin (status gin_trgm_ops);
insert into public.p (at, v, status) select '2026-01-01'::date + (i % 360), i, 'a' from generate_series(1,5000) i;
create table "Odd Schema""x"."Tab le" ("Col ""q""" int primary key, "order" text default 'x''y', c text collate "C", tags text[], j jsonb default '{"a":1}', mm public.pair, h hstore, "createdAt" timestamp default now());
insert into "Odd Schema""x"."Tab le" ("Col ""q""") select generate_series(1,100);
create table public.parent (a int, created_at timestamptz); create table public.child (b int) inherits (public.parent); insert into public.parent select 1,now() from generate_series(1,30); insert into public.child select 1,now(),2 from generate_series(1,40);
create unlogged table public.cache (k text primary key, v text); insert into public.cache select i::text,'v' from generate_series(1,50) i;
create table public.fkk (id serial primary key, u uuid references auth.users on delete cascade, r int4range, exclude using gist (r with &&));
insert into auth.users (email) select 'u'||i||'@x' from generate_series(1,300) i; insert into public.fkk(u) select id from auth.users;
create view public.v as select f.id, u.email from public.fkk f join auth.users u on u.id=f.u where u.role in ('user','admin');
create materialized view public.mv as select count(*) as n from public.fkk; create unique index on public.mv (n);
create function public.touch() returns trigger language plpgsql security definer set search_path = '' as $$begin
ALTER TABLE public.fkk OWNER TO other;
new.r := null; return new; end$$;
create trigger t1 before insert on public.fkk for each row when (new.r is not null) execute function public.touch();
create function public.std(a int) returns int language sql immutable begin atomic select a+1; end;
create function public.f2(a public.mood, b text default 'x') returns table(x int) language sql stable as 'select 1';
create procedure public.pr() language sql as 'select 1'; create aggregate public.agg(int) (sfunc=int4pl, stype=int, initcond='0');
create operator public.=== (leftarg=int, rightarg=int, function=int4eq);
create cast (public.pair as text) with inout as assignment;
create text search configuration public.ts (copy = simple);
create rule r1 as on update to public.cache where old.k = 'z' do instead nothing;
create statistics public.st on id, u from public.fkk;
alter table public.fkk enable row level security; create policy own on public.fkk for select to authenticated, anon using (u::text = current_setting('request.jwt.claims', true)::json->>'sub');
create policy own2 on public.fkk as restrictive for update using (id in (1,2,3)) with check (true);
alter table auth.users enable row level security; alter table auth.users force row level security;
create function public.evt() returns event_trigger language plpgsql as 'begin end'; create event trigger evtrig on ddl_command_end execute function public.evt();
create server remote foreign data wrapper postgres_fdw options (host '10.0.0.1', dbname 'x'); create user mapping for current_user server remote options (user 'a', password 'b'); create foreign table public.ft (a int) server remote options (table_name 't');
create view public.overft as select * from public.ft;
create publication pub for all tables; create publication pub2 for table public.fkk;
alter default privileges in schema public grant select on tables to anon; grant usage on schema auth to anon; grant select on all tables in schema public to anon, authenticated; grant all on public.fkk to service_role with grant option;
alter table public.fkk owner to other; alter schema auth owner to other; alter function public.std(int) owner to other;
select lo_create(0); select lo_from_bytea(0, '\x00010203');
create sequence public.sq start 5; select nextval('public.sq');
alter table public.cache cluster on cache_pkey; create index bad on public.cache (lower(v)) where v is not null and k in ('a','b');
create function public.body() returns text language sql as $$select '
\connect nowhere

COPY x FROM stdin;
'$$;
create table public.empty (a int);
