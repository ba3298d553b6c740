"""Prometheus's API, played back.

The answers were recorded from Prometheus 2.42 and are adapted as they are served: addresses become this lab's, and
times move along with the clock, as if recorded now. In the hardened profile the API is scraped and up, and alerts are
defined. In the insecure profile it is down, and nothing would alert anybody.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from auditor.lab.settings import Settings
from auditor.lab.templates import fill, read

_RECORDED_AT = datetime(2026, 11, 22, 9, 37, 28, tzinfo=UTC)

_TIME = re.compile(r"2026-\d\d-\d\dT\d\d:\d\d:\d\d")

_UNREACHABLE = 'Get "{url}": dial tcp 127.0.0.1:443: connect: connection refused'


def create_app(settings: Settings) -> Starlette:
    """The application."""

    async def answer(request: Request) -> Response:
        name = request.path_params["name"].replace("/", "-")
        try:
            answer = json.loads(_now(fill(read(f"prometheus/{name}.json"), instance=_instance(settings))))
        except FileNotFoundError:
            return PlainTextResponse("404 page not found\n", status_code=404)
        return JSONResponse(answer if settings.hardened else _worse(answer))

    async def healthy(_: Request) -> Response:
        return PlainTextResponse("Prometheus Server is Healthy.\n")

    return Starlette(routes=[Route("/api/v1/{name:path}", answer), Route("/-/healthy", healthy)])


def _instance(settings: Settings) -> str:
    return f"api.{settings.domain}:{settings.https_port}"


def _now(text: str) -> str:
    since = datetime.now(UTC) - _RECORDED_AT
    return _TIME.sub(
        lambda time: (datetime.fromisoformat(f"{time[0]}+00:00") + since).strftime("%Y-%m-%dT%H:%M:%S"), text
    )


def _worse(answer: dict[str, Any]) -> dict[str, Any]:
    data = answer["data"]
    for target in data.get("activeTargets", ()):
        target["health"] = "down"
        target["lastError"] = _UNREACHABLE.format(url=target["scrapeUrl"])
    for listed in ("groups", "activeAlertmanagers", "alerts"):
        if listed in data:
            data[listed] = []
    return answer
