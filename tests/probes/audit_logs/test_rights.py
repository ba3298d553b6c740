"""Who may rewrite audit tables, and who may switch the log off, on real servers."""

from __future__ import annotations

import pytest

from auditor.facts.audit_logs import AuditTable, AuditTables, Change, LogControl
from auditor.facts.policy import AuditLogPolicy
from auditor.probes.audit_logs.control import SWITCHES, allowed_switches, log_control
from auditor.probes.audit_logs.tables import audit_tables, is_audit_name
from checks.audit_logs.audit_tables_append_only import audit_tables_append_only
from checks.audit_logs.log_not_switched_off import log_not_switched_off
from tests.probes.audit_logs.conftest import changed, gather

pytestmark = pytest.mark.xdist_group("audit-logs")
TABLE = "create table public.audit_log (id int, who text) -- drop table public.audit_log"
FORBID = (
    "create function public.forbid() returns trigger language plpgsql as $$ {body} $$ -- drop function public.forbid()"
)


@pytest.fixture(params=["pg15", "pg18"])
def server(request):
    return request.getfixturevalue(request.param)


def tables(server, *statements, policy=AuditLogPolicy(), **who) -> tuple[AuditTables, list]:  # noqa: B008
    with changed(server, *statements):
        found = gather(server, audit_tables, extra=(policy,), **who)
    return found, [(f.subject, f.outcome.value) for f in audit_tables_append_only(found)]


@pytest.mark.parametrize(
    "name",
    [
        "audit_log", "Audit Log", "audit-logs", "AuditLog", "auditLogEntries", "audit_trail", "audit_events",
        "app_audit_log",
        "orders_audit", "orders_aud", "logged_actions", "record_version", "activity_log", "user_activity_logs",
        "security_events",
        "access_log", "admin_log", "django_admin_log", "change_log", "auditlog_logentry", "audit_log_2026_11",
        "audit_entry",
    ],
)  # fmt: skip
def test_names_of_audit_tables(name):
    assert is_audit_name("public", name)


@pytest.mark.parametrize(
    "name",
    ["audits", "audit", "audit_questions", "audit_templates", "auditors", "blog", "catalog", "events", "logs",
     "history", "orders", "dialogs", "login", "changelog_posts_x", "gaudi", "fraud", "applaud", "inaudible_logs"],
)  # fmt: skip
def test_names_of_other_tables(name):
    assert not is_audit_name("public", name)


def test_a_schema_for_it():
    assert is_audit_name("audit", "anything")


