"""Asks the health endpoint and Prometheus."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from auditor.checklist.model import Environment
from auditor.errors import Unavailable
from auditor.facts.monitoring import Health, ScrapeTarget, ScrapeTargets
from auditor.probes.net.http import Http
from auditor.probes.net.response import Response
from auditor.probes.surfaces import origin
from auditor.registry import probe
from auditor.text import clip

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_WORD = re.compile(r"[A-Za-z][A-Za-z_-]{0,19}")
UNREADABLE = "(not a word)"
"""Stands for a status that says something, but not in one word."""
_LONGEST = 2000
"""Characters that are kept of a text from outside."""


@probe(deadline=15.0)
async def health(environment: Environment, http: Http) -> Health:
    """One GET of the health endpoint."""
    url = origin(environment, "api") + environment.health
    answer = await http.get(url, max_body=65_536)
    content_type = (answer.header("content-type") or "").split(";")[0].strip().lower()
    return Health(url, answer.status, content_type, _state(answer), answer.elapsed_ms)


def _state(answer: Response) -> str:
    if answer.truncated:
        return UNREADABLE
    try:
        body = answer.json()
    except Unavailable:
        return ""
    state = body.get("status") if isinstance(body, dict) else None
    if state is None:
        return ""
    # only a word goes into the report: a body may hold anything
    return state if isinstance(state, str) and _WORD.fullmatch(state) else UNREADABLE


@probe(deadline=15.0)
async def scrape_targets(environment: Environment, http: Http) -> ScrapeTargets:
    """The active targets of Prometheus (`/api/v1/targets`)."""
    prometheus = origin(environment, "prometheus").rstrip("/")
    api_host = urlsplit(origin(environment, "api")).hostname or ""
    url = f"{prometheus}/api/v1/targets?state=active"
    answer = await http.get(url)
    if answer.status != 200:
        raise Unavailable(f"{url} answers {answer.status}", "let the audit reach the Prometheus HTTP API")
    targets = _targets(url, answer.json())
    return ScrapeTargets(prometheus, api_host, targets, datetime.now(UTC))


def _targets(url: str, document: Any) -> tuple[ScrapeTarget, ...]:
    try:
        return tuple(_target(row) for row in document["data"]["activeTargets"])
    except (KeyError, TypeError, AttributeError, ValueError, OverflowError):
        raise Unavailable(
            f"{url} does not answer as the Prometheus HTTP API does", "check that `prometheus` is its base URL"
        ) from None


def _target(row: dict[str, Any]) -> ScrapeTarget:
    labels = row.get("labels") or {}
    return ScrapeTarget(
        job=clip(str(labels.get("job", row.get("scrapePool", ""))), _LONGEST),
        instance=clip(str(labels.get("instance", "")), _LONGEST),
        scrape_url=clip(str(row["scrapeUrl"]), _LONGEST),
        health=clip(str(row["health"]), _LONGEST),
        last_error=clip(str(row.get("lastError", "")), _LONGEST),
        last_scrape=_moment(str(row.get("lastScrape", ""))),
        interval_s=_duration(str(row.get("scrapeInterval", ""))),
    )


def _moment(text: str) -> datetime | None:
    """An RFC 3339 time of Go, with nanoseconds; its zero time means never."""
    if not text or text.startswith("0001-"):
        return None
    moment = datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", text))
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _duration(text: str) -> float:
    """A Prometheus duration such as ``1m30s``, in seconds; a minute (its default) when it cannot be read."""
    parts = re.findall(r"(\d+)(ms|[smhd])", text)
    return sum(int(count) * _UNITS[unit] for count, unit in parts) or 60.0
