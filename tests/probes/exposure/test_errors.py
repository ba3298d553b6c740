from __future__ import annotations

import asyncio
import json

import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st

from auditor.facts.exposure import ErrorPages
from auditor.facts.policy import CorsPolicy, Endpoint
from auditor.facts.routes import ApiRoutes, Operation
from auditor.probes.exposure import errors
from auditor.probes.exposure.errors import error_pages
from auditor.probes.exposure.tracebacks import software_in, traceback_in
from checks.app_exposure.error_pages_neutral import error_pages_neutral
from checks.app_exposure.no_traceback_shown import no_traceback_shown
from tests.probes.exposure.asgi import uvicorned
from tests.probes.exposure.test_docs import SHELL
from tests.probes.net.running import run
from tests.probes.nginx import nginx
from tests.probes.stand import CLOSE, HANG, answer, page, routes, site, way

TRACEBACK = 'Traceback (most recent call last):\n  File "/app/main.py", line 7, in me\nValueError: x\n'


def gather(respond, cors: CorsPolicy = CorsPolicy(), operations=()) -> tuple[ErrorPages, list[str], str]:  # noqa: B008
    async def main():
        async with site(respond) as server, way(api=server.origin()) as to:
            known = ApiRoutes("", operations)
            return await error_pages(to.environment, cors, known, to.http), server.asked, server.origin()

    return run(main())


def outcomes(check, found) -> set[str]:
    return {str(one.outcome) for one in check(found)}


def test_what_is_asked():
    found, asked, _ = gather(routes({"/health": answer(200)}))
    paths = [one.path for one in asked]
    assert paths[0] == paths[1]
    assert paths[0].startswith("/no-such-page-")
    assert paths[2:] == ["/%ff", "/health", "/health?limit=%00", "/health"]
    assert [one.provoked_by for one in found.pages] == [
        "an unknown path",
        "an unknown path, asked for as a page",
        "a path with a broken escape",
        "a bearer token that is not one",
        "a query with a null byte",
        "a cookie that is not one",
    ]
    assert {one.method for one in asked} == {"GET"}
    assert outcomes(no_traceback_shown, found) == {"pass"}


def test_documented_gets_are_asked_and_nothing_else():
    cors = CorsPolicy(endpoints=(Endpoint("POST", "/login"), Endpoint("GET", "/a"), Endpoint("GET", "/x/{id}")))
    operations = (
        Operation("GET", "/b"),
        Operation("DELETE", "/c"),
        Operation("GET", "/d", needs=("q",)),
        Operation("GET", "/logout"),
        *(Operation("GET", f"/e{n}") for n in range(20)),
    )
    _, asked, _ = gather(routes({}), cors, operations)
    assert {one.path.partition("?")[0] for one in asked[3:]} == {"/a", "/b", "/e0", "/e1"}
    assert len(asked) == 12


SHOWN = {
    TRACEBACK: "Python traceback",
    f"<pre>{TRACEBACK}</pre>": "Python traceback",
    json.dumps({"detail": TRACEBACK}): "Python traceback",
    json.dumps({"trace": '  File "/app/x.py", line 3, in f'}): "Python traceback",
    "<html><title>Starlette Debugger</title>": "Starlette debug page",
    "Error: x\n    at me (/app/dist/main.js:10:5)\n": "Node.js stack trace",
    "Error: x\n    at async me (file:///app/main.mjs:10:5)\n": "Node.js stack trace",
    "x\n\tat Layer.handle [as handle_request] (node:internal/x:1:2)": "Node.js stack trace",
    "x\n    at /app/server.js:3:9\n": "Node.js stack trace",
    "<pre>URIError: x<br> &nbsp; &nbsp;at decode_param (/app/node_modules/express/lib/router/layer.js:172:12)": (
        "Node.js stack trace"
    ),
    json.dumps({"stack": "Error: x\n    at f (/srv/a.js:1:2)"}): "Node.js stack trace",
    "<p>You&#x27;re seeing this error because you have <code>DEBUG = True</code>": "Django debug page",
    "<title>ValueError: x // Werkzeug Debugger</title>": "Werkzeug debugger",
    "<script>var CONSOLE_MODE = false,\n EVALEX = true,": "Werkzeug debugger that runs code",
    "<title>Action Controller: Exception caught</title>": "Rails error page",
    '{"file":"/var/www/vendor/laravel/framework/src/Illuminate/Routing/Router.php"}': "Laravel error page",
    '{"status":500,"trace":"java.lang.X: y\\n\\tat com.acme.App.run(App.java:12)\\n"}': "Java stack trace",
    "<b>Warning</b>: Undefined variable in <b>/var/www/x.php</b> on line 3": "PHP error",
    "Fatal error: Uncaught Error: x in /var/www/x.php:3": "PHP error",
    "panic: x\n\ngoroutine 12 [running]:": "Go panic",
    "x\n   at App.Run(String a) in /src/App.cs:line 12\n": ".NET stack trace",
    "x\n   at App.Run(String a) in C:\\src\\App.cs:line 12\n": ".NET stack trace",
    "(psycopg2.errors.UndefinedTable) relation": "error of PostgreSQL",
    "(sqlalchemy.exc.ProgrammingError) x": "error of SQLAlchemy",
    '{"detail":"SQLSTATE[42P01]: x"}': "error of a database",
    'syntax error at or near "x"\nLINE 1: select': "error of PostgreSQL",
    'connection to server at "10.0.0.5", port 5432 failed': "error of PostgreSQL",
    "Invalid `prisma.user.findMany()` invocation": "error of Prisma",
}


