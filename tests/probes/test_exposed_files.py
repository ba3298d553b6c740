"""Files that real servers hand out, and servers that answer everything with something."""

from __future__ import annotations

import http.server
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager
from functools import partial

import pytest

from auditor.checklist.model import Supabase
from auditor.probes import exposed_files as module
from auditor.probes.exposed_files import exposed_files
from auditor.probes.paths import asking
from auditor.probes.paths.table import DIRECTORIES, TABLE
from auditor.redact import Secret
from tests.probes.net.running import run
from tests.probes.nginx import nginx
from tests.probes.paths.catch_alls import CATCH_ALLS
from tests.probes.paths.samples import VALUE, samples
from tests.probes.stand import answer, page, routes, site, way

NO_API = frozenset({"api"})
PATHS = [path for row in TABLE for path in row.paths]


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return samples(tmp_path_factory.mktemp("samples"))


def put(root, files):
    for path, content in files.items():
        place = root / path.lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)


def gather(port: int, **environment):
    async def main():
        given = {"frontend": f"http://127.0.0.1:{port}", "absent": NO_API} | environment
        async with way(**given) as to:
            return await exposed_files(to.environment, to.http)

    return run(main())


def found(fact) -> list[str]:
    return sorted("/" + one.url.split("/", 3)[3] for one in fact.exposures)


@contextmanager
def served_by_python(root):
    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *words):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=root)) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def test_every_path_of_the_table_is_found_on_nginx(files, tmp_path):
    root = tmp_path / "www"
    put(root, files)
    (root / "index.html").write_text("<!doctype html><p>hello")
    with nginx(tmp_path, f'server {{ listen @0@; root "{root}"; }}', ports=1) as (port,):
        fact = gather(port)
    assert found(fact) == sorted(PATHS)
    assert fact.gaps[0].absent
    assert len(fact.gaps) == 1
    assert all(tally.untold == () for tally in fact.tallies)
    assert VALUE not in repr(fact)


def test_nothing_is_found_on_a_clean_nginx(tmp_path):
    root = tmp_path / "www"
    put(root, {"/index.html": b"<!doctype html><p>hello"})
    with nginx(tmp_path, f'server {{ listen @0@; root "{root}"; }}', ports=1) as (port,):
        fact = gather(port)
    (cost,) = fact.origins
    assert (fact.exposures, cost.requests, cost.surfaces) == ((), len(PATHS) + len(DIRECTORIES) + 2, ("frontend",))
    assert sum(tally.paths for tally in fact.tallies) == len(PATHS) + len(DIRECTORIES)
    assert {tally.untold for tally in fact.tallies} == {()}


def test_every_path_and_listing_is_found_on_the_server_of_python(files, tmp_path):
    put(tmp_path, files)
    put(tmp_path, {f"{path}a.txt": b"x" for path in ("/static/", "/uploads/", "/_next/static/")})
    with served_by_python(tmp_path) as port:
        fact = gather(port)
    listed = ["/", "/.git/", "/_next/static/", "/static/", "/uploads/"]
    assert found(fact) == sorted([*PATHS, *listed])
    assert [one.saw for one in fact.exposures if one.url.endswith("/uploads/")] == ["1 entry"]


def at(respond, **environment):
    """What is found at a server, and the server."""

    async def main():
        async with site(respond) as server, way(frontend=server.origin(), absent=NO_API, **environment) as to:
            return await exposed_files(to.environment, to.http), server

    return run(main())


@pytest.mark.parametrize("respond", CATCH_ALLS.values(), ids=CATCH_ALLS)
def test_no_false_alarm_where_everything_is_answered(respond):
    fact, server = at(respond)
    assert found(fact) == []
    assert [gap.reason for gap in fact.gaps if not gap.absent] == []
    assert {tally.why for tally in fact.tallies} == {""}
    assert len(server.asked) < 170


REAL = [
    "/.env",
    "/.git/HEAD",
    "/.git/config",
    "/.npmrc",
    "/docker-compose.yml",
    "/backup.sql",
    "/backup.zip",
    "/id_rsa",
]


@pytest.mark.parametrize("respond", CATCH_ALLS.values(), ids=CATCH_ALLS)
def test_real_files_are_found_among_answers_to_everything(respond, files):
    fact, _ = at(lambda asked: answer(200, files[asked.path]) if asked.path in REAL else respond(asked))
    assert set(REAL) - set(found(fact)) == set()


HOME = page(
    '<!doctype html><script src="/static/js/main.js"></script><link rel=icon href="/img/i.png">'
    '<img src="//cdn.test/x/y">'
)
LIST = '<title>Index of /static/js/</title><h1>Index of /static/js/</h1><a href="main.js">main.js</a>'
SERVICE_KEY = "sb_" + "secret_" + "Zx9" * 8


def kinds(fact) -> dict[str, tuple[str, list[str]]]:
    return {
        "/" + one.url.split("/", 3)[3]: (str(one.severity), sorted({s.kind for s in one.sightings}))
        for one in fact.exposures
    }


