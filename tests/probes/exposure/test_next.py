"""Answers shaped by hand after those of Next.js 12 to 16: building the real thing takes a minute a version."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.errors import Unavailable
from auditor.facts.next_build import NextBuild, NextGuards
from auditor.facts.policy import ExposurePolicy
from auditor.probes.exposure.advisories import advisories, as_of, has, key
from auditor.probes.exposure.next import _told, next_build, next_guards
from checks.app_exposure.advisories_fresh import advisories_fresh
from checks.app_exposure.image_optimizer_bounded import image_optimizer_bounded
from checks.app_exposure.middleware_not_passed_by import middleware_not_passed_by
from checks.app_exposure.next_patched import next_patched
from tests.probes.net.running import run
from tests.probes.stand import CLOSE, answer, page, routes, site, way

HOME = page(
    '<!DOCTYPE html><html><head><script src="/_next/static/chunks/webpack-1.js" async=""></script>'
    '<script src="/_next/static/chunks/4bd1-2.js" async=""></script></head><body>'
    '<a href="/orders">orders</a><script>self.__next_f=self.__next_f||[]</script>'
)
URL_REQUIRED = answer(400, '"url" parameter is required')
REFUSED = answer(400, '"url" parameter is not allowed')


def script(version: str) -> bytes:
    return answer(200, f'"use strict";window.next={{version:"{version}",appDir:!0}};', Content_Type="text/javascript")


def gather(respond) -> tuple[NextBuild, NextGuards, list]:
    async def main():
        async with site(respond) as server, way(frontend=server.origin()) as to:
            build = await next_build(to.environment, to.http)
            return build, await next_guards(build, to.http), server.asked

    return run(main())


def shop(version="16.4.6", **others: bytes):
    pages = {"/": HOME, "/_next/static/chunks/4bd1-2.js": script(version), "/_next/image": URL_REQUIRED}
    return routes(pages | {f"/{name}": body for name, body in others.items()})


def outcome(check, *facts) -> str:
    return "+".join(str(finding.outcome) for finding in check(*facts))


def test_a_version_with_advisories():
    build, _, asked = gather(shop("15.2.2"))
    assert (build.present, build.version) == (True, "15.2.2")
    assert build.told_by.endswith("/_next/static/chunks/4bd1-2.js")
    assert {"CVE-2025-29927", "CVE-2025-66478"} <= {one.cve for one in build.advisories}
    (finding,) = next_patched(build)
    assert str(finding.outcome) == "fail"
    assert finding.evidence["severity"] == "critical"
    assert {
        "advisory": "GHSA-f82v-jwr5-mffw",
        "cve": "CVE-2025-29927",
        "severity": "critical",
        "fixed_in": "15.2.3",
    } in (finding.evidence["advisories"])
    assert len(asked) < 25


def test_a_version_without():
    build, guards, _ = gather(shop("16.4.6"))
    assert build.advisories == ()
    assert outcome(next_patched, build) == "pass"
    assert outcome(middleware_not_passed_by, guards) == "pass"


def test_no_version_is_told():
    build, _, _ = gather(routes({"/": HOME, "/_next/static/chunks/4bd1-2.js": answer(200, "1")}))
    assert (build.present, build.version) == (True, "")
    assert outcome(next_patched, build) == "error"


def test_another_framework():
    home = '<app-root ng-version="17.1.0"></app-root><meta name="generator" content="Astro v4.1.0">'
    build, guards, asked = gather(routes({"/": page(home)}))
    assert (build.present, build.others) == (False, ("Angular 17.1.0", "Astro v4.1.0"))
    assert len(asked) == 1
    facts = ((next_patched, build), (middleware_not_passed_by, guards), (image_optimizer_bounded, guards))
    assert {outcome(check, fact) for check, fact in facts} == {"not-applicable"}
    assert outcome(advisories_fresh, build, ExposurePolicy()) == "not-applicable"


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ('window.next={version:"15.2.2",appDir:!0}', "15.2.2"),
        ('window.next = {\n version: "12.0.4",\n router: x}', "12.0.4"),
        ("window.next={version:'16.0.0-canary.3',x:1}", "16.0.0-canary.3"),
        ('window.next={"version":"14.1.0"}', "14.1.0"),
        ('let t="15.5.7";window.next={version:t,appDir:!0}', "15.5.7"),
        ('window.nextjs={version:"1.0.0"}', ""),
        ('{version:"19.0.0"}', ""),
        ("window.next={version:t}", ""),
    ],
)
def test_how_scripts_tell_it(text, version):
    assert _told([("u", text)]) == (version, "u" if version else "")


@pytest.mark.parametrize(
    "piece", ["window.next={", "window.next={version:a", 'version:"1', "window.next=Object.assign("]
)
def test_a_long_script_takes_no_longer_than_it_must(piece):
    _told([("u", piece * (1_000_000 // len(piece)))])


@given(st.text(max_size=200))
def test_any_version(text):
    advisories(text)
    _told([("u", text), ("u", f'window.next={{version:"{text}"}}')])


@pytest.mark.parametrize(
    ("version", "cve", "affected"),
    [
        ("11.1.3", "CVE-2025-29927", False), ("11.1.4", "CVE-2025-29927", True), ("12.3.4", "CVE-2025-29927", True),
        ("12.3.5", "CVE-2025-29927", False), ("13.5.8", "CVE-2025-29927", True), ("13.5.9", "CVE-2025-29927", False),
        ("14.2.24", "CVE-2025-29927", True), ("14.2.25", "CVE-2025-29927", False), ("15.2.2", "CVE-2025-29927", True),
        ("15.2.3", "CVE-2025-29927", False),
        ("14.2.35", "CVE-2025-66478", False), ("14.3.0-canary.76", "CVE-2025-66478", False),
        ("14.3.0-canary.77", "CVE-2025-66478", True), ("15.0.4", "CVE-2025-66478", True),
        ("15.0.5", "CVE-2025-66478", False), ("15.1.8", "CVE-2025-66478", True), ("15.1.9", "CVE-2025-66478", False),
        ("15.2.5", "CVE-2025-66478", True), ("15.2.6", "CVE-2025-66478", False), ("15.3.5", "CVE-2025-66478", True),
        ("15.3.6", "CVE-2025-66478", False), ("15.4.7", "CVE-2025-66478", True), ("15.4.8", "CVE-2025-66478", False),
        ("15.5.6", "CVE-2025-66478", True), ("15.5.7", "CVE-2025-66478", False), ("16.0.6", "CVE-2025-66478", True),
        ("16.0.0-canary.3", "CVE-2025-66478", True), ("16.0.7", "CVE-2025-66478", False),
        ("16.2.5", "CVE-2026-45109", True), ("16.2.6", "CVE-2026-45109", False), ("15.5.17", "CVE-2026-45109", True),
        ("15.5.18", "CVE-2026-45109", False), ("16.2.10", "CVE-2026-64643", True), ("16.2.11", "CVE-2026-64641", False),
        ("15.5.20", "CVE-2026-64643", True), ("15.5.21", "CVE-2026-64643", False),
    ],
)  # fmt: skip
def test_ranges(version, cve, affected):
    assert has(version, cve) is affected


def test_the_table():
    assert as_of() <= datetime.now(UTC).date()
    for one in advisories("15.0.0"):
        assert key(one.fixed)
        assert one.id.startswith("GHSA-")


@pytest.mark.parametrize(("age", "verdict"), [(0, "pass"), (90, "pass"), (91, "fail")])
def test_an_old_table(age, verdict):
    build = NextBuild("https://x", True, "16.4.6", age_days=age)
    assert outcome(advisories_fresh, build, ExposurePolicy()) == verdict


LOGIN = answer(307, Location="/login")


def guarded(opened_by: str):
    """A middleware that one value of the header passes by."""

    def respond(asked):
        path = asked.path.partition("?")[0]
        if path == "/orders":
            return page("<p>orders") if asked.headers.get("x-middleware-subrequest") == opened_by else LOGIN
        return shop("15.2.2")(asked)

    return respond


@pytest.mark.parametrize("name", ["middleware", "src/middleware"])
def test_a_header_passes_by_the_middleware(name):
    _, guards, _ = gather(guarded(":".join([name] * 5)))
    assert [(one.status, one.status_with_header, one.passed) for one in guards.routes] == [(307, 200, True)]
    assert outcome(middleware_not_passed_by, guards) == "fail"


def test_a_header_that_changes_nothing():
    _, guards, asked = gather(guarded("nothing"))
    assert [one.passed for one in guards.routes] == [False]
    assert outcome(middleware_not_passed_by, guards) == "pass"
    assert {one.method for one in asked} == {"GET"}
    assert len(asked) < 30


def test_a_route_that_opens_by_chance():
    count = []

    def respond(asked):
        if asked.path == "/orders":
            count.append(1)
            return LOGIN if len(count) < 3 else page("<p>open now")
        return shop("15.2.2")(asked)

    _, guards, _ = gather(respond)
    assert [one.passed for one in guards.routes] == [False]


def test_a_patched_version_is_not_tried():
    _, guards, asked = gather(shop("15.2.3"))
    assert guards.patched
    assert not any("x-middleware-subrequest" in one.headers for one in asked)


def test_no_route_is_guarded():
    _, guards, _ = gather(shop("15.2.2"))
    assert outcome(middleware_not_passed_by, guards) == "not-applicable"


def images(then: bytes, bare: bytes = URL_REQUIRED):
    def respond(asked):
        if asked.path.startswith("/_next/image"):
            return then if "url=" in asked.path else bare
        return shop()(asked)

    return respond


@pytest.mark.parametrize(
    ("then", "verdict"),
    [
        (REFUSED, "pass"),
        (answer(500, '"url" parameter is valid but upstream response is invalid'), "fail"),
        (answer(404, '"url" parameter is valid but upstream response is invalid'), "fail"),
        (answer(502, "bad gateway"), "fail"),
        (answer(400, '"w" parameter (width) of 64 is not allowed'), "error"),
        (page("<p>hello"), "error"),
        (answer(403, "no"), "error"),
    ],
)
def test_the_image_optimizer(then, verdict):
    _, guards, asked = gather(images(then))
    assert outcome(image_optimizer_bounded, guards) == verdict
    (tried,) = [one for one in asked if "url=" in one.path]
    assert ".invalid%2Fx.png" in tried.path


@pytest.mark.parametrize("bare", [answer(404), page("<p>hello"), answer(400, "Bad Request"), answer(403)])
def test_no_image_optimizer(bare):
    _, guards, _ = gather(images(answer(500), bare))
    assert outcome(image_optimizer_bounded, guards) == "not-applicable"


@pytest.mark.parametrize("bare", [answer(429), answer(503), CLOSE])
def test_an_image_optimizer_that_is_busy(bare):
    _, guards, _ = gather(images(REFUSED, bare))
    assert [gap.subject.rpartition("/_next")[2] for gap in guards.gaps] == ["/image"]


@pytest.mark.parametrize(
    "home", [answer(429), answer(503), CLOSE, answer(403), answer(401), answer(301, Location="https://x.example.com/")]
)
def test_a_frontend_that_does_not_answer(home):
    with pytest.raises(Unavailable):
        gather(lambda _: home)


def test_a_script_that_cannot_be_read_is_a_gap():
    build, _, _ = gather(routes({"/": HOME, "/_next/static/chunks/4bd1-2.js": answer(503)}))
    assert len(build.gaps) == 1
    assert build.version == ""


@pytest.mark.parametrize(
    ("version", "missing", "named"),
    [
        ("14.2.35", "GHSA-4jqv-mc3x-m676", "GHSA-h64f-5h5j-jqjh"),
        ("15.5.26", "GHSA-mg66-mrh9-m8jx", "GHSA-mcj8-r9mp-w47p"),
        ("16.2.4", "GHSA-g5qg-72qw-gw5v", "GHSA-mg66-mrh9-m8jx"),
    ],
)
def test_ranges_as_the_advisories_have_them(version, missing, named):
    found = {one.id for one in advisories(version)}
    assert named in found
    assert missing not in found


def test_what_is_patched_has_none():
    assert advisories("15.5.27") == advisories("16.3.8") == ()
