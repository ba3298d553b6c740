from __future__ import annotations

from auditor.facts.database import DatabaseTransport, PlaintextAnswer
from auditor.model import Confidence, Gap, failed, passed
from checks.database.plaintext_refused import plaintext_refused

SERVER = "db.example.com:5432"


def judge(*answers, gaps=()):
    return list(plaintext_refused(DatabaseTransport(answers, gaps)))


def test_refused():
    said = 'no pg_hba.conf entry for host "10.0.0.1", user "app", database "app", no encryption'
    assert judge(PlaintextAnswer(SERVER, False, said)) == [
        passed(SERVER, "refuses a connection without TLS", confidence=Confidence.PROVEN, server_said=said)
    ]


def test_accepted():
    said = "it asked for authentication: SASL"
    assert judge(PlaintextAnswer(SERVER, True, said)) == [
        failed(
            SERVER,
            "accepts a connection without TLS (it asked for authentication: SASL)",
            confidence=Confidence.PROVEN,
            server_said=said,
        )
    ]


def test_each_server_is_told():
    answers = (PlaintextAnswer(SERVER, False, ""), PlaintextAnswer("replica.example.com:5432", True, "md5"))
    assert [(f.subject, f.outcome) for f in judge(*answers)] == [
        (SERVER, "pass"),
        ("replica.example.com:5432", "fail"),
    ]


def test_gaps_only():
    assert judge(gaps=(Gap(SERVER, "connection refused"),)) == []