class TestOrigins:
    def test_both_are_asked(self):
        async def main():
            async with (
                site(routes({"/": HOME})) as front,
                site(routes({"/health": answer(200, "{}")})) as api,
                way(frontend=front.origin(), api=api.origin()) as to,
            ):
                return await exposed_files(to.environment, to.http), front, api

        fact, front, api = run(main())
        assert [(one.origin, one.surfaces) for one in fact.origins] == [
            (front.origin(), ("frontend",)),
            (api.origin(), ("api",)),
        ]
        assert (fact.gaps, fact.exposures) == ((), ())
        assert "/health" in api.paths
        assert "/health" not in front.paths
        assert [len(one.asked) for one in (front, api)] == [one.requests for one in fact.origins]

    def test_one_that_is_both_is_asked_once(self):
        async def main():
            async with site(routes({"/": HOME})) as server, way(frontend=server.origin(), api=server.origin()) as to:
                return await exposed_files(to.environment, to.http), server

        fact, server = run(main())
        assert [one.surfaces for one in fact.origins] == [("frontend", "api")]
        assert server.paths.count("/.env") == 1

    def test_one_that_is_down_does_not_hide_the_other(self):
        async def main():
            async with (
                site(routes({"/": HOME, "/.env": answer(200, "A=1")})) as server,
                way(frontend=server.origin(), api="http://127.0.0.1:9") as to,
            ):
                return await exposed_files(to.environment, to.http)

        fact = run(main())
        assert found(fact) == ["/.env"]
        assert [gap.subject for gap in fact.gaps] == ["http://127.0.0.1:9"]
        assert {tally.origin for tally in fact.tallies} == {fact.origins[0].origin}

    def test_what_is_absent_or_left_out(self):
        async def main(**given):
            async with way(**given) as to:
                return await exposed_files(to.environment, to.http)

        nothing = run(main(absent=frozenset({"frontend", "api"})))
        assert [(gap.subject, gap.absent) for gap in nothing.gaps] == [("frontend", True), ("api", True)]
        assert [gap.absent for gap in run(main()).gaps] == [False, False]
        project = Supabase(url="http://127.0.0.1:9")
        assert run(main(absent=frozenset({"frontend", "api"}), supabase=project)) == nothing

    def test_certificates_are_judged_elsewhere(self, server_tls):
        async def main():
            async with (
                site(routes({"/": HOME, "/.env": answer(200, "A=1")}), tls=server_tls("other.test")) as server,
                way(frontend=server.origin(), absent=NO_API) as to,
            ):
                return await exposed_files(to.environment, to.http)

        assert found(run(main())) == ["/.env"]


class TestWhatIsFound:
    def test_lists_of_folders_that_the_start_page_names(self):
        fact, server = at(routes({"/": HOME, "/static/js/": page(LIST)}))
        assert found(fact) == ["/static/js/"]
        assert "/img/" in server.paths
        assert "/x/" not in server.paths

    def test_secrets_in_a_file_are_named_by_kind_and_place(self):
        text = f"NEXT_PUBLIC_URL=https://app.example.com\nSUPABASE_KEY={SERVICE_KEY}\n"
        fact, _ = at(routes({"/": HOME, "/.env.example": answer(200, text), "/.env": answer(200, "A=1\n")}))
        assert kinds(fact) == {"/.env": ("critical", []), "/.env.example": ("critical", ["Supabase secret key"])}
        (seen,) = next(one.sightings for one in fact.exposures if one.sightings)
        assert (seen.line, seen.column, seen.length) == (2, 14, len(SERVICE_KEY))
        assert SERVICE_KEY not in repr(fact)

    def test_an_example_without_secrets_is_information(self):
        fact, _ = at(
            routes({"/": HOME, "/.env.example": answer(200, "A=\nB=\n"), "/package.json": answer(200, PACKAGE)})
        )
        assert kinds(fact) == {"/.env.example": ("info", []), "/package.json": ("info", [])}

    def test_the_very_values_of_the_checklist(self):
        project = Supabase(url="https://x.supabase.co", service_key=Secret("correct horse battery", "service key"))
        respond = routes({"/": HOME, "/alembic.ini": answer(200, f"{ALEMBIC}x = correct horse battery\n")})
        fact, _ = at(respond, supabase=project)
        (one,) = fact.exposures
        assert [(s.kind, s.exact) for s in one.sightings] == [("service key", True)]
        assert "correct horse" not in repr(fact)

    def test_more_than_the_beginning_is_searched(self):
        long = "".join(f"VARIABLE_{n}=value\n" for n in range(6000)) + f"LAST={SERVICE_KEY}\n"

        def respond(asked):
            if asked.path != "/.env":
                return routes({"/": HOME})(asked)
            part = long[:4096] if "range" in asked.headers else long
            return answer(
                206 if "range" in asked.headers else 200, part, Content_Range=f"bytes 0-{len(part) - 1}/{len(long)}"
            )

        fact, _ = at(respond)
        (one,) = fact.exposures
        assert (len(one.sightings), one.size_bytes, one.scanned_bytes) == (1, len(long), len(long))

    def test_a_bucket_at_the_root(self):
        listed = '<?xml version="1.0"?><ListBucketResult><Name>x</Name><Contents><Key>dump.sql</Key></Contents>'
        fact, _ = at(routes({"/": answer(200, listed, Content_Type="application/xml")}))
        assert [(one.what, one.saw) for one in fact.exposures] == [("a directory listing", "1 entry")]


