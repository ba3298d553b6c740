"""Knows what builds leave behind, and which files each of them serves besides those that it names."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.facts.served import FileKind
from auditor.probes.site.frontier import How
from auditor.probes.site.references import Reference
from auditor.probes.site.territory import origin_of, resolve

_BUILD_ID = re.compile(rb"\"(?:buildId|b)\\{0,3}\":\\{0,3}\"([\w.-]{1,128})\\{0,3}\"")
_NEXT_MANIFESTS = ("_buildManifest.js", "_ssgManifest.js", "_clientMiddlewareManifest.js", "_middlewareManifest.js")
_BASE = re.compile(
    r"(https?://[^/]+/(?:[^?]*?/)?)(?:_next/static/|_nuxt/|_app/immutable/|_astro/|_expo/static/|static/js/)"
)

_SIGNS: tuple[tuple[str, re.Pattern[bytes]], ...] = (
    (
        "Next.js (Turbopack)",
        re.compile(rb"globalThis(?:\.TURBOPACK\b|\[\"TURBOPACK\"\])|__turbopack_load"),
    ),
    ("Next.js (webpack)", re.compile(rb"webpackChunk_N_E")),
    ("Next.js", re.compile(rb"/_next/static/|__NEXT_DATA__|self\.__next_f")),
    ("Nuxt", re.compile(rb"/_nuxt/|__NUXT__|__NUXT_DATA__")),
    ("SvelteKit", re.compile(rb"_app/immutable/|__sveltekit_")),
    ("Astro", re.compile(rb"/_astro/|<astro-island")),
    ("React Router", re.compile(rb"__reactRouterManifest|__reactRouterContext")),
    ("Remix", re.compile(rb"__remixManifest|__remixContext")),
    ("Gatsby", re.compile(rb"___gatsby|___chunkMapping|/page-data/")),
    ("Angular", re.compile(rb"\bng-version=|<app-root")),
    ("Expo", re.compile(rb"/_expo/static/")),
    ("Create React App", re.compile(rb"/static/js/main\.[0-9a-f]{8}\.js")),
    ("Vite", re.compile(rb"__vite__mapDeps|/assets/[\w.]{1,100}-[\w-]{8}\.js|/@vite/client")),
)

WORKERS = ("sw.js", "service-worker.js", "firebase-messaging-sw.js")
SETTINGS = (
    "env.js", "__ENV.js", "__env.js", "config.js", "env-config.js", "runtime-config.js", "runtime-env.js",
    "app-config.js", "settings.js", "config.json", "env.json", "settings.json", "assets/config.json",
    "assets/env.js", "assets/config.js", "config/config.js", "static/config.js",
)  # fmt: skip
"""Where images of single-page applications keep what their container is told when it starts."""


def signs(data: bytes) -> set[str]:
    """The frameworks whose marks a file bears."""
    return {name for name, pattern in _SIGNS if pattern.search(data)}


def told(found: set[str]) -> tuple[str, ...]:
    """For the report: what a more exact name says already is left out."""
    names = set(found)
    if any(name.startswith("Next.js (") for name in names):
        names.discard("Next.js")
        if not {"Next.js", *names} & found - {"Vite"}:
            names.discard("Vite")
    if names & {"Nuxt", "SvelteKit", "Astro", "React Router", "Remix", "Next.js"}:
        names.discard("Vite")
    return tuple(sorted(names))


def base_of(url: str) -> str:
    """The URL below which an application lives, with a slash at the end, by one of its scripts; empty: unknown."""
    found = _BASE.match(url)
    return found[1] if found else ""


def guesses(base: str) -> Iterator[Reference]:
    """Files of usual names below a URL: nothing tells that they exist."""
    for names, kind in ((WORKERS, FileKind.WORKER), (SETTINGS, FileKind.SETTINGS)):
        for name in names:
            yield Reference(resolve(base, name), kind, How.GUESS)


def of_page(data: bytes, url: str, base: str, found: set[str]) -> Iterator[Reference]:
    """What a page's framework serves besides.

    Args:
        data: the page.
        url: where it came from.
        base: the application's own path, with a slash at the end.
        found: frameworks that :func:`signs` saw in it.
    """
    path = url.partition("?")[0].removesuffix("/").removeprefix(base.removesuffix("/"))
    if any(name.startswith("Next.js") for name in found) or b'"buildId' in data:
        yield from _next(data, base, path)
    if "Nuxt" in found:
        yield Reference(f"{base}_nuxt/builds/latest.json", FileKind.MANIFEST, How.GUESS)
        if b"_payload.json" in data:
            yield Reference(f"{base}{path.lstrip('/')}{'/' if path else ''}_payload.json", FileKind.DATA, How.TEXT)
    if "SvelteKit" in found:
        yield Reference(f"{base}_app/version.json", FileKind.MANIFEST, How.GUESS)
        yield Reference(f"{base}_app/env.js", FileKind.SETTINGS, How.GUESS)
        yield Reference(f"{base}{path.lstrip('/')}{'/' if path else ''}__data.json", FileKind.DATA, How.TEXT)
    if "Gatsby" in found:
        name = path.strip("/") or "index"
        yield Reference(f"{base}page-data/{name}/page-data.json", FileKind.DATA, How.TEXT)
        yield Reference(f"{base}page-data/app-data.json", FileKind.DATA, How.GUESS)
    if "Remix" in found or "React Router" in found:
        yield Reference(f"{base}{path.strip('/') or '_root'}.data", FileKind.DATA, How.GUESS)
    if "Create React App" in found:
        yield Reference(f"{base}asset-manifest.json", FileKind.MANIFEST, How.GUESS)
    if "Angular" in found:
        yield Reference(f"{base}ngsw.json", FileKind.MANIFEST, How.GUESS)


def _next(data: bytes, base: str, path: str) -> Iterator[Reference]:
    if b"self.__next_f" in data:
        # prerendered with a chunk that nothing else names
        yield Reference(f"{base}_global-error", FileKind.PAGE, How.GUESS)
    ids = {match[1].decode() for match in _BUILD_ID.finditer(data)}
    for build in sorted(ids)[:3]:
        for name in _NEXT_MANIFESTS:
            how = How.TAG if name == "_buildManifest.js" else How.GUESS
            yield Reference(f"{base}_next/static/{build}/{name}", FileKind.MANIFEST, how)
        if b"__NEXT_DATA__" in data:
            page = path.strip("/") or "index"
            yield Reference(f"{base}_next/data/{build}/{page}.json", FileKind.DATA, How.TEXT)


def nuxt_build(data: bytes, url: str) -> Iterator[Reference]:
    """The manifest of the build that ``builds/latest.json`` names."""
    found = re.search(rb"\"id\"\s{0,5}:\s{0,5}\"([\w-]{1,100})\"", data)
    if found:
        yield Reference(resolve(url, f"meta/{found[1].decode()}.json"), FileKind.MANIFEST)


def root_of(url: str, base: str) -> str:
    """Where paths of a JSON manifest start from: the application's base, or the origin."""
    return base or origin_of(url) + "/"
