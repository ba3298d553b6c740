"""The other checks of settings, on settings made by hand; real servers are in tests/probes/audit_logs."""

from __future__ import annotations

from datetime import timedelta

import pytest

from auditor.facts.audit_logs import Setting
from auditor.facts.policy import AuditLogPolicy
from checks.audit_logs.log_destination_sound import log_destination_sound
from checks.audit_logs.log_not_silenced import log_not_silenced
from checks.audit_logs.pgaudit_works import pgaudit_works
from checks.audit_logs.powerful_roles_logged import powerful_roles_logged
from checks.audit_logs.slow_statements_logged import slow_statements_logged
from checks.audit_logs.writes_logged import writes_logged
from tests.checks.audit_logs.sample import hidden, role, settings


def told(findings) -> list[tuple[str, str]]:
    return [(finding.subject, finding.outcome.value) for finding in findings]


class TestPowerfulRoles:
    def test_none(self):
        assert told(powerful_roles_logged(settings())) == [("*", "not-applicable")]

    def test_each_group(self):
        groups = [
            role("a", "b", why="superuser", log_statement="ddl"),
            role("c", why="owns tables", log_statement="none"),
            role("d", why="superuser", managed=True, log_statement="none"),
            role("e", why="superuser", log_statement=hidden("log_statement")),
            role("f", why="superuser", log_statement="ddl", log_min_messages="panic"),
        ]
        assert told(powerful_roles_logged(settings(role(), *groups, provider="Supabase"))) == [
            ("a, b", "pass"),
            ("c", "fail"),
            ("d", "not-applicable"),
            ("e", "error"),
            ("f", "fail"),
        ]

    def test_many_share_a_finding(self):
        many = role(*(f"user{n:04}" for n in range(1000)), why="may create tables", log_statement="none")
        [finding] = powerful_roles_logged(settings(role(), many))
        assert finding.subject == "user0000, user0001, user0002, user0003, user0004 and 995 more"
        assert (finding.evidence["count"], len(finding.evidence["roles"])) == (1000, 20)


class TestPgaudit:
    @pytest.mark.parametrize(
        ("own", "server", "outcomes"),
        [
            ({}, {}, ["not-applicable"]),
            ({}, {"created": "1.7"}, ["fail"]),
            ({}, {"set_for": ("role app",)}, ["fail"]),
            ({"pgaudit_log": "none"}, {"loaded": True}, ["fail"]),
            ({"pgaudit_log": "none", "log_statement": "ddl"}, {"loaded": True}, ["not-applicable"]),
            ({"pgaudit_log": hidden("pgaudit.log")}, {"loaded": True}, ["error"]),
            ({"pgaudit_log": "all"}, {"loaded": True}, ["fail", "pass"]),
            ({"pgaudit_log": "none"}, {"loaded": True, "created": "1.7"}, ["pass", "fail"]),
            ({"pgaudit_log": "none", "pgaudit_role": "x"}, {"loaded": True, "created": "1.7"}, ["pass", "pass"]),
            ({"pgaudit_log": "all"}, {"loaded": True, "created": "1.7"}, ["pass", "pass"]),
            (
                {
                    "pgaudit_log": "all",
                    "pgaudit_log_client": "on",
                    "pgaudit_log_level": "info",
                    "log_min_messages": "warning",
                },
                {"loaded": True, "created": "1.7"},
                ["pass", "fail"],
            ),
        ],
    )
    def test_states(self, own, server, outcomes):
        assert [f.outcome.value for f in pgaudit_works(settings(role(**own), **server))] == outcomes


class TestWrites:
    @pytest.mark.parametrize(
        ("own", "outcome"),
        [
            ({"pgaudit_log": "write"}, "pass"),
            ({"pgaudit_log": "ddl, role"}, "fail"),
            ({"log_statement": "mod"}, "pass"),
            ({"log_statement": "ddl"}, "fail"),
            ({"pgaudit_log": "none", "pgaudit_role": "x"}, "pass"),
            ({"pgaudit_log": "none", "pgaudit_role": "x", "unaudited": ("public.t",)}, "fail"),
            ({"log_statement": "all", "log_min_messages": "fatal"}, "fail"),
            ({"log_statement": hidden("log_statement")}, "error"),
            ({"log_min_duration_statement": "0"}, "pass"),
            ({"log_min_duration_statement": "1"}, "fail"),
        ],
    )
    def test_states(self, own, outcome):
        assert told(writes_logged(settings(role(**own)))) == [("app", outcome)]


