from __future__ import annotations

from dataclasses import replace

from auditor.facts.served import FileKind, Served, ServedFile
from auditor.facts.sightings import Nature, Sighting
from auditor.model import Confidence, Gap, failed, not_applicable, passed
from checks.frontend_secrets.server_values_not_served import server_values_not_served

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
