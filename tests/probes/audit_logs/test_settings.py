"""What is logged of whom, on real servers: each state with what the checks make of it."""

from __future__ import annotations

import psycopg
import pytest

from auditor.errors import Unavailable
from auditor.facts.audit_logs import Setting
from auditor.facts.log_rules import pgaudit_classes
from auditor.facts.policy import AuditLogPolicy
from auditor.probes.audit_logs.settings import log_settings
from auditor.redact import Secret
from checks.audit_logs.changes_logged import changes_logged
from checks.audit_logs.connections_logged import connections_logged
from checks.audit_logs.log_destination_sound import log_destination_sound
from checks.audit_logs.log_not_silenced import log_not_silenced
from checks.audit_logs.pgaudit_works import pgaudit_works
from checks.audit_logs.powerful_roles_logged import powerful_roles_logged
from checks.audit_logs.slow_statements_logged import slow_statements_logged
from checks.audit_logs.writes_logged import writes_logged
from tests.debian15 import debian15, needs_debian15
from tests.probes.audit_logs.conftest import changed, gather, prepare
from tests.probes.net.running import run
from tests.probes.stand import way

pytestmark = pytest.mark.xdist_group("audit-logs")
CHECKS = {
    "LOG001": connections_logged,
    "LOG002": changes_logged,
    "LOG003": powerful_roles_logged,
    "LOG004": pgaudit_works,
    "LOG005": writes_logged,
    "LOG006": log_not_silenced,
    "LOG007": slow_statements_logged,
}


def verdicts(settings) -> dict[str, str]:
    """The worst outcome of each check."""
    order = ["fail", "error", "manual", "pass", "not-applicable"]
    found = {}
    for name, check in CHECKS.items():
        outcomes = {finding.outcome.value for finding in check(settings)}
        found[name] = next(one for one in order if one in outcomes)
    outcomes = {finding.outcome.value for finding in log_destination_sound(settings, AuditLogPolicy())}
    found["LOG008"] = next(one for one in order if one in outcomes)
    return found


def failing(settings) -> set[str]:
    return {name for name, outcome in verdicts(settings).items() if outcome == "fail"}


HEALTHY = (
    "alter system set log_connections = on",
    "alter system set log_disconnections = on",
    "alter system set log_statement = 'ddl'",
    "alter system set log_min_duration_statement = '1s'",
    "alter system set log_lock_waits = on",
)
AUDITED = (*HEALTHY, "alter system set pgaudit.log = 'ddl, role, write'")


