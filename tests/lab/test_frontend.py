from __future__ import annotations

import json
import re

from .client import ask

SCRIPT = re.compile(r'src="(/_next/static/[^"]+\.js)"')


def _crawl(stack):
    """The scripts that the page names, and those that its manifest and its webpack runtime name besides."""
    page = ask(stack, "app", "/").text
    named = {path: ask(stack, "app", path) for path in SCRIPT.findall(page)}
    manifest = next(answer.text for path, answer in named.items() if path.endswith("_buildManifest.js"))
    lazy = {f"/_next/{path}" for path in re.findall(r'"(static/[^"]+\.js)"', manifest)} - {*named}
    return page, named, {path: ask(stack, "app", path) for path in lazy}


def test_it_has_the_shape_of_a_build(stack):
    page, named, lazy = _crawl(stack)
    data = json.loads(re.search(r'id="__NEXT_DATA__" type="application/json">(.*?)</script>', page)[1])

    assert {answer.status for answer in (*named.values(), *lazy.values())} == {200}
    assert {answer.headers["content-type"] for answer in named.values()} == {"application/javascript; charset=utf-8"}
    assert f"/_next/static/{data['buildId']}/_buildManifest.js" in named
    assert len(lazy) >= 3
    assert sum(len(answer.text) for answer in named.values()) > 100_000


def test_the_anon_key_is_public_by_design(stack):
    _, named, _ = _crawl(stack)

    assert [path for path, answer in named.items() if stack.anon_key in answer.text and "_app" in path]


def test_insecure_leaks_the_service_key_in_a_chunk_that_only_the_manifest_names(insecure):
    page, named, lazy = _crawl(insecure)

    assert insecure.service_key not in page
    assert [path for path, answer in named.items() if insecure.service_key in answer.text] == []
    (leak,) = [path for path, answer in lazy.items() if insecure.service_key in answer.text]
    assert "/pages/admin/exports-" in leak


def test_hardened_leaks_it_nowhere(hardened):
    files = [path for path in (hardened.private / "www").rglob("*") if path.is_file()]

    assert len(files) > 10
    assert [path.name for path in files if hardened.service_key in path.read_text()] == []


def test_source_maps_are_served_in_insecure_only(hardened, insecure):
    for stack, status in ((hardened, 404), (insecure, 200)):
        _, named, _ = _crawl(stack)
        path = next(path for path in named if "/main-" in path)
        assert ask(stack, "app", f"{path}.map").status == status
        assert (f"//# sourceMappingURL={path.rpartition('/')[2]}.map" in named[path].text) == (status == 200)


def test_the_chunk_that_webpack_loads_on_demand_is_served(stack):
    _, named, _ = _crawl(stack)
    runtime = next(answer.text for path, answer in named.items() if "/webpack-" in path)
    digest = re.search(r'412:"([0-9a-f]+)"', runtime)[1]

    assert ask(stack, "app", f"/_next/static/chunks/412-{digest}.js").status == 200
