from __future__ import annotations

from auditor.facts.repository import SecretLiteral, SecretLiterals, Source
from auditor.model import Confidence, Location, failed, passed, unproven
from checks.secrets_manager.no_key_files_tracked import no_key_files_tracked


def key(path, **more):
    return SecretLiteral(path, 1, "", "private key", 1675, 1, Source.KEY_FILE, **more)


def judge(*literals, tracked=9):
    return list(no_key_files_tracked(SecretLiterals((), literals, tracked=tracked)))


def test_tracked():
    assert judge(key("server.key")) == [
        failed(
            "server.key",
            "a private key is tracked",
            confidence=Confidence.INFERRED,
            location=Location("server.key", 1),
            kind="private key",
            length_bytes=1675,
            severity="critical",
        )
    ]


def test_none_but_those_of_tests():
    said = "none of 9 tracked files is a private key"
    expected = passed("*", said, confidence=Confidence.INFERRED, count=9, keys_of_tests=1)
    assert judge(key("tests/server.key", development=True)) == [expected]


def test_nothing_tracked():
    assert [finding.outcome for finding in judge(tracked=0)] == [unproven("*", "").outcome]
