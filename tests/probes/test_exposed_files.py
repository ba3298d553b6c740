"""Files that real servers hand out, and servers that answer everything with something."""

from __future__ import annotations

import http.server
import threading
from contextlib import contextmanager
from functools import partial

import pytest

from auditor.probes.exposed_files import exposed_files
from auditor.probes.paths.table import DIRECTORIES, TABLE
from tests.probes.net.running import run
from tests.probes.nginx import nginx
from tests.probes.paths.catch_alls import CATCH_ALLS
from tests.probes.paths.samples import VALUE, samples
from tests.probes.stand import answer, site, way

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
    assert len(server.asked) < 150


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
