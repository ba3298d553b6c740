"""FastAPI applications, each with its way to configure CORS, on one server: told apart by their host names."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager

import uvicorn
from fastapi import Depends, FastAPI, HTTPException, Request, Response
from fastapi.middleware.cors import CORSMiddleware
from fastapi.security import HTTPBearer

from tests.probes.cors.audited import APP
from tests.probes.cors.old_starlette import OldCORSMiddleware

TOKEN = "-".join(("test", "bearer"))


def plain(**documents) -> FastAPI:
    app = FastAPI(**documents)

    @app.get("/api/me")
    async def me():
        return {"id": 1}

    return app


def with_middleware(middleware=CORSMiddleware, /, **options) -> FastAPI:
    app = plain()
    app.add_middleware(middleware, **options)
    return app


def listed(*more: str, **options) -> FastAPI:
    return with_middleware(allow_origins=[APP, *more], allow_credentials=True, **options)


def pattern(text: str, **options) -> FastAPI:
    return with_middleware(allow_origin_regex=text, **{"allow_credentials": True, **options})


def everyone(middleware=CORSMiddleware, credentials=True) -> FastAPI:
    return with_middleware(middleware, allow_origins=["*"], allow_credentials=credentials)


def bearer(app: FastAPI) -> FastAPI:
    wanted = Depends(HTTPBearer())

    @app.get("/api/secret")
    async def secret(found=wanted):
        if found.credentials != TOKEN:
            raise HTTPException(401)
        return {"id": 2}

    return app


def preflight_only() -> FastAPI:
    """A handler of OPTIONS that somebody wrote beside the middleware."""
    app = listed()

    @app.middleware("http")
    async def options(request: Request, call_next):
        if request.method == "OPTIONS":
            origin = request.headers.get("origin", "*")
            return Response(headers={
                "Access-Control-Allow-Origin": origin,
                "Access-Control-Allow-Credentials": "true",
                "Access-Control-Allow-Methods": "GET, POST, PUT, DELETE",
                "Vary": "Origin",
            })  # fmt: skip
        return await call_next(request)

    return app


def path_specific() -> FastAPI:
    """One part of the API, mounted, with a middleware of its own."""
    app = FastAPI()
    strict, loose = plain(), FastAPI()

    @app.get("/health")
    async def health():
        return {}

    @loose.get("/export")
    async def export():
        return {}

    strict.add_middleware(CORSMiddleware, allow_origins=[APP], allow_credentials=True)
    loose.add_middleware(CORSMiddleware, allow_origin_regex=".*", allow_credentials=True)
    app.mount("/legacy", loose)
    app.mount("/", strict)
    return app


def refusing() -> FastAPI:
    """Turns foreign origins away before anything else is done, as Spring does."""
    app = listed()

    @app.middleware("http")
    async def origins(request: Request, call_next):
        if request.headers.get("origin", APP) != APP:
            return Response("Invalid CORS request", 403)
        return await call_next(request)

    return app


HOST = r"app\.example\.com"
APPS = {
    # what is bad
    "regex-all": pattern(".*"),
    "wild-cred": everyone(),
    "old-wild-cred": everyone(OldCORSMiddleware),
    "null": listed("null"),
    "regex-prefix": pattern(rf"https://{HOST}.*"),
    "regex-suffix": pattern(r"https://.*example\.com"),
    "regex-dot": pattern("https://app.example.com"),
    "regex-anysub": pattern(r"https://.*\.example\.com"),
    "regex-onesub": pattern(r"https://[a-z0-9-]+\.example\.com"),
    "http": listed("http://app.example.com"),
    "regex-http": pattern(rf"https?://{HOST}"),
    "port": pattern(rf"https://{HOST}(:\d+)?"),
    "localhost": listed("http://localhost:3000"),
    "regex-localhost": pattern(rf"https://{HOST}|http://localhost.*"),
    "vercel": pattern(rf"https://{HOST}|https://.*\.vercel\.app"),
    "vercel-project": pattern(rf"https://{HOST}|https://example-[a-z0-9-]+\.vercel\.app"),
    "preflight-only": preflight_only(),
    "methods-all": listed(allow_methods=["*"], allow_headers=["*"]),
    "pna": listed(allow_private_network=True),
    "wild-bearer": bearer(everyone(credentials=False)),
    "path-specific": path_specific(),
    # what is good
    "list": listed(allow_methods=["GET"]),
    "regex-right": pattern(rf"https://{HOST}"),
    "list-old": with_middleware(OldCORSMiddleware, allow_origins=[APP], allow_credentials=True),
    "public": everyone(credentials=False),
    "none": plain(),
    "list-bearer": bearer(listed()),
    "refusing": refusing(),
}


async def dispatch(scope, receive, send):
    """To the application that the host names."""
    if scope["type"] == "lifespan":
        return
    host = dict(scope["headers"]).get(b"host", b"").decode()
    await APPS[host.partition(".")[0]](scope, receive, send)


@contextmanager
def serving(app=dispatch):
    """An ASGI application on a free port of 127.0.0.1, in a thread."""
    with socket.create_server(("127.0.0.1", 0), backlog=256) as listener:
        server = uvicorn.Server(uvicorn.Config(app, lifespan="off", log_level="error", access_log=False))
        thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join(10)
