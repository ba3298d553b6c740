"""Operations of real FastAPI applications, and of servers that answer oddly."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace

import pytest
from fastapi import Depends, FastAPI, HTTPException
from fastapi.responses import HTMLResponse
from fastapi.security import HTTPBearer
from hypothesis import given
from hypothesis import strategies as st

from auditor.facts.open_operations import OpenOperation, OpenOperations
from auditor.facts.policy import CorsPolicy, Endpoint, ExposurePolicy
from auditor.facts.routes import ApiRoutes, Operation
from auditor.probes.exposure.contents import is_personal, read_content, refuses
from auditor.probes.exposure.operations import MOST, changes_something, is_open_by_nature, open_operations
from auditor.probes.paths import asking
from auditor.probes.routes import api_routes
from tests.probes.exposure.asgi import uvicorned
from tests.probes.net.running import run
from tests.probes.paths.catch_alls import CATCH_ALLS
from tests.probes.stand import CLOSE, answer, page, routes, site, way

PEOPLE = [{"id": 1, "email": "ann@example.com", "name": "Ann"}, {"id": 2, "email": "bob@example.com", "name": "Bob"}]
ASKED: list[str] = []


def application() -> FastAPI:  # noqa: C901  an operation after the other
    app = FastAPI()
    documented_only = Depends(HTTPBearer(auto_error=False))
    locked = Depends(HTTPBearer())

    @app.middleware("http")
    async def note(request, call_next):
        ASKED.append(f"{request.method} {request.url.path}")
        return await call_next(request)

    @app.get("/health")
    async def health():
        return {"status": "ok"}

    @app.get("/api/people")
    async def people():
        return PEOPLE

    @app.get("/api/products")
    async def products():
        return {"items": [{"sku": "a", "price": 3}], "total": 1}

    @app.get("/api/orders", dependencies=[documented_only])
    async def orders():
        return [{"id": 1}]

    @app.get("/api/me", dependencies=[locked])
    async def me():
        return {"email": "x@example.com"}

    @app.get("/api/soft")
    async def soft():
        return {"detail": "Not authenticated"}

    @app.get("/api/login-page", response_class=HTMLResponse)
    async def login_page():
        return "<!doctype html><form><input type='password'></form>"

    @app.get("/api/items/{item}")
    async def item(item: int):
        return item

    @app.get("/api/search")
    async def search(q: str):
        return q

    @app.get("/api/session/logout")
    async def logout():
        raise HTTPException(500, "must not be asked")

    @app.delete("/api/people")
    async def remove():
        raise HTTPException(500, "must not be asked")

    return app


@pytest.fixture(scope="module")
def api():
    with uvicorned(application()) as origin:
        yield origin


@pytest.fixture(autouse=True)
def _without_pauses(monkeypatch):
    monkeypatch.setattr(asking, "PAUSE", 0.0)


def ask(origin: str, policy: ExposurePolicy) -> OpenOperations:
    async def main():
        async with way(api=origin) as to:
            document = await api_routes(to.environment, to.http)
            return await open_operations(to.environment, document, CorsPolicy(), policy, to.http)

    return asyncio.run(main())  # the server's sockets are this process's too


def test_a_real_application(api):
    ASKED.clear()
    found = ask(api, ExposurePolicy(public=(Endpoint("GET", "/api/products"),)))
    assert {one.operation: replace(one, url="") for one in found.answers} == {
        "GET /api/people": OpenOperation(
            "GET /api/people", "", 200, False, False, "a list", 2, ("email", "id", "name"), ("email",), 2, 0
        ),
        "GET /api/products": OpenOperation(
            "GET /api/products", "", 200, False, True, "an object", 1, ("items", "price", "sku", "total")
        ),
        "GET /api/orders": OpenOperation("GET /api/orders", "", 200, True, False, "a list", 1, ("id",)),
    }
    assert (found.asked, found.closed) == (6, 3)
    assert found.left == ("GET /api/session/logout",)
    assert found.gaps == ()
    assert "logout" not in " ".join(ASKED)
    assert {one.split()[0] for one in ASKED} == {"GET"}
    assert not any("/api/items/" in one or "/api/search" in one for one in ASKED)
    assert len(ASKED) < 30


def serve(respond, operations, **options) -> tuple[OpenOperations, list[str]]:
    async def main():
        async with site(respond) as server, way(api=server.origin()) as to:
            document = ApiRoutes(server.origin() + "/openapi.json", operations)
            policy = options.get("policy", ExposurePolicy())
            found = await open_operations(to.environment, document, options.get("cors", CorsPolicy()), policy, to.http)
            return found, server.paths

    return run(main())


USERS = (Operation("GET", "/api/users"),)


@pytest.mark.parametrize("respond", CATCH_ALLS.values(), ids=CATCH_ALLS)
def test_what_answers_everything_is_no_answer(respond):
    found, _ = serve(respond, (Operation("GET", "/api/users", secured=True),))
    assert found.answers == ()


def test_an_api_that_answers_everything_alike_cannot_be_judged():
    body = answer(200, '{"ok":true}', Content_Type="application/json")
    found, _ = serve(lambda _: body, USERS)
    assert (found.answers, found.closed) == ((), 0)
    assert "any random path" in found.gaps[0].reason


def test_no_more_than_some_are_asked():
    many = tuple(Operation("GET", f"/api/{chr(97 + n % 26)}{'x' * (n // 26)}") for n in range(200))
    found, paths = serve(lambda asked: answer(200, asked.path, Content_Type="text/plain"), many)
    assert found.asked == MOST
    assert len(found.left) == 200 - MOST
    assert len(paths) < 150


def test_secured_ones_come_first():
    many = (*(Operation("GET", f"/a{n}") for n in range(40)), Operation("GET", "/z", secured=True))
    _, paths = serve(routes({}), many)
    assert "/z" in paths


@pytest.mark.parametrize("body", [answer(429, "x"), answer(503, "x"), CLOSE])
def test_no_word_about_an_operation_is_a_gap(body):
    found, _ = serve(routes({"/": page("<p>hi"), "/api/users": body}), USERS)
    assert found.answers == ()
    # nginx closes the connection on purpose (444): that is an answer
    assert (found.asked, found.closed, len(found.gaps)) == ((1, 1, 0) if body == CLOSE else (1, 0, 1))


def test_declared_endpoints_are_asked_too():
    cors = CorsPolicy(endpoints=(Endpoint("GET", "/api/x"), Endpoint("POST", "/api/y"), Endpoint("GET", "/{id}")))
    found, paths = serve(routes({}), (), cors=cors)
    assert found.asked == 1
    assert not {"/api/y", "/{id}"} & set(paths)


def test_nothing_to_ask():
    found, paths = serve(routes({}), (Operation("POST", "/x"), Operation("GET", "/y", needs=("q",))))
    assert (found.asked, paths) == (0, [])


@pytest.mark.parametrize(
    "path",
    ["/logout", "/auth/sign-out", "/api/users/deleteAll", "/cache/flush", "/jobs/run", "/log_out", "/events", "/sse",
     "/payments/refresh", "/export/generate", "/v1/tokens/rotate", "/ResetPassword"],
)  # fmt: skip
def test_what_its_name_says_changes_something(path):
    assert changes_something(path)


@pytest.mark.parametrize("path", ["/api/users", "/runs", "/api/resettlements", "/starters", "/deleted-items/list"])
def test_what_only_sounds_like_it(path):
    assert not changes_something(path)


@pytest.mark.parametrize(
    "path", ["/", "/health", "/api/healthz", "/docs", "/metrics", "/.well-known/x", "/api/status/"]
)
def test_open_by_nature(path):
    assert is_open_by_nature(path)


@pytest.mark.parametrize(
    ("key", "personal"),
    [
        ("email", True), ("userEmail", True), ("first_name", True), ("hashed_password", True), ("apiKey", True),
        ("access_token", True), ("phoneNumber", True), ("SSN", True), ("lastName", True), ("token_type", False),
        ("name", False), ("title", False), ("email_verified", False), ("total", False), ("description", False),
        ("shipping", False), ("telemetry", False), ("pincode", False), ("tokens_count", False), ("avatar_url", False),
        ("next_token", False), ("max_tokens", False), ("commit_hash", False), ("session", False), ("address", False),
        ("csrfToken", False), ("latitude", False),
    ],
)  # fmt: skip
def test_keys_of_persons(key, personal):
    assert is_personal(key) is personal


@pytest.mark.parametrize(
    ("row", "personal"),
    [({"email": "a"}, ("email",)), ({"email": None}, ()), ({"tokens": 12}, ()), ({"phones": ["1"]}, ("phones",)),
     ({"phones": []}, ()), ({"user": {"firstName": "A"}}, ("firstName",)), ({"password": ""}, ())],
)  # fmt: skip
def test_a_key_without_a_text_behind_it_tells_nothing(row, personal):
    assert read_content(json.dumps([row])).personal == personal


def test_no_value_is_kept():
    secret = "hunter2" + "@example.com"
    content = read_content(json.dumps({secret: {"x9f8e7d6c5b4a3f2e1": secret, "ok": [secret]}}))
    assert "hunter2" not in repr(content)
    assert "x9f8" not in repr(content)
    assert content.emails == 3


@pytest.mark.parametrize(
    ("body", "kind", "items"),
    [("[]", "a list", 0), ('{"a":[1,2]}', "an object", 2), ("3", "text", None), ('"x"', "a value", None),
     ("", "bytes", None),
     ("<p>", "a page", None), ("[" * 100_000, "the beginning of a long answer", None),
     ("{", "the beginning of a long answer", None)],
)  # fmt: skip
def test_kinds_of_answers(body, kind, items):
    content = read_content(body)
    assert (content.kind, content.items) == (kind, items)


@pytest.mark.parametrize(
    "body", ['{"error":"Unauthorized"}', '{"message":"Please log in"}', '{"code":401}', '{"detail":"invalid token"}']
)
def test_refusals_with_a_200(body):
    assert refuses(body)


@pytest.mark.parametrize(
    "body", ["[]", "{}", '{"status":"ok"}', '{"data":[{"id":1}],"message":"login"}', "Unauthorized", "[" * 50_000]
)
def test_no_refusals(body):
    assert not refuses(body)


@given(st.text(max_size=300), st.booleans())
def test_any_text(body, whole):
    content = read_content(body, whole=whole)
    assert all(len(key) <= 42 for key in content.shown)
    refuses(body)


@pytest.mark.parametrize("piece", ["a@", "eyJa.", '"a":', "x.", "$2b$", "a.b@c."])
def test_a_long_text_takes_no_longer_than_it_must(piece):
    read_content(piece * (260_000 // len(piece)), whole=False)