class TestTables:
    def test_none(self, server):
        found, verdicts = tables(server)
        assert found == AuditTables(("app",), ())
        assert verdicts == [("*", "not-applicable")]

    def test_append_only(self, server):
        found, verdicts = tables(server, TABLE, "grant select, insert on public.audit_log to app -- select 1")
        assert found.tables == (AuditTable("public.audit_log", False, (), "superuser"),)
        assert verdicts == [("public.audit_log", "pass")]

    @pytest.mark.parametrize("right", ["UPDATE", "DELETE", "TRUNCATE"])
    def test_granted(self, server, right):
        found, verdicts = tables(server, TABLE, f"grant {right} on public.audit_log to app -- select 1")
        assert found.tables[0].changes == (Change("app", right),)
        assert verdicts == [("public.audit_log", "fail")]

    def test_one_column_is_enough(self, server):
        found, _ = tables(server, TABLE, "grant update (who) on public.audit_log to app -- select 1")
        assert found.tables[0].changes == (Change("app", "UPDATE"),)

    def test_granted_to_all(self, server):
        found, _ = tables(server, TABLE, "grant delete on public.audit_log to public -- select 1")
        assert found.tables[0].changes == (Change("app", "DELETE"),)

    def test_granted_in_a_schema_that_is_closed(self, server):
        _, verdicts = tables(
            server,
            "create schema audit -- drop schema audit cascade",
            "create table audit.events (id int) -- select 1",
            "grant delete on audit.events to app -- select 1",
        )
        assert verdicts == [("audit.events", "pass")]

    def test_its_owner(self, server):
        found, verdicts = tables(server, TABLE, "alter table public.audit_log owner to app -- select 1")
        assert found.tables[0].changes == (Change("app", "owner"),)
        assert verdicts == [("public.audit_log", "fail")]

    def test_who_may_become_its_owner(self, server):
        found, _ = tables(
            server,
            "create role keeper -- drop role keeper",
            TABLE,
            "alter table public.audit_log owner to keeper -- select 1",
            "grant keeper to app -- select 1",
        )
        assert found.tables[0].changes == (Change("app", "owner"),)

    def test_a_superuser(self, server):
        found, verdicts = tables(server, TABLE, "alter role app superuser -- alter role app nosuperuser")
        assert (found.superuser, verdicts) == (True, [("public.audit_log", "fail")])

    def test_policies(self, server):
        rights = [
            TABLE,
            "grant all on public.audit_log to app -- select 1",
            "revoke truncate on public.audit_log from app -- select 1",
            "alter table public.audit_log enable row level security -- select 1",
            "create policy adding on public.audit_log for insert with check (true) -- select 1",
            "create policy seeing on public.audit_log for select using (true) -- select 1",
        ]
        _, verdicts = tables(server, *rights)
        assert verdicts == [("public.audit_log", "pass")]
        none = "create policy never on public.audit_log for delete using (false) -- select 1"
        assert tables(server, *rights, none)[1] == [("public.audit_log", "pass")]
        other = "create policy theirs on public.audit_log for all to plain using (true) -- select 1"
        assert tables(server, *rights, other)[1] == [("public.audit_log", "pass")]
        some = "create policy own on public.audit_log for update using (who = current_user) -- select 1"
        assert tables(server, *rights, some)[0].tables[0].changes == (Change("app", "UPDATE"),)
        exempt = "alter role app bypassrls -- alter role app nobypassrls"
        assert [c.how for c in tables(server, *rights, exempt)[0].tables[0].changes] == ["UPDATE", "DELETE"]

    def test_truncate_knows_no_policies(self, server):
        found, _ = tables(
            server,
            TABLE,
            "grant truncate on public.audit_log to app -- select 1",
            "alter table public.audit_log enable row level security -- select 1",
        )
        assert found.tables[0].changes == (Change("app", "TRUNCATE"),)

    def test_the_roles_of_the_api(self, server):
        found, _ = tables(
            server,
            "create role anon -- drop role anon",
            "create role service_role bypassrls -- drop role service_role",
            TABLE,
            "alter table public.audit_log enable row level security -- select 1",
            "grant all on public.audit_log to anon, service_role -- select 1",
        )
        assert found.roles == ("anon", "app", "service_role")
        assert found.tables[0].changes == (Change("service_role", "UPDATE"), Change("service_role", "DELETE"))

    @pytest.mark.parametrize(
        ("body", "outcome"),
        [
            ("begin raise exception 'append only'; end", "pass"),
            ("\n  begin\n  -- no changes\n  RAISE EXCEPTION USING message = 'no'; return null; end;", "pass"),
            ("begin return null; end", "pass"),
            ("begin raise notice 'changed'; return new; end", "error"),
            ("begin if tg_op = 'DELETE' then raise exception 'no'; end if; return new; end", "error"),
            ("declare x int; begin raise exception 'no'; end", "error"),
            ("begin new.who := 'x'; return new; end", "fail"),
        ],
    )
    def test_triggers(self, server, body, outcome):
        _, verdicts = tables(
            server,
            FORBID.format(body=body),
            TABLE,
            "grant update, delete on public.audit_log to app -- select 1",
            "create trigger no_change before update or delete on public.audit_log for each row "
            "execute function public.forbid() -- select 1",
        )
        assert {one for _, one in verdicts} == {outcome}

    def test_triggers_that_guard_something_else(self, server):
        forbid = FORBID.format(body="begin raise exception 'no'; end")
        grant = "grant update on public.audit_log to app -- select 1"
        make = "create trigger no_change {} on public.audit_log {} execute function public.forbid() -- select 1"
        for when, each in (
            ("before delete", "for each row"),
            ("before update of id", "for each row"),
            ("before update", "for each row when (old.id > 5)"),
        ):
            _, verdicts = tables(server, forbid, TABLE, grant, make.format(when, each))
            assert verdicts == [("public.audit_log", "fail")], when
        off = "alter table public.audit_log disable trigger no_change -- select 1"
        _, verdicts = tables(server, forbid, TABLE, grant, make.format("before update", "for each row"), off)
        assert verdicts == [("public.audit_log", "fail")]

    def test_a_statement_that_returns_null_is_not_refused(self, server):
        _, verdicts = tables(
            server,
            FORBID.format(body="begin return null; end"),
            TABLE,
            "grant delete on public.audit_log to app -- select 1",
            "create trigger t before delete on public.audit_log for each statement execute function public.forbid() "
            "-- select 1",
        )
        assert {one for _, one in verdicts} == {"error"}

    def test_rules(self, server):
        grant = "grant update, delete on public.audit_log to app -- select 1"
        rule = "create rule no_{0} as on {0} to public.audit_log do instead nothing -- select 1"
        assert tables(server, TABLE, grant, rule.format("update"), rule.format("delete"))[1] == [
            ("public.audit_log", "pass")
        ]
        assert tables(server, TABLE, grant, rule.format("update"))[0].tables[0].changes == (Change("app", "DELETE"),)

    def test_declared(self, server):
        policy = AuditLogPolicy(tables=("public.ledger", 'public."Odd Name"', "public.gone"))
        found, verdicts = tables(
            server,
            "create table public.ledger () -- drop table public.ledger",
            'create table public."Odd Name" () -- drop table public."Odd Name"',
            "grant delete on public.ledger to app -- select 1",
            policy=policy,
        )
        assert found.missing == ("public.gone",)
        assert verdicts == [
            ("public.gone", "error"), ('public."Odd Name"', "pass"), ("public.ledger", "fail"),
        ]  # fmt: skip

    def test_partitions(self, server):
        make = [
            "create table public.audit_log (at date) partition by range (at) -- drop table public.audit_log",
            "create table public.audit_log_2026 partition of public.audit_log for values from ('2026-01-01') "
            "to ('2027-01-01') -- select 1",
        ]
        assert tables(server, *make)[1] == [("public.audit_log", "pass")]
        hole = "grant delete on public.audit_log_2026 to app -- select 1"
        assert tables(server, *make, hole)[1] == [("public.audit_log", "pass"), ("public.audit_log_2026", "fail")]

    def test_tables_of_supabase_are_not_its_customers(self, server):
        _, verdicts = tables(
            server,
            "create schema auth -- drop schema auth cascade",
            "create table auth.audit_log_entries () -- select 1",
        )
        assert verdicts == [("*", "not-applicable")]

    def test_what_a_plain_role_sees(self, server):
        found, _ = tables(server, TABLE, "grant delete on public.audit_log to app -- select 1", auditor="plain")
        assert found.tables[0].changes == (Change("app", "DELETE"),)


