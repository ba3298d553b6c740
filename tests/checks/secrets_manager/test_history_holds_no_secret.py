from __future__ import annotations

from auditor.facts.secret_history import PastSighting, SecretHistory
from auditor.facts.sightings import Nature, Sighting
from auditor.model import Confidence, Gap, failed, not_applicable, passed
from checks.secrets_manager.history_holds_no_secret import history_holds_no_secret


def judge(**values):
    return list(history_holds_no_secret(SecretHistory(**{"asked_for": True, "commits": 2, "versions": 3, **values})))


def test_not_asked_for():
    assert judge(asked_for=False) == [
        not_applicable("the history was not searched: set `history = true` in `[policy.secrets]` to do so")
    ]


def test_found():
    one = PastSighting(
        Sighting(".env", 2, 1, "name", "Stripe key", 30, prefix="sk_live_", name="K"), "c" * 40, "b" * 40
    )
    public = PastSighting(Sighting("a", 1, 1, "jwt", "anon key", 30, nature=Nature.PUBLIC), "", "d" * 40)
    assert judge(found=(one, public)) == [
        failed(
            ".env",
            f"a past version of commit {'c' * 12} holds K: Stripe key, 30 characters, in line 2",
            confidence=Confidence.PROVEN,
            reproduce=f"git cat-file -p {'b' * 40} | sed -n 2p",
            aspect=f"{'b' * 40}:2:1",
            kind="Stripe key",
            name="K",
            length=30,
            prefix="sk_live_",
            commit="c" * 40,
            blob="b" * 40,
            is_configured_secret=False,
        )
    ]


def test_clean():
    assert judge(size_bytes=9, seconds=0.5) == [
        passed(
            "*",
            "no secret in 3 past versions of files, in 2 commits",
            confidence=Confidence.PROVEN,
            seconds=0.5,
            commits=2,
            versions=3,
            size_bytes=9,
        )
    ]


def test_not_all_of_it_was_seen():
    assert judge(gaps=(Gap("history", "the clone is shallow"),)) == []


def test_no_commit():
    (found,) = judge(commits=0)
    assert found.message == "there is no commit yet"
