"""Sites in the shape of what bundlers make: minimal, written by hand after real builds, each with its own way of naming.

What was seen in builds of Vite 7 (React, Vue, Svelte), SvelteKit 2, Astro 5, React Router 7, Nuxt 4, Angular 20, Create
React App 5 and Gatsby 5 is kept here; the builds themselves are not.
"""

# ruff: noqa: E501  scripts and pages as bundlers write them, one a line
from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from tests.probes.planted import SERVICE
from tests.probes.site.test_untold import gather, script
from tests.probes.stand import answer, page

LEAK = f'"{SERVICE}"'


@dataclass(frozen=True)
class Build:
    """One site."""

    start: str
    scripts: dict[str, str]
    """By path; each but service workers is named by another, or by the start page."""
    pages: dict[str, str] = field(default_factory=dict)
    data: dict[str, str] = field(default_factory=dict)
    leaks: frozenset[str] = frozenset()
    frameworks: tuple[str, ...] = ()


VITE = Build(
    '<script type="module" crossorigin src="/assets/index-8ter27WR.js"></script>'
    '<link rel="modulepreload" crossorigin href="/assets/vendor-GUcLzJuB.js">',
    {
        "/assets/index-8ter27WR.js": 'import"./vendor-GUcLzJuB.js";const __vite__mapDeps=(i,m=__vite__mapDeps,d=(m.f||(m.f=['
        '"assets/Admin-Cb3rO4P3.js","assets/Admin-CoJN0tSv.css"])))=>i.map(i=>d[i]);'
        'lazy:()=>e(()=>import("./Home-DC4z9V_-.js"),[])',
        "/assets/vendor-GUcLzJuB.js": "export{}",
        "/assets/Admin-Cb3rO4P3.js": f'new Worker("/assets/work-DL2VyehN.js",{{type:"module",name:e?.name}});const e={LEAK};'
        'new Worker(new URL("/assets/work2-DFC-rSxJ.js",import.meta.url),{type:"module"}),'
        'a(Object.assign({"./lang/de.js":()=>n(()=>import("./de-BxaR_ayO.js"),[])}))',
        "/assets/Home-DC4z9V_-.js": 'onClick:()=>t(()=>import("./heavy-8cJPo2b9.js"),[])',
        "/assets/heavy-8cJPo2b9.js": 'then(()=>a(()=>import("./heavier-B1p6pLSA.js"),[]))',
        "/assets/heavier-B1p6pLSA.js": LEAK,
        "/assets/work-DL2VyehN.js": f"onmessage=()=>x({LEAK})",
        "/assets/work2-DFC-rSxJ.js": 'onmessage=async()=>{(await import("./worklib-CA1b2C3d.js")).x()}',
        "/assets/worklib-CA1b2C3d.js": "export{}",
        "/assets/de-BxaR_ayO.js": "export{}",
    },
    leaks=frozenset({"/assets/Admin-Cb3rO4P3.js", "/assets/heavier-B1p6pLSA.js", "/assets/work-DL2VyehN.js"}),
    frameworks=("Vite",),
)
VITE_RELATIVE = Build(
    '<script type="module" crossorigin src="./js/index.js"></script>',
    {
        "/js/index.js": 'import("./Admin.T1nzehI6G5V3.js");navigator.serviceWorker.register("./my-sw.js")',
        "/js/Admin.T1nzehI6G5V3.js": LEAK,
        "/my-sw.js": 'importScripts("sw-lib.js")',
        "/sw-lib.js": LEAK,
    },
    leaks=frozenset({"/js/Admin.T1nzehI6G5V3.js", "/sw-lib.js"}),
)
KIT = Build(
    '<link rel="modulepreload" href="./_app/immutable/entry/start.Dq1.js"><script>{__sveltekit_1a={base:""};Promise.all(['
    'import("./_app/immutable/entry/start.Dq1.js"),import("./_app/immutable/entry/app.Bx2.js")])}</script>',
    {
        "/_app/immutable/entry/start.Dq1.js": 'import"../chunks/CXw2B0lr.js"',
        "/_app/immutable/entry/app.Bx2.js": 'const m=[()=>n(()=>import("../nodes/0.Ca.js"),[],import.meta.url),'
        '()=>n(()=>import("../nodes/4.Cb.js"),[],import.meta.url)],r={"/":[2],"/orders":[-4],"/hidden/[id]":[3]}',
        "/_app/immutable/nodes/0.Ca.js": "export{}",
        "/_app/immutable/nodes/4.Cb.js": 'import"../chunks/B-b9lrYd.js"',
        "/_app/immutable/chunks/B-b9lrYd.js": LEAK,
        "/_app/immutable/chunks/CXw2B0lr.js": "export{}",
        "/_app/env.js": f"export const env={{PUBLIC_KEY:{LEAK}}}",
    },
    {"/orders": "orders"},
    {"/orders/__data.json": f'{{"nodes":[{{"data":[{LEAK}]}}]}}'},
    frozenset({"/_app/immutable/chunks/B-b9lrYd.js", "/_app/env.js", "/orders/__data.json"}),
    ("SvelteKit",),
)
ASTRO = Build(
    '<a href="/about">about</a><astro-island uid="Z1" component-url="/_astro/Island.DOB1tBgx.js" component-export="default" '
    'renderer-url="/_astro/client.DEMivkyJ.js" props="{&quot;k&quot;:[0,&quot;x&quot;]}" ssr client="visible"></astro-island>'
    '<script type="module" src="/_astro/index.astro_astro_type_script_index_0_lang.BWNkIPBV.js"></script>',
    {
        "/_astro/Island.DOB1tBgx.js": 'const i=lazy(()=>l(()=>import("./Inner.C8MSCpCY.js"),[]))',
        "/_astro/Inner.C8MSCpCY.js": LEAK,
        "/_astro/client.DEMivkyJ.js": "export{}",
        "/_astro/index.astro_astro_type_script_index_0_lang.BWNkIPBV.js": 'import{_}from"./preload-helper.usBI26Gi.js";'
        '_(()=>import("./heavy.4ZJNlMXq.js"),[]);',
        "/_astro/preload-helper.usBI26Gi.js": "export{}",
        "/_astro/heavy.4ZJNlMXq.js": LEAK,
        "/_astro/Only.BOvIjXO5.js": LEAK,
    },
    {"/about": '<astro-island client="only" component-url="/_astro/Only.BOvIjXO5.js"></astro-island>'},
    leaks=frozenset({"/_astro/Inner.C8MSCpCY.js", "/_astro/heavy.4ZJNlMXq.js", "/_astro/Only.BOvIjXO5.js"}),
    frameworks=("Astro",),
)
REACT_ROUTER = Build(
    '<link rel="modulepreload" href="/assets/manifest-6eee62ec.js"><script>window.__reactRouterContext = {"basename":"/"};'
    '</script><script type="module" async="">import "/assets/manifest-6eee62ec.js";import * as route0 from '
    '"/assets/root-CRVuVND-.js";import("/assets/entry.client-DWqqRiyR.js");</script>',
    {
        "/assets/manifest-6eee62ec.js": 'window.__reactRouterManifest={"entry":{"module":"/assets/entry.client-DWqqRiyR.js",'
        '"imports":["/assets/jsx-runtime-CoiVUQlU.js"]},"routes":{"root":{"id":"root","path":""},"shop":{"id":"shop",'
        '"parentId":"root","path":"shop"},"orders":{"id":"orders","parentId":"shop","path":"orders","hasLoader":true,'
        '"module":"/assets/orders-B-RS0GOF.js"},"item":{"id":"item","parentId":"root","path":"item/:id",'
        '"module":"/assets/item-D9wUtmUP.js"}},"url":"/assets/manifest-6eee62ec.js","version":"6eee62ec"};',
        "/assets/root-CRVuVND-.js": "export{}",
        "/assets/entry.client-DWqqRiyR.js": "export{}",
        "/assets/jsx-runtime-CoiVUQlU.js": "export{}",
        "/assets/orders-B-RS0GOF.js": "export{}",
        "/assets/item-D9wUtmUP.js": LEAK,
    },
    {"/shop/orders": "<script>window.__reactRouterContext={}</script>"},
    {"/shop/orders.data": f'[{{"_1":2}},"db",{LEAK}]'},
    frozenset({"/assets/item-D9wUtmUP.js", "/shop/orders.data"}),
    ("React Router",),
)
NUXT = Build(
    '<script type="module" src="/_nuxt/BW_XuUMd.js" crossorigin></script><script type="application/json" '
    'data-nuxt-data="nuxt-app" id="__NUXT_DATA__">[["ShallowReactive",1],{}]</script><script>window.__NUXT__={};'
    'window.__NUXT__.config={public:{},app:{baseURL:"/",buildAssetsDir:"/_nuxt/"}}</script>',
    {
        "/_nuxt/BW_XuUMd.js": "const __vite__mapDeps=(i,m=__vite__mapDeps,d=(m.f||(m.f="
        '["./MA9eFt8v.js","./error-404.C-Ezrlz-.css"])))=>i.map(i=>d[i]);[{name:"item-id",path:"/item/:id()",component:()=>'
        'U(()=>import("./Ceeou8P6.js"),[],import.meta.url)},{name:"orders",path:"/orders",component:()=>U(()=>'
        'import("./CyHniFf8.js"),[],import.meta.url)}]',
        "/_nuxt/MA9eFt8v.js": "export{}",
        "/_nuxt/Ceeou8P6.js": LEAK,
        "/_nuxt/CyHniFf8.js": "export{}",
    },
    {"/orders": f'<script type="application/json" id="__NUXT_DATA__">[{{"db":5}},{LEAK}]</script>'},
    leaks=frozenset({"/_nuxt/Ceeou8P6.js", "/orders"}),
    frameworks=("Nuxt",),
)
ANGULAR = Build(
    '<base href="/"><app-root></app-root><link rel="modulepreload" href="chunk-M4BG5BW6.js">'
    '<script src="polyfills-JUTM3XWE.js" type="module"></script><script src="main-CJZBYZYP.js" type="module"></script>',
    {
        "/chunk-M4BG5BW6.js": "export{}",
        "/polyfills-JUTM3XWE.js": "1",
        "/main-CJZBYZYP.js": 'import{a as b}from"./chunk-M4BG5BW6.js";loadComponent:()=>import("./chunk-Z55UKRLR.js").then(t=>t.A)',
        "/chunk-Z55UKRLR.js": LEAK,
    },
    leaks=frozenset({"/chunk-Z55UKRLR.js"}),
    frameworks=("Angular",),
)
CRA = Build(
    '<script defer="defer" src="/static/js/main.0a1b2c3d.js"></script>',
    {
        "/static/js/main.0a1b2c3d.js": 'n.u=e=>"static/js/"+(884===e?"admin":e)+"."+{211:"619ec932",331:"b3a2de85",'
        '884:"69285ee4"}[e]+".chunk.js",n.miniCssF=e=>{}',
        "/static/js/211.619ec932.chunk.js": LEAK,
        "/static/js/331.b3a2de85.chunk.js": "1",
        "/static/js/admin.69285ee4.chunk.js": LEAK,
    },
    leaks=frozenset({"/static/js/211.619ec932.chunk.js", "/static/js/admin.69285ee4.chunk.js"}),
    frameworks=("Create React App",),
)
GATSBY = Build(
    '<div id="___gatsby"></div><script>/*<![CDATA[*/window.___chunkMapping="{\\"app\\":[\\"/app-a31eabd5.js\\"],'
    '\\"component---src-pages-lost-js\\":[\\"/component---src-pages-lost-js-3b87a557.js\\"]}";/*]]>*/</script>'
    '<script src="/webpack-runtime-584db17a.js" async></script>',
    {
        "/app-a31eabd5.js": "1",
        "/component---src-pages-lost-js-3b87a557.js": LEAK,
        "/webpack-runtime-584db17a.js": 's.u=function(e){return({43:"one",476:"component---src-pages-lost-js"}[e]||e)+"-"+'
        '{43:"e4ac0679",476:"3b87a557"}[e]+".js"}',
        "/one-e4ac0679.js": LEAK,
    },
    data={"/page-data/index/page-data.json": f'{{"result":{{"data":{LEAK}}}}}'},
    leaks=frozenset(
        {"/component---src-pages-lost-js-3b87a557.js", "/one-e4ac0679.js", "/page-data/index/page-data.json"}
    ),
    frameworks=("Gatsby",),
)
BUILDS = {
    "Vite": VITE, "Vite, relative": VITE_RELATIVE, "SvelteKit": KIT, "Astro": ASTRO, "React Router": REACT_ROUTER,
    "Nuxt": NUXT, "Angular": ANGULAR, "Create React App": CRA, "Gatsby": GATSBY,
}  # fmt: skip


@pytest.mark.parametrize("name", BUILDS)
@pytest.mark.parametrize("catch_all", [False, True])
def test_everything_is_found_from_the_start_page(name, catch_all):
    build = BUILDS[name]
    start = page(f"<!doctype html><head>{build.start}</head>")
    files = {
        "/": start,
        **{path: script(text) for path, text in build.scripts.items()},
        **{path: page(text) for path, text in build.pages.items()},
        **{path: answer(200, text, Content_Type="application/json") for path, text in build.data.items()},
    }
    found, _ = gather(lambda asked: files.get(asked.path, start if catch_all else answer(404)))
    read = {file.url.removeprefix(found.frontend) for file in found.files}
    assert set(files) <= read
    assert {one.place.removeprefix(found.frontend) for one in found.sightings} == build.leaks
    assert (found.frameworks, found.gaps) == (build.frameworks, ())