class TestControl:
    def ways(self, server, *statements, **who) -> tuple[str, ...]:
        with changed(server, *statements):
            found = gather(server, log_control, **who)
        outcome = {f.outcome.value for f in log_not_switched_off(found)}
        assert outcome == ({"fail"} if found.ways else {"pass"})
        return found.ways

    def test_none(self, server):
        assert self.ways(server) == ()
        assert self.ways(server, auditor="plain") == ()

    @pytest.mark.parametrize(
        ("statement", "way"),
        [
            ("alter role app superuser -- alter role app nosuperuser", "is a superuser"),
            ("grant superuser to app -- revoke superuser from app", "belongs to superuser"),
            (
                "grant pg_write_server_files to app -- revoke pg_write_server_files from app",
                "belongs to pg_write_server_files",
            ),
            (
                "grant set on parameter log_statement to app -- revoke set on parameter log_statement from app",
                "may SET log_statement",
            ),
            (
                "grant alter system on parameter log_min_messages to public "
                "-- revoke alter system on parameter log_min_messages from public",
                "may ALTER SYSTEM SET log_min_messages",
            ),
            (
                "grant set on parameter session_replication_role to app "
                "-- revoke set on parameter session_replication_role from app",
                "may SET session_replication_role",
            ),
        ],
    )
    def test_each_way(self, server, statement, way):
        assert self.ways(server, statement) == (way,)

    def test_other_settings_do_not_matter(self, server):
        assert (
            self.ways(
                server, "grant set on parameter commit_delay to app -- revoke set on parameter commit_delay from app"
            )
            == ()
        )

    def test_creating_roles(self, server):
        ways = self.ways(server, "alter role app createrole -- alter role app nocreaterole")
        version = int(server.run("show server_version_num")[0][0])
        assert bool(ways) == (version < 160000)

    def test_roles_of_providers(self, server):
        assert self.ways(
            server, "create role rds_superuser -- drop role rds_superuser", "grant rds_superuser to app -- select 1"
        ) == ("belongs to rds_superuser, which Amazon RDS lets set pgaudit.log for databases and roles",)

    def test_supautils(self, server):
        """Its settings as any role sees them; the extension itself is not there."""
        allowed = {"supautils.privileged_role_allowed_configs": "pgaudit.*, log_min_messages,auto_explain.*, x"}
        assert allowed_switches(allowed) == [
            "log_min_messages",
            *(name for name in SWITCHES if name.startswith("pgaudit.")),
        ]
        assert allowed_switches({}) == []

    def test_postgres_on_supabase_cannot_be_told(self):
        found = LogControl("postgres", (), 170006, "which settings are not visible")
        assert [f.outcome.value for f in log_not_switched_off(found)] == ["error"]


