"""A real Next.js application, built by Turbopack and by webpack, searched as a stranger would."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

import pytest

from auditor.facts.policy import SecretsPolicy
from auditor.facts.served import FileKind, Served
from auditor.facts.sightings import Nature
from auditor.model import Outcome
from auditor.probes.served import served
from auditor.redact import Secret
from checks.frontend_secrets.no_secret_served import no_secret_served
from checks.frontend_secrets.served_names_not_secret import served_names_not_secret
from tests.nextjs.planted import BY_SHAPE, ON_SERVER, PAIRED, ROUTES
from tests.nextjs.shop import Shop, build
from tests.probes.net.running import run
from tests.probes.stand import way

pytestmark = [
    pytest.mark.nextjs,
    pytest.mark.xdist_group("nextjs"),
]
WHERE = {
    "SUPABASE_SECRET_KEY": "/account",
    "MAIL_PASSWORD": "/orders",
    "DATABASE_URL": "/legacy",
    "CATALOGUE_KEY": "/legacy/catalogue",
}
"""The page that gives each away: by props of a client component, streamed, by getServerSideProps, by getStaticProps."""
STUB = re.compile(
    r"__turbopack_load_page_chunks__\(\"[^\"]*\", \[[^\]]*\]\)"
    r"|\(self\.webpackChunk_N_E=self\.webpackChunk_N_E\|\|\[\]\)\.push\(\[\[[\d,]*\],\{\d+:\(\)=>\{\}\},\w+=>\{[^{}]*\}\]\);"
)
"""Scripts that load others, and hold nothing: bundlers make one for a page without code."""
BUNDLERS = pytest.mark.parametrize("bundler", ["turbopack", "webpack"])


@dataclass(frozen=True)
class Search:
    """What was found in one shop."""

    shop: Shop
    origin: str
    alone: Served
    """From the start page."""
    seeded: Served
    """With the routes told."""


@cache
def search(bundler: str) -> Search:
    shop = build(bundler)
    with shop.served() as origin:
        routes = tuple(shop.base + route for route in ROUTES)
        return Search(shop, origin, gather(shop, origin, ()), gather(shop, origin, routes))


def gather(shop: Shop, origin: str, routes: tuple[str, ...]) -> Served:
    # what stands in the file that --env-file names
    known = {"variables": tuple(Secret(shop.values[name], f"value of {name}") for name in ON_SERVER)}

    async def main() -> Served:
        async with way(frontend=origin, **known) as to:
            return await served(to.environment, SecretsPolicy(routes=routes), to.http, to.traffic)

    return run(main())


@cache
def scripts(shop: Shop) -> dict[str, str]:
    """The scripts that the build made, by path: those that hold anything, and that another file of the build names."""
    texts = {
        path.relative_to(shop.static).as_posix(): path.read_text(encoding="utf-8") for path in shop.static.rglob("*.js")
    }
    output = shop.static.parent
    build = [*output.glob("*"), *(output / "server").rglob("*"), *shop.static.rglob("*")]
    known = "\n".join(
        path.read_text(encoding="utf-8", errors="replace")
        for path in build
        if path.is_file() and path.suffix in (".js", ".json", ".html", ".rsc")
    )
    return {
        name: text
        for name, text in texts.items()
        if not STUB.fullmatch(text.strip())
        and (name.endswith("Manifest.js") or known.count(part := own_part(name)) > text.count(part))
    }


def own_part(name: str) -> str:
    """What no other script has in its name: webpack's hash, which its runtime adds to a number, or all of the name."""
    found = re.search(r"[-.]([0-9a-f]{16})\.js$", name)
    return found[1] if found else PurePosixPath(name).name


def name_of(url: str) -> str:
    return unquote(url).partition("/_next/static/")[2]


def coverage(found: Search, of: Served) -> tuple[set[str], set[str]]:
    """Paths of the scripts that hold anything, and those of them that were read."""
    made = set(scripts(found.shop))
    return made, made & {name_of(file.url) for file in of.files}


def text_at(shop: Shop, url: str, line: int, column: int) -> str:
    """What the build wrote there."""
    return scripts(shop)[name_of(url)].split("\n")[line - 1][column - 1 :]


