"""The process that hosts the API, the REST service, Prometheus's answers and the database's TLS front.

One process for four services: each would take half a second to import the same libraries.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import sys
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from auditor.lab import api, recorded, rest
from auditor.lab.front import Front
from auditor.lab.settings import Settings, from_json

_APPS: dict[str, Callable[[Settings], ASGIApp]] = {
    "api": api.create_app,
    "rest": rest.create_app,
    "prometheus": recorded.create_app,
}


def by_port(apps: dict[int, ASGIApp]) -> ASGIApp:
    """Hands each request to the application of the port that it came in by."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await apps[scope["server"][1]](scope, receive, send)

    return app


def server(settings: Settings, apps: dict[int, ASGIApp]) -> uvicorn.Server:
    """uvicorn, trusting nginx on loopback for the client's address and nobody else."""
    return uvicorn.Server(
        uvicorn.Config(
            by_port(apps),
            lifespan="off",
            ws="none",
            server_header=not settings.hardened,
            log_config=log_config(timed=settings.hardened),
            proxy_headers=True,
            forwarded_allow_ips="127.0.0.1",
            timeout_graceful_shutdown=1,
        )
    )


def log_config(*, timed: bool) -> dict[str, Any]:
    """Uvicorn's own way to log, with or without what it leaves out: the time.

    Args:
        timed: with it.
    """
    config: dict[str, Any] = deepcopy(uvicorn.config.LOGGING_CONFIG)
    if timed:
        for formatter in config["formatters"].values():
            formatter["fmt"] = f"%(asctime)s {formatter['fmt']}"
    return config


def tls_context(settings: Settings) -> ssl.SSLContext | None:
    """How the database's front speaks TLS; None when it does not."""
    if not settings.hardened:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(settings.certificate, settings.key)
    context.set_alpn_protocols(["postgresql"])
    return context


async def serve(settings: Settings) -> None:
    """Serves until told to stop."""
    sockets = {name: socket.socket(fileno=fd) for name, fd in settings.listeners.items()}
    front = Front(settings.socket, tls_context(settings))
    async with asyncio.TaskGroup() as tasks:
        fronting = tasks.create_task(front.serve(sockets.pop("database")))
        apps = {sockets[name].getsockname()[1]: create(settings) for name, create in _APPS.items()}
        await server(settings, apps).serve(sockets=list(sockets.values()))
        fronting.cancel()


if __name__ == "__main__":
    asyncio.run(serve(from_json(sys.stdin.read())))