def test_pgaudit_may_be_set(pg15):
    with changed(pg15, "grant set on parameter pgaudit.log to app -- revoke set on parameter pgaudit.log from app"):
        assert gather(pg15, log_control).ways == ("may SET pgaudit.log",)


@pytest.mark.parametrize(
    ("when", "body", "outcome"),
    [
        ("after delete", "begin raise exception 'no'; end", "pass"),
        ("after delete", "begin return null; end", "fail"),
        ("before delete", "begin raise exception 'no'; exception when others then return old; end", "error"),
    ],
)
def test_what_triggers_refuse(server, when, body, outcome):
    _, told = tables(
        server,
        TABLE,
        FORBID.format(body=body),
        f"create trigger guard {when} on public.audit_log for each row execute function public.forbid() -- select 1",
        "grant delete on public.audit_log to app -- drop trigger guard on public.audit_log",
    )
    assert told == [("public.audit_log", outcome)]


class TestDetours:
    """Ways to the rows of an audit table past a right to it."""

    OTHER = "create role cleaner -- drop role cleaner"

    def test_set_role(self, server):
        noinherit = "alter role app noinherit -- alter role app inherit"
        grant = "grant delete on public.audit_log to cleaner -- select 1"
        with changed(server, self.OTHER, noinherit, "grant cleaner to app -- select 1"):
            found, told = tables(server, TABLE, grant)
        assert found.tables[0].changes == (Change("app", "DELETE"),)
        assert told == [("public.audit_log", "fail")]

    def test_a_partition_of_another_name(self, server):
        _, told = tables(
            server,
            "create table public.audit_log (id int) partition by range (id) -- drop table public.audit_log",
            "create table public.p1 partition of public.audit_log default -- select 1",
            "grant delete on public.p1 to app -- select 1",
        )
        assert told == [("public.audit_log", "pass"), ("public.p1", "fail")]

    def test_a_foreign_key_that_deletes(self, server):
        make = (
            "create table public.people (id int primary key) -- drop table public.people",
            "create table public.audit_log (who int references people {}) -- drop table public.audit_log",
            "grant delete on public.people to app -- select 1",
        )
        found, told = tables(server, make[0], make[1].format("on delete cascade"), make[2])
        assert found.tables[0].changes == (Change("app", "DELETE by deleting from public.people"),)
        assert told == [("public.audit_log", "fail")]
        assert tables(server, make[0], make[1].format(""), make[2])[1] == [("public.audit_log", "pass")]

    @pytest.mark.parametrize(("option", "outcome"), [("", "fail"), ("with (security_invoker = true)", "pass")])
    def test_a_view(self, server, option, outcome):
        view = f"create view public.seen {option} as select * from public.audit_log -- drop view public.seen"
        found, told = tables(server, TABLE, view, "grant all on public.seen to app -- select 1")
        assert told == [("public.audit_log", outcome)]
        ways = ("DELETE through public.seen", "UPDATE through public.seen") if outcome == "fail" else ()
        assert tuple(change.how for change in found.tables[0].changes) == ways
