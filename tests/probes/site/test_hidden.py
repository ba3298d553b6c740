"""Source maps that no script names."""

from __future__ import annotations

import json

import pytest

from auditor.facts.served import FileKind
from auditor.probes.site.frontier import Named
from auditor.probes.site.hidden import SAMPLE, HiddenMaps
from auditor.probes.site.readers import Readers
from tests.probes.planted import SERVICE
from tests.probes.site.test_untold import gather, script
from tests.probes.stand import answer, page

MAP = {"version": 3, "sources": ["a.ts"], "sourcesContent": [f"// {SERVICE}"], "mappings": "AAAA"}


def maps(found) -> list[str]:
    return [one.url.removeprefix(found.frontend) for one in found.maps]


def site_of(count: int, **others: bytes) -> dict[str, bytes]:
    scripts = {f"/{n}.js": script(f"f({n})") for n in range(count)}
    return {"/": page("".join(f"<script src={path}></script>" for path in scripts)), **scripts, **others}


def test_all_are_found_when_one_is():
    served_maps = {f"/{n}.js.map": answer(200, json.dumps(MAP)) for n in range(9)}
    found, _ = gather({**site_of(9), **served_maps})
    assert maps(found) == sorted(served_maps)
    assert len(found.sightings) == 9


@pytest.mark.parametrize("other", [answer(404), answer(200, "<!doctype html>"), answer(200, "f()")])
def test_a_few_are_tried(other):
    found, server = gather(site_of(9), other)
    assert sum(path.endswith(".map") for path in server.paths) == SAMPLE
    assert (found.maps, found.missing) == ((), ())
    assert not any(file.url.endswith(".map") for file in found.files)


def test_those_that_scripts_name_are_not_asked_for_twice():
    named = script("f()\n//# sourceMappingURL=b.map")
    _, server = gather({"/": page("<script src=/a.js>"), "/a.js": named, "/b.map": answer(200, json.dumps(MAP))})
    assert [path for path in server.paths if path.endswith(".map")] == ["/b.map"]


def test_one_that_cannot_be_asked_for_is_told():
    found, _ = gather({**site_of(1), "/0.js.map": answer(503)})
    assert [gap.subject.removeprefix(found.frontend) for gap in found.gaps] == ["/0.js.map"]


def test_the_query_belongs_to_the_script():
    pages = {"/": page('<script src="/a.js?v=2">'), "/a.js": script("1"), "/a.js.map": answer(200, json.dumps(MAP))}
    assert maps(gather(pages)[0]) == ["/a.js.map"]


def test_parts_of_a_map_in_other_files():
    whole = {"version": 3, "sections": [{"offset": {"line": 0, "column": 0}, "url": "part.map"}, {"url": 1}, None]}
    pages = {"/a.js": script("1\n//# sourceMappingURL=whole.map"), "/whole.map": answer(200, json.dumps(whole)),
             "/part.map": answer(200, json.dumps(MAP))}  # fmt: skip
    found, _ = gather(pages)
    assert maps(found) == ["/part.map", "/whole.map"]
    assert len(found.sightings) == 1


def test_what_is_due():
    known = HiddenMaps()
    for n in range(6):
        known.silent(Named(f"/{n}", FileKind.SCRIPT))
    assert len(known.due()) == SAMPLE
    assert known.due() == []
    known.found()
    assert len(known.due()) == 6 - SAMPLE


def test_scripts_are_kept_until_it_is_known_that_there_are_no_maps():
    got = []
    readers = Readers(maps=(lambda *given: got.append(given[1]) or [],))
    readers.read(Named("/a.js", FileKind.SCRIPT), b"a()")
    readers.read(Named("/a.js.map", FileKind.SOURCE_MAP, by="/a.js"), b"{}")
    readers.read(Named("/b.js", FileKind.SCRIPT), b"b()")
    readers.forget_silent()
    readers.read(Named("/b.js.map", FileKind.SOURCE_MAP, by="/b.js"), b"{}")
    readers.read(Named("/c.js", FileKind.SCRIPT), b"c()")
    readers.read(Named("/c.js.map", FileKind.SOURCE_MAP, by="/c.js"), b"{}")
    assert got == [b"a()", b"", b""]
