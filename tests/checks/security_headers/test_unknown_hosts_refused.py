from __future__ import annotations

from dataclasses import replace

import pytest

from auditor.facts.hosts import Header, HostAnswer, HostTrust
from auditor.model import Confidence, Gap, failed, not_applicable, passed, unproven
from checks.security_headers.unknown_hosts_refused import unknown_hosts_refused
from tests.checks.answers import told

API = "https://api.example.com"
PLAIN = HostAnswer(API, API + "/", Header.NONE, "", 200, same=True)
FOREIGN = HostAnswer(API, API + "/", Header.HOST, "evil-1.test", 421)
SCHEME = HostAnswer(API, API + "/", Header.FORWARDED_PROTO, "http", 308, API + "/", loops=True)


def judge(*answers):
    return list(unknown_hosts_refused(HostTrust(answers)))


@pytest.mark.parametrize("status", [0, 400, 403, 404, 421])
def test_refused(status):
    assert judge(PLAIN, replace(FOREIGN, status=status)) == [
        passed(API, "refuses a foreign name", confidence=Confidence.PROVEN, aspect="Host", statuses=[status])
    ]


def test_answers_to_any_name():
    assert judge(PLAIN, replace(FOREIGN, status=200, same=True)) == [
        failed(
            API,
            "answers to any name as to its own",
            confidence=Confidence.PROVEN,
            reproduce=f"curl -si -H 'Host: evil-1.test' {API}/",
            aspect="Host",
            statuses=[200],
            urls=[API + "/"],
        )
    ]


def test_another_site_of_a_shared_server():
    assert told(judge(PLAIN, replace(FOREIGN, status=200))) == [
        ("pass", API, "answers a foreign name with something else")
    ]


def test_one_cause_is_told_once():
    assert judge(PLAIN, replace(FOREIGN, status=200, same=True, reflected=("Location",))) == [
        not_applicable("it takes over the foreign name: see host-header-not-believed", API)
    ]


def test_a_path_that_is_not_there_proves_nothing():
    missing = replace(PLAIN, status=404)
    assert judge(missing, replace(FOREIGN, status=404, same=True)) == [
        unproven(API, "no ordinary request is answered either", "run the audit from where the stack answers")
    ]


def test_only_what_is_there_counts():
    elsewhere = replace(FOREIGN, url=API + "/health/", status=404, same=True)
    missing = replace(PLAIN, url=API + "/health/", status=404)
    assert told(judge(PLAIN, FOREIGN, missing, elsewhere)) == [("pass", API, "refuses a foreign name")]


def test_a_name_that_nobody_has_looked_at():
    assert judge(PLAIN, replace(FOREIGN, status=503, unread="it answers 503")) == [
        unproven(API, "whether it refuses a foreign name cannot be told: it answers 503", aspect="Host")
    ]


def test_a_scheme_that_comes_back():
    assert told(judge(PLAIN, FOREIGN, replace(SCHEME, loops=False, reflected=("Location", "data"))))[1:] == [
        ("fail", API, "X-Forwarded-Proto: http of a stranger makes it call itself http:// in Location, data")
    ]


def test_a_refusal_of_another_kind():
    assert told(judge(replace(PLAIN, status=404), FOREIGN)) == [("pass", API, "refuses a foreign name")]


def test_a_scheme_that_is_believed():
    assert judge(PLAIN, FOREIGN, SCHEME)[1] == failed(
        API,
        "X-Forwarded-Proto: http of a stranger makes it redirect to the address that was asked for",
        confidence=Confidence.PROVEN,
        reproduce=f"curl -si -H 'X-Forwarded-Proto: http' {API}/",
        aspect="X-Forwarded-Proto",
        status=308,
        urls=[API + "/"],
    )
    assert len(judge(PLAIN, FOREIGN, replace(SCHEME, loops=False))) == 1


def test_nothing():
    assert judge() == [not_applicable("the checklist names no web origin")]
    assert list(unknown_hosts_refused(HostTrust((), (Gap(API, "connection refused"),)))) == []
