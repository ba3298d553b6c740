from __future__ import annotations

from dataclasses import replace

from auditor.facts.policy import Endpoint
from checks.cors.declared_origins_let_in import declared_origins_let_in as check
from tests.checks.cors.made import APP, ME, cors, group, judged, letting, told

HEALTH = replace(ME, path="/health")


def test_refused():
    assert judged(check, lambda _: {}) == [("fail", APP, "is declared, and GET /api/me refuses it")]
    assert judged(check, letting("https://other.example"))[0][0] == "fail"


def test_let_in():
    assert judged(check, letting(APP)) == [("pass", APP, "is let in by GET /api/me")]
    assert judged(check, lambda _: {"allow_origin": ("*",)})[0][0] == "pass"


def test_one_route_is_enough():
    found = cors(group(lambda _: {}, HEALTH), group(letting(APP)))
    assert told(check(found)) == [("pass", APP, "is let in by GET /api/me")]


def test_could_not_tell():
    assert judged(check, lambda _: {"status": 401})[0][0] == "error"


def test_none_is_declared():
    assert judged(check, lambda _: {}, declared=False)[0][0] == "not-applicable"


def test_several_values():
    assert judged(check, lambda _: {"allow_origin": (APP, "*")})[0][:2] == ("not-applicable", APP)


def test_a_preflight_alone_is_not_enough():
    def answering(question):
        return letting(APP)(question) if question.method else {}

    assert judged(check, answering)[0][0] == "fail"


def test_of_writes_the_preflight_is_all_that_is_seen():
    assert told(check(cors(group(letting(APP), Endpoint("POST", "/api/me")))))[0][0] == "pass"
