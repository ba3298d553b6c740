from __future__ import annotations

from dataclasses import replace

from auditor.facts.served import FileKind, Served, ServedFile, SourceMap
from auditor.model import Confidence, Gap, failed, passed, unproven
from checks.frontend_secrets.source_maps_not_served import source_maps_not_served

APP = "https://app.example.com"
MAIN = f"{APP}/main.js"
CLEAN = Served(APP, (ServedFile(MAIN, FileKind.SCRIPT, 10),), known_values=2)
GAPS = (Gap(MAIN, "no answer"),)


def judge(check, **changes):
    return list(check(replace(CLEAN, **changes)))


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
            passed(APP, "none of 1 scripts has a source map that is served", scripts=1, inline_scripts=0)
        ]

    def test_scripts_that_stand_in_the_pages_alone(self):
        message = "none of 4 scripts in the pages has a source map that is served"
        assert judge(source_maps_not_served, files=(), inline_scripts=4) == [
            passed(APP, message, scripts=0, inline_scripts=4)
        ]

    def test_nothing_was_read(self):
        hint = "check that `frontend` is the origin of the web application"
        assert judge(source_maps_not_served, files=()) == [unproven(APP, "no script was found on the page", hint)]
        assert judge(source_maps_not_served, files=(), gaps=GAPS) == []
