"""One request and its answer over an open line."""

from __future__ import annotations

from dataclasses import dataclass

import h11

from auditor.probes.net.body import Body
from auditor.probes.net.failures import Failure, Unreachable, broken
from auditor.probes.net.line import Line
from auditor.text import clip

MAX_HEAD_BYTES = 64 * 1024
"""The longest status line and headers. nginx and Node send 8 and 16 KB at most."""

_READ_BYTES = 64 * 1024
_LONGEST_QUOTE = 120


@dataclass(frozen=True, slots=True)
class Ask:
    """A request, ready to be sent."""

    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    content: bytes
    where: str
    """Whom it goes to, for messages."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    headers: tuple[tuple[str, str], ...]
    http_version: str
    body: bytes
    why_truncated: str
    reusable: bool
    """Whether the line may carry another request."""


class Unanswered(Unreachable):
    """The line was cut before the first byte of an answer: on a line used before, worth another try."""


class Closed(Unanswered):
    """The peer closed the line in order instead of answering, as limiters do on purpose; a crash resets it."""


class Exchange:
    """The state of one request.

    Args:
        line: where it happens; at rest.
        ask: what is asked.
    """

    def __init__(self, line: Line, ask: Ask) -> None:
        self._line = line
        self._ask = ask
        self._http = h11.Connection(h11.CLIENT, max_incomplete_event_size=MAX_HEAD_BYTES)
        self._heard = False

    async def run(self, max_body: int) -> Answer:
        """Send the request and read the answer.

        Args:
            max_body: bytes of the decompressed body to keep.

        Raises:
            Unreachable: cut, or not HTTP. :class:`Unanswered` when not a byte came.
        """
        try:
            await self._send()
            return await self._receive(max_body)
        except h11.RemoteProtocolError as error:
            raise self._nonsense(error) from None
        except OSError as error:
            failure = broken(error, self._ask.where)
            if self._heard or failure.kind is not Failure.RESET:
                raise failure from error
            raise Unanswered(failure.kind, f"{failure.reason} without an answer", failure.hint) from error

    async def _send(self) -> None:
        ask = self._ask
        try:
            headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in ask.headers]
            head = self._http.send(h11.Request(method=ask.method, target=ask.path, headers=headers))
            body = self._http.send(h11.Data(data=ask.content)) if ask.content else b""
            end = self._http.send(h11.EndOfMessage())
        except (h11.LocalProtocolError, ValueError):
            # its text quotes the value, which may be a credential
            forbidden = "its method or a header holds what HTTP does not allow"
            raise Unreachable(Failure.LOCAL, f"the request to {ask.where} cannot be sent: {forbidden}") from None
        self._line.writer.write((head or b"") + (body or b"") + (end or b""))
        await self._line.writer.drain()

    async def _receive(self, max_body: int) -> Answer:
        head = await self._head()
        headers = tuple((k.decode("latin-1"), v.decode("latin-1")) for k, v in head.headers.raw_items())
        encoding = ",".join(value for name, value in headers if name.lower() == "content-encoding")
        body = Body(max_body, encoding)
        wanted = True
        while wanted and isinstance(event := await self._event(), h11.Data):
            wanted = body.add(bytes(event.data))
        body.finish()
        return Answer(
            head.status_code,
            headers,
            f"HTTP/{head.http_version.decode('latin-1')}",
            body.data,
            body.why_truncated,
            self._at_rest(),
        )

    async def _head(self) -> h11.Response | h11.InformationalResponse:
        while True:
            event = await self._event()
            if isinstance(event, h11.Response):
                return event
            # 101 is the last that is said in HTTP; 100 and 103 go before the answer
            if isinstance(event, h11.InformationalResponse) and event.status_code == 101:
                return event

    async def _event(self) -> h11.Event | type[h11.PAUSED]:
        while (event := self._http.next_event()) is h11.NEED_DATA:
            data = await self._line.reader.read(_READ_BYTES)
            if not data and not self._heard:
                raise Closed(Failure.RESET, f"{self._ask.where} closed the connection without an answer")
            self._heard = self._heard or bool(data)
            self._http.receive_data(data)
        return event  # type: ignore[return-value]

    def _at_rest(self) -> bool:
        done = self._http.our_state is h11.DONE and self._http.their_state is h11.DONE
        return done and self._http.trailing_data == (b"", False) and self._line.reusable

    def _nonsense(self, error: h11.RemoteProtocolError) -> Unreachable:
        where = self._ask.where
        if error.error_status_hint == 431:
            return Unreachable(
                Failure.PROTOCOL, f"{where} sent more than {MAX_HEAD_BYTES // 1024} KB of headers or of one line"
            )
        said = clip(str(error), _LONGEST_QUOTE)
        if "closed connection" in said:
            return Unreachable(Failure.PROTOCOL, f"{where} closed the connection in the middle of its answer")
        return Unreachable(
            Failure.PROTOCOL, f"{where} does not answer in HTTP/1.1 ({said})", "is it a port of another protocol?"
        )
