"""HTTP/1.1, one request at a time.

Written on h11, the protocol engine under httpcore and httpx, instead of on their connection pools:

* an audit lives on deadlines, and a cancelled request may leave its slot in httpcore's pool taken for good
  (encode/httpcore#1093, open in 1.0.9); here a line is cut in the same step in which its request ends;
* a pool keeps idle connections and knows nothing of the other probes that wait for a place at the same host;
* httpcore logs the headers of every answer, session cookies included, at level DEBUG.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

from auditor.checklist.model import TlsSettings
from auditor.probes.net.dial import CONNECT_SECONDS, Dialer
from auditor.probes.net.exchange import Ask, Exchange, Unanswered
from auditor.probes.net.failures import timed_out
from auditor.probes.net.job import USER_AGENT, Headers, Job, headers_for
from auditor.probes.net.keep import Keep, Key
from auditor.probes.net.line import Line
from auditor.probes.net.response import Response
from auditor.probes.net.target import target
from auditor.probes.net.traffic import Traffic
from auditor.probes.net.trust import ssl_context

__all__ = ["USER_AGENT", "Http", "Response"]

DEADLINE_SECONDS = 10.0
MAX_BODY_BYTES = 2_000_000

_REPEATABLE = frozenset({"GET", "HEAD", "OPTIONS"})


class Http:
    """Sends requests. Follows no redirect, keeps no cookie, reads no proxy from the environment.

    Args:
        dialer: opens the connections.
        tls: whom to trust.
        traffic: the budget; every request is taken out of it before it is sent.
    """

    def __init__(self, dialer: Dialer, tls: TlsSettings, traffic: Traffic) -> None:
        self._dialer = dialer
        self._tls = tls
        self._traffic = traffic
        self._contexts: dict[bool, ssl.SSLContext] = {}
        self._keep = Keep(dialer)
        self._shared: dict[tuple[object, ...], asyncio.Task[Response]] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for task in self._shared.values():
            task.cancel()
        await asyncio.gather(*self._shared.values(), return_exceptions=True)
        self._keep.close()
        await asyncio.sleep(0)  # the loop closes the sockets of cut lines in its next round

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Headers = (),
        content: bytes | None = None,
        deadline: float = DEADLINE_SECONDS,
        max_body: int = MAX_BODY_BYTES,
        verify: bool = True,
        keep_alive: bool = True,
        address: str | None = None,
        on_send: Callable[[], None] | None = None,
    ) -> Response:
        """Send one request.

        Waits as long as it takes for one of the host's places; the deadline starts after that.

        Args:
            method: such as ``GET``.
            url: absolute, http or https.
            headers: sent besides, and instead of, the audit's own; ``Host`` too.
            content: the request's body.
            deadline: seconds for everything: DNS, TCP, TLS and the whole answer.
            max_body: bytes of the decompressed body to keep; reading stops there.
            verify: False to look at a server whatever its certificate is.
            keep_alive: False to open a connection for this request alone.
            address: connect to this one of the host's addresses, by a connection for this request alone.
            on_send: called each time that it is sent: twice, where a server has closed a kept line.

        Raises:
            Unreachable: no complete answer, and of which kind that is.
            Unavailable: the budget is used up, the URL is none, or the CA file cannot be used.
        """
        to = target(url)
        keep_alive = keep_alive and address is None
        ask = Ask(method, to.path, headers_for(to, method, headers, content, keep_alive), content or b"", to.name)
        job = Job(url, to, ask, max_body, verify, keep_alive, deadline, address=address)
        if to.scheme == "https":
            self._context(verify)  # a CA file that cannot be used is found before anything is taken or sent
        try:
            return await self._attempt(job, on_send, fresh=not keep_alive)
        except Unanswered:
            # a server may close a kept line in the moment in which it is used again: no fault of either side
            if not job.on_used_line or method not in _REPEATABLE:
                raise
        return await self._attempt(job, on_send, fresh=True)

    async def get(self, url: str, **options: Any) -> Response:
        """:meth:`request` with GET."""
        return await self.request("GET", url, **options)

    async def once(
        self, url: str, *, headers: Headers = (), max_body: int = MAX_BODY_BYTES, verify: bool = True
    ) -> Response:
        """:meth:`get`, sent once for all who ask the same; whoever comes later gets the same answer, or failure."""
        key = (url, tuple(headers), max_body, verify)
        if key not in self._shared:
            request = self.get(url, headers=headers, max_body=max_body, verify=verify)
            self._shared[key] = asyncio.create_task(request)
        return await asyncio.shield(self._shared[key])

    async def head(self, url: str, **options: Any) -> Response:
        """:meth:`request` with HEAD."""
        return await self.request("HEAD", url, **options)

    async def options(self, url: str, **options: Any) -> Response:
        """:meth:`request` with OPTIONS."""
        return await self.request("OPTIONS", url, **options)

    async def _attempt(self, job: Job, on_send: Callable[[], None] | None, *, fresh: bool) -> Response:
        to = job.to
        self._traffic.spend_request(to.host)
        if on_send:
            on_send()
        key = Key(to.scheme, to.host, to.port, job.verify)
        line = await self._keep.take(key, fresh=fresh)
        job.start(on_used_line=line is not None)
        rest = False
        try:
            async with asyncio.timeout_at(job.ends):
                line = await self._connect(job) if line is None else line
                answer = await Exchange(line, job.ask).run(job.max_body)
            rest = answer.reusable and job.keep_alive
            wait = next((value for name, value in answer.headers if name.lower() == "retry-after"), "")
            self._traffic.note_answer(to.host, answer.status, wait)
        except TimeoutError:
            raise timed_out(f"no complete answer from {to.name}", job.deadline) from None
        finally:
            if line is not None and not rest:
                line.close()
        if rest:
            self._keep.put(key, line)
        return job.response(answer, line.peer)

    async def _connect(self, job: Job) -> Line:
        to = job.to
        left = max(job.ends - asyncio.get_running_loop().time(), 0.0)
        tls = self._context(job.verify) if to.scheme == "https" else None
        return await self._dialer.connect(
            to.host, to.port, timeout=min(CONNECT_SECONDS, left), address=job.address, tls=tls
        )

    def _context(self, verify: bool) -> ssl.SSLContext:
        if verify not in self._contexts:
            context = ssl_context(self._tls, verify=verify)
            context.set_alpn_protocols(["http/1.1"])
            self._contexts[verify] = context
        return self._contexts[verify]
