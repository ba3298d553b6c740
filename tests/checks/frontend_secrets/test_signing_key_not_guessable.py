from __future__ import annotations

from dataclasses import replace

import pytest

from auditor.facts.served import FileKind, Served, ServedFile
from auditor.facts.sightings import Nature, Sighting
from auditor.model import Gap
from checks.frontend_secrets.signing_key_not_guessable import signing_key_not_guessable

APP = "https://app.example.com"
MAIN = f"{APP}/main.js"
CLEAN = Served(APP, (ServedFile(MAIN, FileKind.SCRIPT, 10),), known_values=2)
VALUE = Sighting(MAIN, 2, 3, "exact", "database password", 12, exact=True, written="base64")
ANON = Sighting(MAIN, 1, 5, "jwt", "Supabase anon key", 200, nature=Nature.PUBLIC, algorithm="HS256")
OTHER = Sighting(MAIN, 1, 9, "jwt", "JWT", 300, nature=Nature.UNCLEAR, algorithm="HS512", same=2)
GAPS = (Gap(MAIN, "no answer"),)


def judge(*sightings, **changes):
    return list(signing_key_not_guessable(replace(CLEAN, sightings=sightings, **changes)))


def told(*sightings, **changes):
    return [(one.outcome, one.confidence, one.message) for one in judge(*sightings, **changes)]


class TestGuessable:
    FORGEABLE = replace(ANON, rule="jwt-forgeable", nature=Nature.SECRET, why="signed with a secret that all know")

    def test_it_is_told_once_for_a_value_in_a_file(self):
        assert told(self.FORGEABLE, replace(self.FORGEABLE)) == [
            (
                "fail",
                "proven",
                "holds a Supabase anon key at line 1, column 5 that anybody could have signed: "
                "signed with a secret that all know",
            )
        ]

    def test_in_every_file(self):
        again = replace(self.FORGEABLE, place=f"{APP}/b.js", same=1)
        assert [one.subject for one in judge(self.FORGEABLE, again)] == [MAIN, f"{APP}/b.js"]

    def test_others_prove_nothing_then(self):
        assert [one.outcome for one in judge(self.FORGEABLE, OTHER)] == ["fail"]


class TestUnsigned:
    UNSIGNED = replace(OTHER, rule="jwt-unsigned", kind="JWT without a signature", algorithm="none")

    def test_it_fails_and_says_no_more_than_what_was_seen(self):
        [one] = judge(self.UNSIGNED, ANON)
        assert (one.outcome, one.confidence, one.evidence["algorithm"]) == ("fail", "observed", "none")
        assert one.message == (
            "holds a JWT without a signature at line 1, column 9, whose algorithm is none: if a server takes it, "
            "anybody can write one for any user and role"
        )

    def test_a_token_may_be_both_places_over(self):
        assert [one.outcome for one in judge(self.UNSIGNED, TestGuessable.FORGEABLE)] == ["fail", "fail"]


class TestTried:
    def test_tokens_of_every_kind_that_do_not_verify(self):
        assert told(ANON, OTHER, replace(OTHER, line=9)) == [
            ("pass", "proven", "none of the published secrets verifies the HS256, HS512 tokens that were seen (2)")
        ]

    def test_asymmetric_ones_are_not_among_them(self):
        rsa = replace(OTHER, algorithm="RS256", same=3)
        [one] = judge(ANON, rsa)
        assert one.message == "none of the published secrets verifies the HS256 tokens that were seen (1)"
        assert (one.evidence["tokens"], one.evidence["asymmetric"]) == (1, 1)

    def test_asymmetric_ones_alone(self):
        tokens = [replace(ANON, algorithm="ES256", same=1), replace(OTHER, algorithm="RS256")]
        assert told(*tokens) == [
            (
                "pass",
                "observed",
                "the tokens that were seen (2) have asymmetric signatures (ES256, RS256): "
                "there is no shared secret to guess",
            )
        ]


class TestUntold:
    UNTRIED = replace(OTHER, rule="jwt-untried", why="among too many others", same=7)

    @pytest.mark.parametrize("others", [(), (ANON,), (replace(ANON, algorithm="RS256"),)])
    def test_what_was_not_tried_is_no_pass(self, others):
        [one] = judge(*others, self.UNTRIED, replace(self.UNTRIED, same=8))
        assert one.outcome == "error"
        assert one.message == (
            f"2 tokens could not be tried with the published secrets, one of them in {MAIN} at line 1, column 9: "
            "among too many others"
        )

    def test_nor_what_nobody_knows_how_to_try(self):
        [one] = judge(ANON, replace(OTHER, algorithm="unknown"))
        assert (one.outcome, one.message.rpartition(": ")[2]) == (
            "error", "its algorithm is not one that is known here",
        )  # fmt: skip

    def test_a_failure_beats_it(self):
        assert [one.outcome for one in judge(self.UNTRIED, TestGuessable.FORGEABLE)] == ["fail"]


@pytest.mark.parametrize("sightings", [(), (replace(ANON, algorithm=""),), (VALUE,)])
def test_no_token(sightings):
    assert [one.outcome for one in judge(*sightings)] == ["not-applicable"]
    assert judge(*sightings, gaps=GAPS) == []
