"""What a real nginx shows, as it comes and as it should be."""

from __future__ import annotations

import pytest

from auditor.probes.exposure.pages import exposed_pages
from auditor.probes.exposure.trace import trace_answers
from auditor.probes.paths import asking
from tests.probes.net.running import run
from tests.probes.nginx import nginx
from tests.probes.stand import way

WELCOME = (
    "<!DOCTYPE html>\n<html>\n<head>\n<title>Welcome to nginx!</title>\n</head>\n<body>\n"
    "<h1>Welcome to nginx!</h1>\n</body>\n</html>\n"
)
SHELL = '<!doctype html><title>Shop</title><div id="root"></div>'
# the nginx of the tests is built without stub_status: it answers with its words
STATUS = (
    'default_type text/plain; return 200 "Active connections: 1 \\nserver accepts handled requests\\n 1 1 1 \\n'
    'Reading: 0 Writing: 1 Waiting: 0 \\n";'
)
SERVERS = f"""
server {{ listen @0@; root welcome; location = /nginx_status {{ {STATUS} }} }}
server {{ listen @1@; root shop; location / {{ try_files $uri /index.html; }} }}
server {{ listen @2@; root shop; location = /nginx_status {{ return 403; }} }}
server {{ listen @3@; location / {{ return 301 https://elsewhere.example.com$request_uri; }} }}
"""


@pytest.fixture(scope="module")
def ports(tmp_path_factory):
    folder = tmp_path_factory.mktemp("nginx")
    for name, content in (("welcome", WELCOME), ("shop", SHELL)):
        (folder / name).mkdir()
        (folder / name / "index.html").write_text(content)
    with nginx(folder, SERVERS, ports=4) as found:
        yield found


@pytest.fixture(autouse=True)
def _without_pauses(monkeypatch):
    monkeypatch.setattr(asking, "PAUSE", 0.0)


def look(port: int):
    async def main():
        async with way(frontend=f"http://127.0.0.1:{port}", absent=frozenset({"api"})) as to:
            return await exposed_pages(to.environment, to.http), await trace_answers(to.environment, to.http)

    return run(main())


def test_as_it_comes(ports):
    pages, trace = look(ports[0])
    assert {one.what for one in pages.pages} == {"the welcome page of a server", "the status of nginx"}
    assert [(one.status, one.echo) for one in trace.answers] == [(405, False), (405, False)]


@pytest.mark.parametrize("number", [1, 2])
def test_with_an_application(ports, number):
    pages, _ = look(ports[number])
    assert pages.pages == ()
    assert not any(tally.untold for tally in pages.tallies)


def test_that_leads_elsewhere(ports):
    pages, _ = look(ports[3])
    assert (pages.pages, pages.tallies) == ((), ())
    (gap,) = [gap for gap in pages.gaps if not gap.absent]
    assert "redirects every path to https://elsewhere.example.com" in gap.reason
