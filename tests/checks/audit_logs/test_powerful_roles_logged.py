from __future__ import annotations

from dataclasses import replace

from checks.audit_logs.powerful_roles_logged import powerful_roles_logged
from tests.checks.audit_logs.sample import hidden, role, settings


def told(findings) -> list[tuple[str, str]]:
    return [(finding.subject, finding.outcome.value) for finding in findings]


def test_none():
    assert told(powerful_roles_logged(settings())) == [("*", "not-applicable")]


def test_more_roles_than_are_looked_at():
    found = replace(settings(role(), role("a", why="superuser", log_statement="ddl")), unseen="only 2000")
    assert told(powerful_roles_logged(found)) == [("roles", "error"), ("a", "pass")]


def test_each_group():
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


def test_many_share_a_finding():
    many = role(*(f"user{n:04}" for n in range(1000)), why="may create tables", log_statement="none")
    [finding] = powerful_roles_logged(settings(role(), many))
    assert finding.subject == "user0000, user0001, user0002, user0003, user0004 and 995 more"
    assert (finding.evidence["count"], len(finding.evidence["roles"])) == (1000, 20)
