"""FastAPI with slowapi, limited in each way that its documentation shows; served by uvicorn in a thread."""

from __future__ import annotations

import asyncio
import socket
import threading
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI, Request
from slowapi import Limiter, _rate_limit_exceeded_handler
from slowapi.errors import RateLimitExceeded
from slowapi.middleware import SlowAPIMiddleware
from slowapi.util import get_remote_address


def app(*, middleware: bool = True, key=get_remote_address, **options) -> FastAPI:
    """Two routes behind a limiter."""
    made = FastAPI()
    made.state.limiter = Limiter(key_func=key, **options)
    made.add_exception_handler(RateLimitExceeded, _rate_limit_exceeded_handler)
    if middleware:
        made.add_middleware(SlowAPIMiddleware)

    @made.get("/api/list")
    async def listed(request: Request) -> list[int]:
        return [1, 2, 3]

    @made.get("/api/other")
    async def other(request: Request) -> list[int]:
        return []

    return made


def by_forwarded(request: Request) -> str:
    """What tutorials write."""
    return request.headers.get("x-forwarded-for", get_remote_address(request))


def everybody(request: Request) -> str:
    return "all"


@contextmanager
def served(application: FastAPI, **options):
    """Run uvicorn until the block is left; gives the port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(application, log_config=None, lifespan="off", **options)
        server = uvicorn.Server(config)
        server.install_signal_handlers = lambda: None
        thread = threading.Thread(target=lambda: asyncio.run(server.serve([listener])), daemon=True)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join(10)
