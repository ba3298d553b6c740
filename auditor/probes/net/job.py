"""What one call of :class:`~auditor.probes.net.http.Http` asks for."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

from auditor import __version__
from auditor.probes.net.exchange import Answer, Ask
from auditor.probes.net.response import Response
from auditor.probes.net.target import Target

USER_AGENT = f"stack-audit/{__version__} (+read-only audit)"

_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})

Headers = Iterable[tuple[str, str]]


@dataclass(slots=True)
class Job:
    """A request on its way."""

    url: str
    to: Target
    ask: Ask
    max_body: int
    verify: bool
    keep_alive: bool
    deadline: float
    ends: float = 0.0
    on_used_line: bool = False
    address: str | None = None

    def start(self, *, on_used_line: bool) -> None:
        """A place was found; the clock starts with the first."""
        self.ends = self.ends or asyncio.get_running_loop().time() + self.deadline
        self.on_used_line = on_used_line

    def response(self, answer: Answer, peer: str) -> Response:
        """What the caller gets."""
        return Response(
            url=self.url,
            method=self.ask.method,
            status=answer.status,
            headers=answer.headers,
            body=answer.body,
            truncated=bool(answer.why_truncated),
            elapsed_ms=(asyncio.get_running_loop().time() - self.ends + self.deadline) * 1000,
            http_version=answer.http_version,
            peer=peer,
            why_truncated=answer.why_truncated,
        )


def headers_for(
    to: Target, method: str, given: Headers, content: bytes | None, keep_alive: bool
) -> tuple[tuple[str, str], ...]:
    """What is sent: the audit's own headers, as far as the caller gives none of that name, then the caller's."""
    own = [("Host", to.authority), ("User-Agent", USER_AGENT), ("Accept", "*/*"), ("Accept-Encoding", "gzip, deflate")]
    if content is not None or method in _WITH_BODY:
        own.append(("Content-Length", str(len(content or b""))))
    if not keep_alive:
        own.append(("Connection", "close"))
    chosen = tuple(given)
    names = {name.lower() for name, _ in chosen}
    return (*(header for header in own if header[0].lower() not in names), *chosen)
