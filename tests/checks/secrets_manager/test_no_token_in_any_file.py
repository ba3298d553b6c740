from __future__ import annotations

from dataclasses import asdict

from auditor.facts.repository import DEFAULT_VALUE, SecretLiteral, SecretLiterals, Source, Sweep, UnreadFile
from auditor.model import Confidence, Outcome, passed, unproven
from checks.secrets_manager.no_token_in_any_file import no_token_in_any_file

SWEEP = Sweep(7, 1000, 1, 1, 0, 16, 500, 60.0)


def token(source=Source.OTHER, **more):
    return SecretLiteral("README.md", 3, "", more.pop("kind", "GitHub token"), 40, 5, source, **more)


def judge(*literals, unread=(), tracked=9):
    return list(no_token_in_any_file(SecretLiterals((), literals, unread, tracked, SWEEP)))


def test_found():
    [found] = judge(token())
    assert (found.outcome, found.subject, found.evidence["column"]) == (Outcome.FAIL, "README.md", 5)


def test_what_others_tell():
    expected = passed("*", "7 text files hold no token", confidence=Confidence.INFERRED, **asdict(SWEEP))
    assert judge(token(Source.CI), token(kind=DEFAULT_VALUE), token(development=True)) == [expected]


def test_bounds():
    """What was not searched is no pass."""
    unread = (UnreadFile("*", Source.OTHER, "3 tracked files were not searched", "hint"),)
    reason = "3 tracked files were not searched"
    assert judge(unread=unread) == [unproven("*", reason, "hint", aspect=reason)]


def test_nothing_tracked():
    assert judge(tracked=0)[0].outcome is Outcome.ERROR
