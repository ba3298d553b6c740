from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.facts.exposed_pages import ExposedPages, PageKind
from auditor.model import Gap
from auditor.probes.exposure.pages import exposed_pages
from auditor.probes.exposure.table import TABLE, rows
from auditor.probes.paths import asking
from auditor.probes.paths.seen import Seen
from tests.probes.exposure.samples import NOT_SHOWN, SHOWN
from tests.probes.net.running import run
from tests.probes.paths.catch_alls import CATCH_ALLS
from tests.probes.stand import CLOSE, answer, page, routes, site, way

HOME = page("<!doctype html><title>Shop</title><p>hello")


@pytest.fixture(autouse=True)
def _without_pauses(monkeypatch):
    monkeypatch.setattr(asking, "PAUSE", 0.0)


def look(respond, **environment) -> tuple[ExposedPages, list[str], str]:
    """The fact of a Supabase gateway, which is asked for everything; the paths that were asked for; the origin."""

    async def main():
        async with site(respond) as server:
            given = environment or {"absent": frozenset({"api"}), "frontend": server.origin()}
            given = {key: server.origin() if value == "here" else value for key, value in given.items()}
            async with way(**given) as to:
                return await exposed_pages(to.environment, to.http), server.paths, server.origin()

    return run(main())


def told(respond) -> list[tuple[str, str]]:
    found, _, origin = look(respond)
    return [(one.what, one.url.removeprefix(origin)) for one in found.pages]


def looks_like(path: str, body: bytes) -> list[str]:
    """What the table recognises there, the kinds of the gateway included."""
    from auditor.probes.net.response import Response
    from auditor.probes.paths.seen import seen_of

    head, _, content = body.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    headers = tuple(tuple(line.split(": ", 1)) for line in lines[1:])
    got = Response("http://x" + path, "GET", int(lines[0].split()[1]), headers, content)
    seen = seen_of(path, "http://x" + path, got)
    surfaces = frozenset({"frontend", "api", "supabase"})
    return [row.what for at, row in rows(surfaces) if at == path and seen.served and row.recognise(seen)]


@pytest.mark.parametrize(("what", "path", "body"), SHOWN, ids=[f"{path} {n}" for n, (_, path, _) in enumerate(SHOWN)])
def test_recognised_by_its_content(what, path, body):
    assert looks_like(path, body) == [what]


@pytest.mark.parametrize(("path", "body"), NOT_SHOWN, ids=[f"{path} {n}" for n, (path, _) in enumerate(NOT_SHOWN)])
def test_something_else_at_the_same_address(path, body):
    assert looks_like(path, body) == []


def test_every_row_has_a_sample():
    assert {what for what, _, _ in SHOWN} == {row.what for row in TABLE}


def test_every_row_of_a_surface_is_found_there():
    pages = {path: body for what, path, body in SHOWN if path != "/" and "Supabase" not in what}
    found = told(routes({"/": HOME, **pages}))
    kinds = {row.what for row in TABLE if row.kind not in (PageKind.SUPABASE, PageKind.DEFAULT)}
    assert {what for what, _ in found} == kinds - {"the debug toolbar of Django", "Supabase Studio, which runs any SQL"}
    assert len(found) == len({what for what, _ in found})


@pytest.mark.parametrize("respond", CATCH_ALLS.values(), ids=CATCH_ALLS)
def test_what_answers_everything_shows_nothing(respond):
    assert told(respond) == []


@pytest.mark.parametrize(("what", "path", "body"), [one for one in SHOWN if one[1] != "/"][::4])
def test_a_trap_that_answers_everything_with_a_console(what, path, body):
    assert told(lambda asked: HOME if asked.path == "/" else body) == []


def test_what_is_asked_of_a_host():
    found, paths, _ = look(routes({"/": HOME}))
    assert len(paths) == found.requests
    assert len(paths) < 80
    assert "/pg/" not in paths
    assert {tally.kind for tally in found.tallies} == set(PageKind) - {PageKind.SUPABASE}
    assert all(not tally.untold for tally in found.tallies)


def test_the_gateway_of_supabase():
    from auditor.checklist.model import Supabase

    async def main():
        pages = {path: body for _, path, body in SHOWN if path.startswith(("/pg/", "/rest-admin", "/analytics"))}
        async with site(routes({"/": HOME, **pages})) as server:
            given = {"absent": frozenset({"api", "frontend"}), "supabase": Supabase(url=server.origin())}
            async with way(**given) as to:
                return await exposed_pages(to.environment, to.http)

    assert {one.kind for one in run(main()).pages} == {PageKind.SUPABASE}


def test_the_gateway_of_the_vendor_is_not_asked():
    from auditor.checklist.model import Supabase

    async def main():
        given = {"absent": frozenset({"api", "frontend"}), "supabase": Supabase(url="https://abc.supabase.co")}
        async with way(**given) as to:
            return await exposed_pages(to.environment, to.http), to.traffic.requests

    found, requests = run(main())
    assert requests == 0
    assert (found.pages, found.tallies) == ((), ())


def test_a_limit_is_no_pass():
    asked = []

    def respond(request):
        asked.append(request)
        return answer(429, "slow down", Retry_After="60") if len(asked) > 8 else routes({"/": HOME})(request)

    found, _, _ = look(respond)
    assert any(tally.untold for tally in found.tallies)
    assert {tally.why for tally in found.tallies if tally.untold} <= {"answered 429"}


@pytest.mark.parametrize("body", [answer(503), CLOSE, answer(403, "no")])
def test_a_host_that_shows_nothing_is_a_gap(body):
    found, _, origin = look(lambda _: body)
    assert found.tallies == ()
    assert [gap.subject for gap in found.gaps if not gap.absent] == [origin]


def test_a_lock_before_everything_shows_nothing():
    found, _, _ = look(lambda _: answer(401, "who are you?", WWW_Authenticate="Basic realm=x"))
    assert (found.pages, [gap for gap in found.gaps if not gap.absent]) == ((), [])
    assert all(not tally.untold for tally in found.tallies)


def test_absent_and_left_out():
    found, _, _ = look(routes({}), absent=frozenset({"frontend", "api"}))
    assert found == ExposedPages(
        gaps=(
            Gap("frontend", found.gaps[0].reason, absent=True),
            Gap("api", found.gaps[1].reason, absent=True),
        )
    )


def seen(text: str) -> Seen:
    return Seen("/x", 200, "", text.encode("utf-8", "replace"), text)


@given(st.text(max_size=300), st.sampled_from(["", "<html>", "{", "[", "<title>"]))
def test_any_text(text, start):
    for row in TABLE:
        row.recognise(seen(start + text))


PIECES = [
    "<title>", "<title ", "<script src='", '<link href="/_next/static/chunks/', "type=", '"_links"', "it works", "<h1>",
    "pool: ", '{"git":{', "adminer", "<body> ", "\n",
]  # fmt: skip


@pytest.mark.parametrize("piece", PIECES)
@pytest.mark.parametrize("start", ["", "<html>", '{"_links"'])
def test_a_long_page_takes_no_longer_than_it_must(piece, start):
    page = seen(start + piece * (262_144 // len(piece)))
    for row in TABLE:
        row.recognise(page)