class TestPgaudit:
    """The states of a server with pgaudit."""

    def test_healthy(self, pg15):
        with changed(pg15, *AUDITED):
            found = gather(pg15, log_settings)
        assert verdicts(found) == dict.fromkeys([*CHECKS, "LOG008"], "pass")
        assert found.own.setting("pgaudit.log") == Setting("pgaudit.log", "ddl, role, write", "server")
        assert (found.role, found.pgaudit_loaded, found.pgaudit_created, found.provider) == ("app", True, "1.7", "")
        assert [(role.roles, role.why) for role in found.roles] == [(("app",), ""), (("superuser",), "superuser")]
        assert found.gaps == ()

    def test_loaded_created_and_set_to_nothing(self, pg15):
        with changed(pg15, *HEALTHY):
            found = gather(pg15, log_settings)
        assert failing(found) == {"LOG004", "LOG005"}
        messages = [f.message for f in pgaudit_works(found) if f.outcome == "fail"]
        assert messages == ["pgaudit.log is none for it: nothing"]

    def test_overridden_for_the_role_while_the_server_looks_perfect(self, pg15):
        with changed(pg15, *AUDITED, "alter role app set pgaudit.log = 'none'"):
            found = gather(pg15, log_settings)
            with changed(pg15, "alter system set log_statement = 'none'"):
                bare = gather(pg15, log_settings)
        assert failing(found) == {"LOG004", "LOG005"}
        assert failing(bare) == {"LOG002", "LOG004", "LOG005"}
        assert found.own.setting("pgaudit.log") == Setting("pgaudit.log", "none", "role")

    @pytest.mark.parametrize(
        ("scopes", "value", "source"),
        [
            (["role all"], "ddl", "all roles"),
            (["role all", "database app"], "role", "database"),
            (["role all", "database app", "role app"], "write", "role"),
            (["role all", "database app", "role app", "role app in database app"], "all", "role and database"),
        ],
    )
    def test_the_narrowest_counts(self, pg15, scopes, value, source):
        values = {"role all": "ddl", "database app": "role", "role app": "write", "role app in database app": "all"}
        with changed(pg15, *(f"alter {scope} set pgaudit.log = '{values[scope]}'" for scope in scopes)):
            found = gather(pg15, log_settings)
        assert found.own.setting("pgaudit.log") == Setting("pgaudit.log", value, source)

    def test_other_databases_and_roles_do_not_count(self, pg15):
        with changed(
            pg15,
            *AUDITED,
            "alter role plain set pgaudit.log = 'none'",
            "alter database postgres set pgaudit.log = 'none'",
            "alter role app in database postgres set pgaudit.log = 'none'",
        ):
            found = gather(pg15, log_settings)
        assert failing(found) == set()

    def test_an_administrator_that_is_not_logged(self, pg15):
        with changed(
            pg15,
            *AUDITED,
            "create role boss login createrole -- drop role boss",
            "alter role boss set pgaudit.log = 'read' -- select 1",
            "alter role boss set log_statement = 'none' -- select 1",
        ):
            found = gather(pg15, log_settings)
        assert failing(found) == {"LOG003"}
        [bad] = [f for f in powerful_roles_logged(found) if f.outcome == "fail"]
        assert (bad.subject, bad.message) == ("boss", "nothing logs its changes, and it may create roles")
        assert bad.evidence["sources"] == {"pgaudit.log": "role", "log_statement": "role"}

    @pytest.mark.parametrize(
        "make",
        [
            ["create role boss login in role superuser -- drop role boss"],
            ["create role boss login -- drop role boss", "create schema s authorization boss -- drop schema s"],
            [
                "create role boss login -- drop role boss",
                "create table owned () -- drop table owned",
                "alter table owned owner to boss -- select 1",
            ],
            [
                "create role boss login -- drop role boss",
                "create schema s -- drop schema s",
                "grant create on schema s to boss -- select 1",
            ],
        ],
    )
    def test_who_may_change_the_schema(self, pg15, make):
        with changed(pg15, *HEALTHY, *make, "alter role boss set log_statement = 'none' -- select 1"):
            found = gather(pg15, log_settings)
        assert [f.subject for f in powerful_roles_logged(found) if f.outcome == "fail"] == ["boss"]

    def test_who_may_not_is_nobodys_affair(self, pg15):
        with changed(pg15, *HEALTHY, "alter role plain set log_statement = 'none'"):
            found = gather(pg15, log_settings)
        assert [role.roles for role in found.roles] == [("app",), ("superuser",)]

    def test_the_extension_was_not_created_here(self, pg15):
        with changed(pg15, *AUDITED):
            found = gather(pg15, log_settings, database="postgres")
        assert found.pgaudit_created == ""
        assert failing(found) == {"LOG004"}

    def test_preloaded_by_the_provider_and_not_in_use(self, pg15):
        with changed(pg15, *HEALTHY):
            found = gather(pg15, log_settings, database="postgres")
        assert verdicts(found)["LOG004"] == "not-applicable"
        with changed(pg15):
            found = gather(pg15, log_settings, database="postgres")
        assert verdicts(found)["LOG004"] == "fail"

    def test_a_level_that_keeps_it_out_of_the_log(self, pg15):
        level = ["alter role app set pgaudit.log_level = 'notice'"]
        with changed(pg15, *AUDITED, *level):
            assert failing(gather(pg15, log_settings)) == set()
        with changed(pg15, *AUDITED, *level, "alter role app set pgaudit.log_client = on"):
            assert failing(gather(pg15, log_settings)) == {"LOG004", "LOG005"}

    @pytest.mark.parametrize(("level", "checks"), [("fatal", {"LOG002", "LOG005", "LOG006"}), ("log", {"LOG006"})])
    def test_a_role_whose_messages_are_silenced(self, pg15, level, checks):
        with changed(pg15, *AUDITED, f"alter role app set log_min_messages = '{level}'"):
            assert failing(gather(pg15, log_settings)) == checks

    def test_a_server_that_is_silenced(self, pg15):
        with changed(pg15, *AUDITED, "alter system set log_min_messages = 'panic'"):
            assert failing(gather(pg15, log_settings)) == {"LOG001", "LOG002", "LOG003", "LOG005", "LOG006"}

    def test_statements_that_fail_are_left_out(self, pg15):
        with changed(pg15, *AUDITED, "alter system set log_min_error_statement = 'panic'"):
            assert failing(gather(pg15, log_settings)) == {"LOG006"}

    def test_a_value_that_the_server_does_not_take(self, pg15):
        """Set while the library was not loaded; at login the server warns, and keeps what it had."""
        rows = "update pg_db_role_setting set setconfig = '{%s}' where setrole = 'app'::regrole"
        with changed(
            pg15, *AUDITED, "alter role app set pgaudit.log = 'none'", f"{rows % 'pgaudit.log=everything'} -- select 1"
        ):
            found = gather(pg15, log_settings)
        assert found.own.setting("pgaudit.log") == Setting("pgaudit.log", "ddl, role, write", "server")

    def test_object_auditing_of_some_tables(self, pg15):
        make = [
            "create role watcher -- drop role watcher",
            "create table watched (id int) -- drop table watched",
            "create table unwatched (id int) -- drop table unwatched",
            "grant insert, update, delete on watched to app -- select 1",
            "grant insert, update, delete on watched to watcher -- select 1",
            "alter system set pgaudit.role = 'watcher'",
        ]
        with changed(pg15, *HEALTHY, *make):
            found = gather(pg15, log_settings)
            assert failing(found) == set()
            with changed(pg15, "grant delete on unwatched to app -- select 1"):
                found = gather(pg15, log_settings)
        assert failing(found) == {"LOG005"}
        assert found.own.unaudited == ("public.unwatched",)

    def test_object_auditing_of_roles_that_set_role_reaches(self, pg15):
        make = [
            "create role watcher -- drop role watcher",
            "create role anon -- drop role anon",
            "create role authenticator login noinherit -- drop role authenticator",
            "grant anon to authenticator -- select 1",
            "create table by_api (id int) -- drop table by_api",
            "create table by_column (id int) -- drop table by_column",
            "grant insert on by_api to anon -- select 1",
            "grant update (id) on by_column to app -- select 1",
            "alter system set pgaudit.role = 'watcher'",
        ]
        with changed(pg15, *HEALTHY, *make):
            found = gather(pg15, log_settings)
        assert {role.roles: role.unaudited for role in found.roles if role.application} == {
            ("app",): ("public.by_column",),
            ("authenticator",): ("public.by_api",),
        }

    @pytest.mark.parametrize(
        "value",
        ["-all", "all, -misc", "READ , Write", '"none"', '"READ",write', "read,none", "read,read", "\tread", "",
         "- misc", "read,,write", "read,", ",", "read write", "everything", '"-misc"', "none,-read"],
    )  # fmt: skip
    def test_words_that_the_server_takes(self, pg15, value):
        """What it refuses, a role has not: then the server's own value counts."""
        try:
            pg15.script(f"set pgaudit.log = '{value}'")
            taken = True
        except psycopg.errors.InvalidParameterValue:
            taken = False
        assert (pgaudit_classes(value) is not None) is taken

    def test_what_logs_a_write_within_a_select(self, pg15):
        """PostgREST's way to write: the server's own classes leave it out."""
        write = "with new as (insert into api_rows values (1) returning id) select {} from new"
        make = (
            "create role watcher -- drop role watcher",
            "create table api_rows (id int) -- drop table api_rows",
            "grant insert on api_rows to watcher -- select 1",
        )
        logged = {}
        with changed(pg15, *make):
            for number, setting in enumerate(
                ("log_statement = mod", "pgaudit.log = write", "pgaudit.log = 'read, write'", "pgaudit.role = watcher")
            ):
                mark = f"'within_a_select_{number}'"
                pg15.script(f"set {setting}", write.format(mark))
                logged[setting] = mark in pg15.log()
        assert logged == {
            "log_statement = mod": False,
            "pgaudit.log = write": False,
            "pgaudit.log = 'read, write'": True,
            "pgaudit.role = watcher": True,
        }

    def test_a_role_that_audits_and_does_not_exist(self, pg15):
        make = [
            "create table unwatched (id int) -- drop table unwatched",
            "grant delete on unwatched to app -- select 1",
            "alter system set pgaudit.role = 'nobody_there'",
        ]
        with changed(pg15, *HEALTHY, *make):
            assert failing(gather(pg15, log_settings)) == {"LOG005"}

    def test_postgrest_logs_in_as_a_role_of_its_own(self, pg15):
        with changed(
            pg15,
            *AUDITED,
            "create role authenticator login noinherit -- drop role authenticator",
            "alter role authenticator set pgaudit.log = 'none' -- select 1",
        ):
            found = gather(pg15, log_settings)
        assert failing(found) == {"LOG004", "LOG005"}
        assert [f.subject for f in writes_logged(found)] == ["app", "authenticator"]

    def test_roles_of_the_provider_are_not_its_customers_affair(self, pg15):
        with changed(
            pg15,
            *AUDITED,
            "create role rds_superuser -- drop role rds_superuser",
            "create role rdsadmin login superuser -- drop role rdsadmin",
            "alter role rdsadmin set log_min_messages = 'panic' -- select 1",
        ):
            found = gather(pg15, log_settings)
        assert (found.provider, failing(found)) == ("Amazon RDS", set())
        assert [f.outcome for f in powerful_roles_logged(found)] == ["pass", "not-applicable"]


