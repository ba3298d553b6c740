"""SEC002, SEC003 and SEC005: the server's own values, guessable signing keys, source maps."""

from __future__ import annotations

from dataclasses import replace

import pytest

from auditor.facts.served import FileKind, Served, ServedFile, SourceMap
from auditor.facts.sightings import Nature, Sighting
from auditor.model import Confidence, Gap, failed, not_applicable, passed, unproven
from checks.frontend_secrets.server_values_not_served import server_values_not_served
from checks.frontend_secrets.signing_key_not_guessable import signing_key_not_guessable
from checks.frontend_secrets.source_maps_not_served import source_maps_not_served

APP = "https://app.example.com"
MAIN = f"{APP}/main.js"
CLEAN = Served(APP, (ServedFile(MAIN, FileKind.SCRIPT, 10),), known_values=2)
VALUE = Sighting(MAIN, 2, 3, "exact", "database password", 12, exact=True, written="base64")
ANON = Sighting(MAIN, 1, 5, "jwt", "Supabase anon key", 200, nature=Nature.PUBLIC)
GAPS = (Gap(MAIN, "no answer"),)
KEYS_ONLY = "the only values that the audit was given are Supabase keys: SEC001 judges them"


def judge(check, **changes):
    return list(check(replace(CLEAN, **changes)))


class TestValues:
    def test_served(self):
        assert judge(server_values_not_served, sightings=(VALUE,)) == [
            failed(
                MAIN,
                "holds the very value of the database password (12 characters, base64) at line 2, column 3",
                confidence=Confidence.PROVEN,
                aspect="database password:2:3",
                kind="database password",
                length=12,
                line=2,
                column=3,
                written="base64",
                name="",
            )
        ]

    def test_not_served(self):
        assert judge(server_values_not_served, sightings=(ANON,)) == [
            passed(APP, "none of 2 values is in 1 files", confidence=Confidence.PROVEN, values=2, files=1)
        ]

    def test_keys_with_a_shape_are_judged_elsewhere(self):
        key = replace(VALUE, kind="Supabase service key")
        assert judge(server_values_not_served, sightings=(key,))[0].message == "none of 1 values is in 1 files"
        assert judge(server_values_not_served, sightings=(key,), known_values=1) == [not_applicable(KEYS_ONLY)]

    def test_nothing_was_given(self):
        [found] = judge(server_values_not_served, known_values=0)
        assert found.outcome == "not-applicable"
        assert "--env-file" in found.message

    def test_nothing_was_read(self):
        assert judge(server_values_not_served, files=(), gaps=GAPS) == []


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


class TestSourceMaps:
    MAP = SourceMap(f"{MAIN}.map", MAIN, 12, 11)

    def test_with_content(self):
        assert judge(source_maps_not_served, maps=(self.MAP,)) == [
            failed(
                f"{MAIN}.map",
                "holds 11 of 12 source files",
                confidence=Confidence.PROVEN,
                aspect=MAIN,
                script=MAIN,
                sources=12,
                with_content=11,
            )
        ]

    def test_inside_a_script(self):
        [found] = judge(source_maps_not_served, maps=(replace(self.MAP, url=MAIN),))
        assert found.message == "holds a source map with 11 of 12 source files"

    def test_names_only(self):
        [found] = judge(source_maps_not_served, maps=(replace(self.MAP, with_content=0),))
        assert (found.outcome, found.message) == ("pass", "names 12 source files, and holds none of them")

    def test_none(self):
        assert judge(source_maps_not_served) == [
            passed(APP, "none of 1 scripts has a source map that is served", scripts=1)
        ]

    def test_nothing_was_read(self):
        hint = "check that `frontend` is the origin of the web application"
        assert judge(source_maps_not_served, files=()) == [unproven(APP, "no script was found on the page", hint)]
        assert judge(source_maps_not_served, files=(), gaps=GAPS) == []