@BUNDLERS
def test_scripts_are_found(bundler, record_property):
    found = search(bundler)
    for name, of in (("alone", found.alone), ("seeded", found.seeded)):
        made, read = coverage(found, of)
        record_property(f"{bundler} {name}", f"{len(read)} of {len(made)} scripts, {of.bounds}")
        print(f"{bundler}, {name}: {len(read)} of {len(made)} scripts; {of.bounds}; not found: {sorted(made - read)}")
    made, read = coverage(found, found.seeded)
    assert len(made) > 25
    assert len(read) >= 0.98 * len(made), sorted(made - read)
    assert found.seeded.bounds.left == 0
    assert found.seeded.bounds.requests < 400
    assert found.seeded.frameworks == (f"Next.js ({'T' if bundler == 'turbopack' else 'w'}{bundler[1:]})",)
    assert found.seeded.gaps == ()


@BUNDLERS
def test_every_map_is_found(bundler):
    found = search(bundler)
    named = {
        line.rpartition("sourceMappingURL=")[2]
        for name, text in scripts(found.shop).items()
        if (line := text.rstrip().rpartition("\n")[2]).startswith("//# sourceMappingURL=")
    }
    assert named <= {unquote(one.url).rpartition("/")[2] for one in found.seeded.maps}


@BUNDLERS
@pytest.mark.parametrize("name", [name for name in BY_SHAPE if name not in ON_SERVER])
def test_secrets_of_the_build_are_found(bundler, name):
    found = search(bundler)
    value = found.shop.values[name]
    assert any(
        sighting.nature is Nature.SECRET
        and name_of(sighting.place) in scripts(found.shop)
        and text_at(found.shop, sighting.place, sighting.line, sighting.column).startswith(value)
        and sighting.length == len(value)
        for sighting in found.seeded.sightings
    )


@BUNDLERS
@pytest.mark.parametrize("name", ON_SERVER)
def test_values_that_the_server_gives_away_are_found(bundler, name):
    found = search(bundler)
    places = {
        (urlsplit(sighting.place).path.removeprefix(found.shop.base), kind)
        for sighting in found.seeded.sightings
        if sighting.exact and sighting.length == len(found.shop.values[name])
        for kind in {file.kind for file in found.seeded.files if file.url == sighting.place}
    }
    page = WHERE[name]
    assert (page, FileKind.PAGE) in places
    # and in what the browser asks for by itself, later: RSC, or the data of the page
    assert any(kind is FileKind.DATA and page.removeprefix("/") in path for path, kind in places)


@BUNDLERS
@pytest.mark.parametrize("name", PAIRED)
def test_names_are_paired_with_values(bundler, name):
    found = search(bundler)
    value = found.shop.values[PAIRED[name]]
    paired = [
        one for one in found.seeded.variables if one.name == name and one.source == "source map" and one.served_at
    ]
    assert paired
    for one in paired:
        assert one.value_length == len(value)
        assert text_at(found.shop, one.served_at, one.served_line, one.served_column).startswith(value)


@BUNDLERS
def test_the_checks_fail_by_what_was_found(bundler):
    found = search(bundler)
    failing = {one.subject for one in served_names_not_secret(found.seeded) if one.outcome is Outcome.FAIL}
    assert failing == set(PAIRED) - {"NEXT_PUBLIC_SUPABASE_ANON_KEY", "NEXT_PUBLIC_SUPABASE_URL"} | {
        "NEXT_PUBLIC_REPORT_SECRET"
    }
    assert Outcome.FAIL in {one.outcome for one in no_secret_served(found.seeded)}


@BUNDLERS
def test_public_keys_are_no_secrets(bundler):
    found = search(bundler)
    anon = found.shop.values["NEXT_PUBLIC_SUPABASE_ANON_KEY"]
    assert not [
        one
        for one in found.seeded.sightings
        if one.nature is Nature.SECRET
        and name_of(one.place) in scripts(found.shop)
        and text_at(found.shop, one.place, one.line, one.column).startswith(anon)
    ]


@BUNDLERS
def test_no_value_is_in_the_facts(bundler):
    found = search(bundler)
    told = repr(found.alone) + repr(found.seeded)
    for name, value in found.shop.values.items():
        assert name == "NEXT_PUBLIC_SUPABASE_URL" or value not in told