class TestAnyServer:
    """What needs no pgaudit, on both versions."""

    @pytest.fixture(params=["pg15", "pg18"])
    def server(self, request):
        return request.getfixturevalue(request.param)

    def test_as_installed(self, server):
        found = gather(server, log_settings)
        assert failing(found) >= {"LOG001", "LOG002", "LOG003", "LOG005", "LOG007"}
        assert verdicts(found)["LOG008"] == "pass"

    def test_a_role_that_may_create_schemas(self, server):
        with changed(
            server,
            *HEALTHY,
            "create role maker login -- drop role maker",
            "grant create on database app to maker -- revoke create on database app from maker",
        ):
            found = gather(server, log_settings)
        assert ("maker", "may create schemas") in [(role.roles[0], role.why) for role in found.roles]

    def test_by_log_statement(self, server):
        with changed(server, *HEALTHY, "alter system set log_statement = 'mod'"):
            found = gather(server, log_settings)
        assert failing(found) - {"LOG004"} == set()

    def test_every_statement_by_its_duration(self, server):
        with changed(server, "alter role app set log_min_duration_statement = '0ms'"):
            found = gather(server, log_settings)
        assert {f.outcome for f in (*changes_logged(found), *writes_logged(found))} == {"pass"}

    @pytest.mark.parametrize(
        ("value", "outcome"), [("-1", "fail"), ("250ms", "pass"), ("2min", "fail"), ("1min", "pass")]
    )
    def test_durations(self, server, value, outcome):
        with changed(server, f"alter role app set log_min_duration_statement = '{value}'"):
            found = gather(server, log_settings)
        assert next(slow_statements_logged(found)).outcome == outcome

    def test_nothing_goes_anywhere(self, server):
        with changed(server, *HEALTHY, "alter system set log_destination = ''"):
            found = gather(server, log_settings)
        assert failing(found) >= {"LOG001", "LOG002", "LOG003", "LOG006"}
        assert verdicts(found)["LOG008"] == "not-applicable"

    def test_csv_without_the_collector_falls_back_to_text(self, server):
        with changed(
            server, *HEALTHY, "alter system set log_destination = 'csvlog'", "alter system set log_line_prefix = ''"
        ):
            found = gather(server, log_settings)
        assert failing(found) >= {"LOG001", "LOG008"}

    def test_the_auditors_own_setting_is_not_the_applications(self, server):
        with changed(server, *HEALTHY, "alter role auditor set log_statement = 'none'"):
            found = gather(server, log_settings)
            hidden = found.own.setting("log_statement").hidden
            assert hidden == "a setting of the audit's own role auditor hides the server's log_statement"
            assert verdicts(found)["LOG002"] == "error"
            with changed(server, "alter role app set log_statement = 'ddl'"):
                assert verdicts(gather(server, log_settings))["LOG002"] == "pass"

    def test_what_a_plain_role_sees(self, server):
        with changed(server, *HEALTHY):
            found = gather(server, log_settings, auditor="plain")
        hidden = {one.name for one in found.server if one.hidden}
        assert hidden == {"log_directory", "log_filename", "shared_preload_libraries"}
        assert {name for name, one in verdicts(found).items() if one == "error"} == set()

    def test_the_name_that_supabases_pooler_wants(self, server):
        async def main():
            from auditor.probes.net.postgres import Database

            async with way(auditor_database=Secret(server.url("auditor"), "url")) as to:
                pooled = Secret(server.url("app.abcdefghijklmnop"), "url")
                application = Database(pooled, to.dialer, to.environment.tls, to.traffic, "database")
                object.__setattr__(to.databases, "application", application)
                return await log_settings(to.databases)

        assert run(main()).role == "app"

    def test_a_role_that_the_server_does_not_know(self, server):
        with pytest.raises(Unavailable, match="the database has no role nobody"):
            gather(server, log_settings, user="nobody")


