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
ANON = Sighting(MAIN, 1, 5, "jwt", "Supabase anon key", 200, nature=Nature.PUBLIC)
GAPS = (Gap(MAIN, "no answer"),)


def judge(check, **changes):
    return list(check(replace(CLEAN, **changes)))


class TestSigningKey:
    FORGEABLE = replace(ANON, rule="jwt-forgeable", nature=Nature.SECRET, why="signed with a secret that all know")

    def test_guessable(self):
        [found] = judge(signing_key_not_guessable, sightings=(self.FORGEABLE, replace(self.FORGEABLE)))
        assert (found.outcome, found.confidence) == ("fail", "proven")
        assert found.message == (
            "holds a Supabase anon key at line 1, column 5 that anybody could have signed: "
            "signed with a secret that all know"
        )

    def test_a_token_that_does_not_verify(self):
        [found] = judge(signing_key_not_guessable, sightings=(ANON,))
        assert (found.outcome, found.evidence["tokens"]) == ("pass", 1)

    @pytest.mark.parametrize("sightings", [(), (replace(ANON, kind="JWT"),), (VALUE,)])
    def test_no_token(self, sightings):
        assert [f.outcome for f in judge(signing_key_not_guessable, sightings=sightings)] == ["not-applicable"]
        assert judge(signing_key_not_guessable, sightings=sightings, gaps=GAPS) == []
