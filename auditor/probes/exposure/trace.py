"""Asks with TRACE, which is safe (RFC 9110, 9.2.1), and with TRACK, its twin of old versions of IIS."""

from __future__ import annotations

import asyncio
import secrets

from auditor.checklist.model import Environment
from auditor.errors import Unavailable
from auditor.facts.sites import host_of
from auditor.facts.trace import TraceAnswer, TraceAnswers
from auditor.model import Gap
from auditor.probes.net.failures import Failure, Unreachable
from auditor.probes.net.http import Http
from auditor.probes.surfaces import web_origins
from auditor.registry import probe

_SECONDS = 8.0
_VENDORS = (".supabase.co", ".supabase.in")


@probe(deadline=30.0)
async def trace_answers(environment: Environment, http: Http) -> TraceAnswers:
    """Both methods, at each origin."""
    origins, gaps = web_origins(environment)
    asked = [origin for origin in dict.fromkeys(origins.values()) if not host_of(origin).endswith(_VENDORS)]
    told = [one for some in await asyncio.gather(*(_origin(http, origin) for origin in asked)) for one in some]
    answers = tuple(one for one in told if isinstance(one, TraceAnswer))
    return TraceAnswers(answers, (*gaps, *(one for one in told if isinstance(one, Gap))))


async def _origin(http: Http, origin: str) -> list[TraceAnswer | Gap]:
    """Both methods; where the first gets no answer, the second is not tried."""
    first = await _ask(http, origin, "TRACE")
    return [first] if isinstance(first, Gap) else [first, await _ask(http, origin, "TRACK")]


async def _ask(http: Http, origin: str, method: str) -> TraceAnswer | Gap:
    word = secrets.token_hex(8)
    try:
        answer = await http.request(
            method,
            origin + "/",
            headers=(("X-Audit-Control", word),),
            deadline=_SECONDS,
            verify=False,
            keep_alive=False,
        )
    except Unreachable as unreachable:
        if unreachable.kind is Failure.RESET:
            return TraceAnswer(origin, method, 0, echo=False)
        return Gap(f"{method} {origin}/", unreachable.reason, unreachable.hint)
    except Unavailable as unavailable:
        return Gap(f"{method} {origin}/", unavailable.reason, unavailable.hint)
    echo = word in answer.text() and answer.status < 400
    if not echo and answer.status in (429, 502, 503, 504):
        reason = f"answers {answer.status}: whether it sends requests back, nobody can tell"
        return Gap(f"{method} {origin}/", reason, "run the audit while it is up")
    return TraceAnswer(origin, method, answer.status, echo)