PACKAGE = '{"name":"web","dependencies":{}}'
ALEMBIC = "[alembic]\nscript_location = x\n"

NGINX = {
    "dots are refused": ("location ~ /[.] { deny all; }", {"/backup.sql", "/main.py"}),
    "dots are closed": ("location ~ /[.] { return 444; }", {"/backup.sql", "/main.py"}),
    "a single-page application": ("location / { try_files $uri /index.html; }", None),
    "packed beforehand": ("gzip on; gzip_types *; gzip_proxied any; gzip_min_length 1;", None),
    "parts are off": ("max_ranges 0;", None),
    "everything is listed": ("autoindex on;", None),
    "everything is listed in JSON": ("autoindex on; autoindex_format json;", None),
    "login for everything": ("location / { return 302 /login; } location = /login { return 200 hello; }", set()),
}


@pytest.mark.parametrize("name", NGINX)
def test_rules_of_nginx(name, tmp_path):
    rule, expected = NGINX[name]
    root = tmp_path / "www"
    given = {
        "/.env": "A=1\n" * 3000,
        "/.git/HEAD": "ref: refs/heads/main\n",
        "/backup.sql": "CREATE TABLE x (y int);\n",
    }
    given |= {"/main.py": "import os\n\napp = 1\n", "/index.html": "<!doctype html><p>hello", "/static/a.txt": "x"}
    put(root, {path: text.encode() for path, text in given.items()})
    with nginx(tmp_path, f'server {{ listen @0@; root "{root}"; {rule} }}', ports=1) as (port,):
        fact = gather(port)
    files = {"/.env", "/.git/HEAD", "/backup.sql", "/main.py"} if expected is None else expected
    assert set(found(fact)) == files | ({"/.git/", "/static/"} if "autoindex" in rule else set())
    assert {tally.untold for tally in fact.tallies} == {()}


def test_an_alias_without_its_slash(tmp_path):
    put(tmp_path / "app", {"/.env": b"A=1\n", "/static/a.txt": b"x"})
    rules = {"loose": "location /static {", "tight": "location /static/ {"}
    for name, rule in rules.items():
        server = (
            f'server {{ listen @0@; location = / {{ return 200 hello; }} {rule} alias "{tmp_path}/app/static/"; }} }}'
        )
        with nginx(tmp_path, server, ports=1) as (port,):
            assert found(gather(port)) == (["/static../.env"] if name == "loose" else [])


def test_a_limit_of_nginx_is_waited_for(tmp_path, monkeypatch):
    monkeypatch.setattr(asking, "PAUSE", 0.02)
    put(tmp_path / "www", {"/.env": b"A=1\n", "/index.html": b"<!doctype html>"})
    zone = "limit_req_zone $server_port zone=one:1m rate=200r/s;"
    server = f'server {{ listen @0@; root "{tmp_path}/www"; limit_req zone=one burst=9 nodelay; }}'
    with nginx(tmp_path, f"{zone} {server}", ports=1) as (port,):
        fact = gather(port)
    assert found(fact) == ["/.env"]
    assert dict(fact.origins[0].statuses)[503] > 0
    assert {tally.untold for tally in fact.tallies} == {()}


def test_a_file_that_is_not_searched_to_its_end(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "_SECONDS", 0.0)
    put(tmp_path, {"/.env": b"A=1\n", "/index.html": b"<!doctype html>"})
    with served_by_python(tmp_path) as port:
        fact = gather(port)
    assert found(fact) == ["/.env"]
    reason = "it takes longer than 0 s to search: what is in it was not searched to its end"
    assert [(gap.subject.rpartition("/")[2], gap.reason) for gap in fact.gaps if not gap.absent] == [(".env", reason)]


FASTAPI = """
import socket, sys, fastapi, uvicorn
from fastapi.staticfiles import StaticFiles
app = fastapi.FastAPI()
app.mount("/", StaticFiles(directory=sys.argv[2], html=True))
uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="off")).run([socket.socket(fileno=int(sys.argv[1]))])
"""


def test_the_static_files_of_fastapi(files, tmp_path):
    put(tmp_path, files)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        words = [sys.executable, "-c", FASTAPI, str(listener.fileno()), str(tmp_path)]
        with subprocess.Popen(words, pass_fds=[listener.fileno()]) as process:
            try:
                fact = gather(listener.getsockname()[1])
            finally:
                process.terminate()
    assert found(fact) == sorted(PATHS)
