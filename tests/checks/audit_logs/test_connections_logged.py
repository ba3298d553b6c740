from __future__ import annotations

from dataclasses import replace

import pytest

from auditor.facts.database import LogSettings
from auditor.model import failed, passed
from checks.audit_logs.connections_logged import connections_logged

PREFIX = "%m [%p] user=%u,db=%d,app=%a,client=%h "
GOOD = LogSettings("app", "on", "on", "ddl", PREFIX, "")
ALL_GOOD = [
    passed("log_connections", "log_connections is on for the role app", value="on", role="app"),
    passed("log_disconnections", "log_disconnections is on for the role app", value="on", role="app"),
    passed("log_line_prefix", "each line says when, who and from where", value=PREFIX),
]


def judge(**changes):
    return list(connections_logged(replace(GOOD, **changes)))


def test_all_good():
    assert judge() == ALL_GOOD


@pytest.mark.parametrize("value", ["off", "OFF", "false", "no", "0", "none"])
def test_off(value):
    assert judge(connections=value) == [
        failed("log_connections", f"log_connections is {value} for the role app", value=value, role="app"),
        *ALL_GOOD[1:],
    ]
    assert judge(disconnections=value)[1] == failed(
        "log_disconnections", f"log_disconnections is {value} for the role app", value=value, role="app"
    )


def test_empty():
    """What PostgreSQL 18 calls off."""
    assert judge(connections="")[0] == failed(
        "log_connections", "log_connections is empty for the role app", value="", role="app"
    )


@pytest.mark.parametrize("value", ["receipt", "receipt, setup_durations", "Receipt"])
def test_stages_that_do_not_say_who(value):
    assert judge(connections=value)[0] == failed(
        "log_connections", f"log_connections is {value} for the role app", value=value, role="app"
    )


@pytest.mark.parametrize("value", ["all", "receipt, Authorization", "authentication", "ON", "true", "1", "yes"])
def test_the_words_of_postgresql_18(value):
    assert judge(connections=value)[0] == passed(
        "log_connections", f"log_connections is {value} for the role app", value=value, role="app"
    )


@pytest.mark.parametrize(
    ("prefix", "missing"),
    [
        ("", ["%m or %t or %n (time)", "%u (user)", "%d (database)", "%h or %r (client address)"]),
        ("%m [%p] ", ["%u (user)", "%d (database)", "%h or %r (client address)"]),
        ("%m user=%u,db=%d ", ["%h or %r (client address)"]),
        ("user=%u,db=%d,client=%h ", ["%m or %t or %n (time)"]),
        ("%m %d %h", ["%u (user)"]),
        ("%m %u %h", ["%d (database)"]),
        ("%m %%u %d %h", ["%u (user)"]),
        ("%m %%%%u %%%d %h", ["%u (user)"]),
        ("%M %U %D %H", ["%m or %t or %n (time)", "%u (user)", "%d (database)", "%h or %r (client address)"]),
        ("m u d h", ["%m or %t or %n (time)", "%u (user)", "%d (database)", "%h or %r (client address)"]),
    ],
)
def test_a_line_prefix_that_lacks_something(prefix, missing):
    assert judge(line_prefix=prefix) == [
        *ALL_GOOD[:2],
        failed("log_line_prefix", f"lines lack {', '.join(missing)}", value=prefix, missing=missing),
    ]


@pytest.mark.parametrize("prefix", ["%t%u%d%r", "%n %u@%d %h", "%m %-10u %5d %20h|", "%%%m%%%u%%%d%%%h%%"])
def test_a_line_prefix_that_says_it_all(prefix):
    assert judge(line_prefix=prefix)[2] == passed(
        "log_line_prefix", "each line says when, who and from where", value=prefix
    )