class TestSilence:
    @pytest.mark.parametrize(
        ("server", "outcomes"),
        [
            ({}, ["pass", "pass", "pass"]),
            ({"log_min_messages": "log"}, ["pass", "fail", "pass"]),
            ({"log_min_error_statement": "panic"}, ["pass", "pass", "fail"]),
            ({"log_destination": " "}, ["fail", "pass", "pass"]),
            ({"log_min_messages": hidden("log_min_messages")}, ["pass", "error", "pass"]),
            ({"log_min_messages": "error"}, ["pass", "pass", "pass"]),
            ({"log_min_messages": "a new word"}, ["pass", "pass", "pass"]),
        ],
    )
    def test_the_server(self, server, outcomes):
        assert [f.outcome.value for f in log_not_silenced(settings(**server))] == outcomes

    def test_a_role_of_its_own(self):
        own = role(log_min_messages=Setting("log_min_messages", "panic", "role"), log_min_error_statement="error")
        assert told(log_not_silenced(settings(own)))[3:] == [("app", "fail"), ("app", "pass")]


class TestDurations:
    @pytest.mark.parametrize(
        ("own", "outcome"),
        [
            ({"log_min_duration_statement": "-1"}, "fail"),
            ({"log_min_duration_statement": "0"}, "pass"),
            ({"log_min_duration_statement": "1000"}, "pass"),
            ({"log_min_duration_statement": "1.5s"}, "pass"),
            ({"log_min_duration_statement": "1 h"}, "fail"),
            ({"log_min_duration_statement": "nonsense"}, "fail"),
            ({"log_min_duration_statement": ""}, "fail"),
            ({"log_min_duration_statement": "-1", "auto_explain_log_min_duration": "250ms"}, "pass"),
            ({"log_min_duration_statement": hidden("log_min_duration_statement")}, "error"),
        ],
    )
    def test_thresholds(self, own, outcome):
        assert next(iter(slow_statements_logged(settings(role(**own))))).outcome == outcome

    @pytest.mark.parametrize(("value", "outcome"), [("on", "pass"), ("yes", "pass"), ("off", "fail"), ("", "fail")])
    def test_locks(self, value, outcome):
        assert list(slow_statements_logged(settings(role(log_lock_waits=value))))[1].outcome == outcome


FILES = {
    "logging_collector": "on",
    "log_rotation_age": "1440",
    "log_rotation_size": "10240",
    "log_truncate_on_rotation": "off",
    "log_filename": "postgresql-%Y-%m-%d_%H%M%S.log",
    "log_file_mode": "0600",
}


class TestDestination:
    def judge(self, retention="30d", **server):
        policy = AuditLogPolicy(retention=timedelta(days=int(retention[:-1])))
        return told(log_destination_sound(settings(**server), policy))

    @pytest.mark.parametrize("destination", ["stderr", "syslog", "stderr,syslog"])
    def test_without_the_collector(self, destination):
        assert self.judge(log_destination=destination) == [("log_destination", "pass")]

    def test_nowhere(self):
        assert self.judge(log_destination="") == [("log_destination", "not-applicable")]

    @pytest.mark.parametrize("destination", ["csvlog", "stderr, jsonlog"])
    def test_structured_without_the_collector(self, destination):
        assert self.judge(log_destination=destination) == [("log_destination", "fail")]

    def test_files(self):
        assert {outcome for _, outcome in self.judge(**FILES)} == {"pass"}
        assert self.judge(**FILES, log_destination="syslog") == [("log_destination", "pass")]

    @pytest.mark.parametrize(("age", "size", "outcome"), [("0", "0", "fail"), ("0", "10", "pass"), ("60", "0", "pass")])
    def test_rotation(self, age, size, outcome):
        assert ("rotation", outcome) in self.judge(**{**FILES, "log_rotation_age": age, "log_rotation_size": size})

    @pytest.mark.parametrize(
        ("name", "retention", "outcome"),
        [
            ("postgresql-%Y-%m-%d.log", "365d", "pass"),
            ("postgresql-%s.log", "365d", "pass"),
            ("postgresql-%a.log", "30d", "fail"),
            ("postgresql-%a.log", "7d", "pass"),
            ("postgresql-%d.log", "30d", "fail"),
            ("postgresql-%d.log", "28d", "pass"),
            ("postgresql-%m-%d.log", "90d", "pass"),
            ("postgresql-%H.log", "2d", "fail"),
            ("postgresql.log", "1d", "fail"),
            ("postgresql-%%Y.log", "1d", "fail"),
            ("postgresql-%-d.log", "7d", "pass"),
        ],
    )
    def test_overwriting(self, name, retention, outcome):
        server = {**FILES, "log_truncate_on_rotation": "on", "log_filename": name}
        assert ("overwriting", outcome) in self.judge(retention, **server)

    def test_a_name_that_is_hidden(self):
        server = {**FILES, "log_truncate_on_rotation": "on", "log_filename": hidden("log_filename")}
        assert ("overwriting", "error") in self.judge(**server)

    @pytest.mark.parametrize(("mode", "outcome"), [("0600", "pass"), ("0640", "pass"), ("0644", "fail"), ("", "pass")])
    def test_modes(self, mode, outcome):
        assert ("log_file_mode", outcome) in self.judge(**{**FILES, "log_file_mode": mode})
