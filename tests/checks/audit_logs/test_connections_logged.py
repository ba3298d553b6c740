from __future__ import annotations

import pytest

from auditor.model import failed, passed
from checks.audit_logs.connections_logged import connections_logged
from tests.checks.audit_logs.sample import PREFIX, hidden, settings

SHOWN = {"value": "on", "source": "server"}
LINES = {"value": PREFIX, "log_destination": "stderr"}
ALL_GOOD = [
    passed("log_connections", "log_connections is on", **SHOWN),
    passed("log_disconnections", "log_disconnections is on", **SHOWN),
    passed("log_line_prefix", "each line says when, who and from where", **LINES),
]


def judge(**changes):
    return list(connections_logged(settings(**changes)))


def test_all_good():
    assert judge() == ALL_GOOD


@pytest.mark.parametrize("value", ["off", "OFF", "false", "no", "0", "none"])
def test_off(value):
    shown = {**SHOWN, "value": value}
    assert judge(log_connections=value) == [
        failed("log_connections", f"log_connections is {value}", **shown),
        *ALL_GOOD[1:],
    ]
    assert judge(log_disconnections=value)[1] == failed("log_disconnections", f"log_disconnections is {value}", **shown)


def test_empty():
    """What PostgreSQL 18 calls off."""
    assert judge(log_connections="")[0] == failed(
        "log_connections", "log_connections is empty", **{**SHOWN, "value": ""}
    )


@pytest.mark.parametrize("value", ["receipt", "receipt, setup_durations", "Receipt"])
def test_stages_that_do_not_say_who(value):
    assert judge(log_connections=value)[0].outcome == "fail"


@pytest.mark.parametrize("value", ["all", "receipt, Authorization", "authentication", "ON", "true", "1", "yes"])
def test_the_words_of_postgresql_18(value):
    assert judge(log_connections=value)[0].outcome == "pass"


def test_silenced():
    messages = [finding.message for finding in judge(log_min_messages="panic")[:2]]
    said = "log_min_messages is panic: it keeps out all that is less than panic"
    assert messages == [f"log_connections is on, and {said}", f"log_disconnections is on, and {said}"]
    assert [f.outcome for f in judge(log_destination="")] == ["fail", "fail", "pass"]


def test_hidden():
    assert judge(log_connections=hidden("log_connections"))[0].outcome == "error"


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
    assert judge(log_line_prefix=prefix) == [
        *ALL_GOOD[:2],
        failed("log_line_prefix", f"lines lack {', '.join(missing)}", missing=missing, **{**LINES, "value": prefix}),
    ]


@pytest.mark.parametrize(
    "prefix", ["%t%u%d%r", "%n %u@%d %h", "%m %-10u %5d %20h|", "%%%m%%%u%%%d%%%h%%", "%h %m [%p] %q%u@%d "]
)
def test_a_line_prefix_that_says_it_all(prefix):
    assert judge(log_line_prefix=prefix)[2].outcome == "pass"


@pytest.mark.parametrize(
    ("destination", "collector", "prefix", "outcome"),
    [
        ("jsonlog", "on", "", "pass"),
        ("stderr, csvlog", "on", "", "pass"),
        ("csvlog", "off", "", "fail"),
        ("stderr", "on", "", "fail"),
        ("syslog", "off", "%u %d %h", "pass"),
        ("syslog", "off", "%u %d", "fail"),
        ("stderr,syslog", "off", "%u %d %h", "fail"),
    ],
)
def test_what_other_destinations_carry(destination, collector, prefix, outcome):
    found = judge(log_destination=destination, logging_collector=collector, log_line_prefix=prefix)
    assert found[2].outcome == outcome