@pytest.mark.parametrize(("body", "kind"), SHOWN.items())
@pytest.mark.parametrize("status", [200, 502])
def test_shown(body, kind, status):
    found, _, _ = gather(lambda _: answer(status, body))
    assert {one.traceback for one in found.pages} == {kind}
    assert outcomes(no_traceback_shown, found) == {"fail"}


@pytest.mark.parametrize(
    "body",
    [
        answer(500, "Internal Server Error"),
        answer(500, '{"detail":"Internal Server Error"}'),
        answer(500, "look at the (/docs:1:1)"),
        answer(
            422, '{"detail":[{"type":"int_parsing","loc":["query","limit"],"msg":"Input should be a valid integer"}]}'
        ),
        page("<p>Warning: the shop is closed in winter. See /help.php"),
        page("<p>Notice: meet us at /cafe:10:30"),
        answer(400, "Warning: invalid input in /api/x"),
        SHELL,
        answer(400),
    ],
)
def test_not_shown(body):
    found, _, _ = gather(lambda _: body)
    assert outcomes(no_traceback_shown, found) == {"pass"}


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_proxy_that_answers_for_the_api_proves_nothing(status):
    found, _, _ = gather(lambda _: answer(status))
    assert (found.pages, len(found.gaps)) == ((), 6)
    assert outcomes(no_traceback_shown, found) == set()


def test_no_answer_is_a_gap_and_hides_nothing():
    found, _, _ = gather(lambda asked: CLOSE if asked.path == "/health" else answer(500, TRACEBACK))
    assert len(found.gaps) == 2
    assert outcomes(no_traceback_shown, found) == {"fail"}


def test_a_host_that_says_nothing_is_asked_once(monkeypatch):
    monkeypatch.setattr(errors, "_SECONDS", 0.2)
    found, asked, _ = gather(lambda _: HANG)
    assert (found.pages, len(found.gaps), len(asked)) == ((), 1, 1)


PIECES = [
    "\n", "\n ", "\n at a (/", "\n at x ", " (/", "at ", "\\n\\tat a.b(", "Warning: x in /a", "<!-- a (500 ", "<title>",
    "\n   at a() in ", 'File "/', "<br> at ", "<script ", "Notice:  in /", "\n at /a:", 'relation "',
]  # fmt: skip


@pytest.mark.parametrize("piece", PIECES)
def test_a_long_answer_takes_no_longer_than_it_must(piece):
    assert traceback_in(piece * (500_000 // len(piece))) == ""


@given(st.text(max_size=300))
def test_any_text(text):
    traceback_in(text)
    software_in(text)


@pytest.mark.parametrize(
    ("body", "software"),
    [
        ("<html><center><h1>404 Not Found</h1></center>\n<hr><center>nginx/1.22.1</center>", "nginx/1.22.1"),
        ("<address>Apache/2.4.57 (Debian) Server at x Port 80</address>", "Apache/2.4.57 (Debian) Server at x Port 80"),
        ("<h3>Apache Tomcat/9.0.1</h3>", "Apache Tomcat/9.0.1"),
        ("<hr><center>nginx</center>", ""),
        ("<p>we run nginx/1.22.1", ""),
    ],
)
def test_the_server_that_a_page_names(body, software):
    assert software_in(body) == software
    found, _, _ = gather(lambda _: page(body, 404))
    assert outcomes(error_pages_neutral, found) == ({"fail"} if software else {"pass"})


def real(origin: str) -> ErrorPages:
    async def main():
        async with way(api=origin) as to:
            return await error_pages(to.environment, CorsPolicy(), ApiRoutes("", (Operation("GET", "/boom"),)), to.http)

    return asyncio.run(main())


@pytest.mark.parametrize(("debug", "kinds"), [(True, {"Python traceback", "Starlette debug page"}), (False, set())])
def test_real_applications(debug, kinds):
    app = FastAPI(debug=debug)

    @app.get("/boom")
    async def boom():
        raise ValueError("x")

    with uvicorned(app) as origin:
        found = real(origin)
    assert {one.traceback for one in found.pages} - {""} == kinds


@pytest.mark.parametrize(("tokens", "verdict"), [("on", {"fail"}), ("off", {"pass"})])
def test_a_real_nginx(tmp_path, tokens, verdict):
    with nginx(tmp_path, f"server_tokens {tokens}; server {{ listen @0@; root {tmp_path}; }}", ports=1) as (port,):
        found = real(f"http://127.0.0.1:{port}")
    assert outcomes(error_pages_neutral, found) == verdict
    assert outcomes(no_traceback_shown, found) == {"pass"}


def test_what_cannot_be_read_is_a_gap():
    def respond(asked):
        return answer(200, b"xx", Content_Encoding="zstd")

    found, _, _ = gather(respond)
    assert (found.pages, len(found.gaps)) == ((), 6)
