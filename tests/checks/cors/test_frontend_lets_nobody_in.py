from __future__ import annotations

from auditor.facts.cors_frontend import FrontendCors
from checks.cors.frontend_lets_nobody_in import frontend_lets_nobody_in
from tests.checks.cors.made import APP, cors, group, letting, matching, told

SUBJECT = "GET /api/me"


def judged(answering) -> list[tuple[str, str, str]]:
    return told(frontend_lets_nobody_in(FrontendCors(cors(group(answering)))))


def test_says_nothing():
    ((outcome, subject, message),) = judged(lambda _: {})
    assert (outcome, subject) == ("pass", SUBJECT)
    assert message.startswith("names no origin in ")


def test_lets_the_trusted_in():
    assert judged(letting(APP)) == [("pass", SUBJECT, "lets no foreign origin in with credentials")]


def test_reflects():
    ((outcome, _, message),) = judged(matching(lambda _: True))
    assert (outcome, message.startswith("reflects any origin, such as https://a1b2c3d4.invalid")) == ("fail", True)


def test_two_faults():
    found = judged(letting(APP, "null", "http://localhost:3000"))
    assert [(outcome, message.partition(" in")[0]) for outcome, _, message in found] == [
        ("fail", "lets the origin null"),
        ("fail", "lets http://localhost:3000"),
    ]


def test_one_origin_with_the_api():
    assert [one[0] for one in told(frontend_lets_nobody_in(FrontendCors(None)))] == ["not-applicable"]


def test_could_not_be_asked():
    assert told(frontend_lets_nobody_in(FrontendCors(cors()))) == []
