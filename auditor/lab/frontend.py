"""Writes a frontend in the shape that ``next build`` gives it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from auditor.lab.blueprint import Blueprint
from auditor.lab.minified import chunk
from auditor.lab.templates import fill, read

_STATIC = "_next/static"

_CSS = "*,:after,:before{box-sizing:border-box}body{margin:0;font:16px/1.5 system-ui}.home{max-width:60rem;margin:auto}"

_TRACKER = '<script async src="http://cdn.tracker.test/t.js"></script>'
"""The planted defect: a script of another site, in plain HTTP."""

_SIZES = {"framework": 40_000, "polyfills": 12_000, "117": 24_000, "412": 18_000}
"""Bytes of the chunks that hold libraries and shared code."""

_VERSIONS = {True: "16.4.6", False: "15.2.2"}
"""What the scripts say that Next.js is, hardened or not; the planted defect: one with known vulnerabilities."""

ROUTES = ("/", "/admin/exports", "/dashboard", "/login")
"""The pages. A browser that opens the first loads the scripts of the others when it needs them."""


def write(blueprint: Blueprint) -> None:
    """Writes pages, scripts and manifests.

    The insecure profile adds source maps and a foreign script, and leaks the service key.
    """
    build = _Build(blueprint.private / "www", hardened=blueprint.hardened)
    names = {name: build.script(f"chunks/{name}", chunk(i, size)) for i, (name, size) in enumerate(_SIZES.items(), 1)}
    version = f'window.next={{version:"{_VERSIONS[blueprint.hardened]}",appDir:!1}};'
    names["main"] = build.script("chunks/main", chunk(10, 30_000, version))
    names["app"] = build.script("chunks/pages/_app", chunk(20, 20_000, _public_client(blueprint)))
    routes = {
        route: build.script(f"chunks/pages{route if route != '/' else '/index'}", _page(route, i, blueprint))
        for i, route in enumerate(ROUTES, 30)
    }
    names["webpack"] = build.script("chunks/webpack", _runtime(names["412"]))
    names["css"] = build.file("css/app", _CSS, "css")
    build_id = hashlib.sha256(json.dumps(names | routes).encode()).hexdigest()[:21]
    build.manifests(build_id, routes, names["117"])
    for route, page in (("/", "index"), ("/login", "login"), ("/_error", "404")):
        build.page(page, route, build_id, names | {"page": routes.get(route, names["117"])})


class _Build:
    def __init__(self, root: Path, *, hardened: bool) -> None:
        root.mkdir(mode=0o700)
        self._root = root
        self._hardened = hardened

    def file(self, name: str, content: str, extension: str) -> str:
        """Writes a file under a name with a hash in it, and returns its address without the first slash."""
        digest = hashlib.sha256(content.encode()).hexdigest()[:16]
        address = f"{_STATIC}/{name}-{digest}.{extension}"
        self.put(address, content)
        return address

    def script(self, name: str, content: str) -> str:
        address = self.file(name, content, "js")
        if not self._hardened:
            source = f"webpack://_N_E/./{name.removeprefix('chunks/')}.tsx"
            mapping = {
                "version": 3,
                "sources": [source],
                "sourcesContent": [content],
                "names": [],
                "mappings": "AAAA",
            }
            self.put(f"{address}.map", json.dumps(mapping))
            self.put(address, f"{content}\n//# sourceMappingURL={Path(address).name}.map")
        return address

    def manifests(self, build_id: str, routes: Mapping[str, str], shared: str) -> None:
        short = {route: address.removeprefix("_next/") for route, address in routes.items()}
        listed = ",".join(f'"{route}":[e,"{address}"]' for route, address in short.items())
        self.put(
            f"{_STATIC}/{build_id}/_buildManifest.js",
            "self.__BUILD_MANIFEST=function(e){return{__rewrites:{afterFiles:[],beforeFiles:[],fallback:[]},"
            f'{listed},sortedPages:{json.dumps(["/_app", *routes])}}}}}("{shared.removeprefix("_next/")}"),'
            "self.__BUILD_MANIFEST_CB&&self.__BUILD_MANIFEST_CB();",
        )
        self.put(
            f"{_STATIC}/{build_id}/_ssgManifest.js",
            'self.__SSG_MANIFEST=new Set(["\\u002F","\\u002Flogin"]);self.__SSG_MANIFEST_CB&&self.__SSG_MANIFEST_CB();',
        )

    def page(self, name: str, route: str, build_id: str, names: Mapping[str, str]) -> None:
        places = {key: value for key, value in names.items() if not key.isdecimal()}
        html = fill(read("index.html"), title="Lab", route=route, build=build_id, **places)
        self.put(f"{name}.html", html if self._hardened else html.replace("</head>", f"{_TRACKER}</head>"))

    def put(self, address: str, content: str) -> None:
        path = self._root / address
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")


def _public_client(blueprint: Blueprint) -> str:
    """What NEXT_PUBLIC_* variables become. The anon key is public by design."""
    return (
        f'let a=(0,i.createBrowserClient)("{blueprint.origin("supabase")}","{blueprint.credentials.anon_key}"),'
        f'b="{blueprint.origin("api")}";'
    )


def _page(route: str, number: int, blueprint: Blueprint) -> str:
    body = f'(window.__NEXT_P=window.__NEXT_P||[]).push(["{route}",function(){{return n({number})}}]);'
    if route == "/admin/exports" and not blueprint.hardened:
        # the planted defect: no page links here, only the build manifest names this script
        url, leaked = blueprint.origin("supabase"), blueprint.credentials.service_key
        body += f'let a=(0,i.createClient)("{url}","{leaked}",{{auth:{{persistSession:!1}}}});'
    return chunk(number, 14_000, body)


def _runtime(lazy: str) -> str:
    """The part of webpack that knows the address of chunks loaded on demand."""
    digest = Path(lazy).stem.partition("-")[2]
    return (
        '!function(){"use strict";var e,t={},n={};function r(e){var i=n[e];if(void 0!==i)return i.exports;'
        "var o=n[e]={exports:{}};return t[e].call(o.exports,o,o.exports,r),o.exports}r.m=t,r.f={},"
        "r.e=function(e){return Promise.all(Object.keys(r.f).reduce(function(t,n){return r.f[n](e,t),t},[]))},"
        f'r.u=function(e){{return"static/chunks/"+e+"-"+({{412:"{digest}"}})[e]+".js"}},'
        'r.p="/_next/"}();'
    )