def test_set_and_not_loaded(pg18):
    with changed(pg18, *HEALTHY, "alter role app set pgaudit.log = 'all'"):
        found = gather(pg18, log_settings)
    assert (found.pgaudit_loaded, found.pgaudit_set, found.own.setting("pgaudit.log").value) == (
        False,
        ("role app",),
        "",
    )
    [finding] = pgaudit_works(found)
    assert finding.message == "pgaudit is set for role app, and its library is not loaded: it logs nothing"
    assert verdicts(found)["LOG002"] == "pass"


def test_stages_of_log_connections(pg18):
    with changed(pg18, *HEALTHY, "alter system set log_connections = 'receipt'"):
        assert failing(gather(pg18, log_settings)) >= {"LOG001"}
    with changed(pg18, *HEALTHY, "alter system set log_connections = 'authorization'"):
        assert "LOG001" not in failing(gather(pg18, log_settings))


@needs_debian15
def test_created_and_not_loaded_and_with_the_collector():
    """A server that waits for its restart, and whose own files wrap around within a week."""
    settings = {
        "logging_collector": "on",
        "log_filename": "postgresql-%a.log",
        "log_truncate_on_rotation": "on",
        "log_file_mode": "0644",
        "log_destination": "csvlog",
        "log_line_prefix": "",
        "shared_preload_libraries": "pgaudit",
    }
    with debian15(settings) as server:
        prepare(server)
        server.run("create extension pgaudit")
        server.run("alter system set shared_preload_libraries = 'auto_explain'", "postgres")
        server.restart()
        server.run("alter system set shared_preload_libraries = 'pgaudit'", "postgres")
        server.run("alter system set log_connections = on", "postgres")
        server.run("alter system set log_disconnections = on", "postgres")
        server.reload()
        found = gather(server, log_settings)
        plain = gather(server, log_settings, auditor="plain")
    [finding] = pgaudit_works(found)
    assert finding.message == (
        "pgaudit is created in this database, and its library is not loaded: it logs nothing; another value of "
        "shared_preload_libraries waits for a restart"
    )
    assert {f.outcome for f in connections_logged(found)} == {"pass"}
    assert [(f.subject, f.outcome.value) for f in log_destination_sound(found, AuditLogPolicy())] == [
        ("log_destination", "pass"),
        ("rotation", "pass"),
        ("overwriting", "fail"),
        ("log_file_mode", "fail"),
    ]
    assert [f.outcome.value for f in log_destination_sound(plain, AuditLogPolicy())] == [
        "pass",
        "pass",
        "error",
        "fail",
    ]
