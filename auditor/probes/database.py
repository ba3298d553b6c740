"""Tries the database server's door without TLS."""

from __future__ import annotations

import asyncio
import struct

from auditor.errors import Unavailable
from auditor.facts.database import DatabaseTransport, PlaintextAnswer
from auditor.model import Gap
from auditor.probes.net.dial import Dialer
from auditor.probes.net.failures import broken, timed_out
from auditor.probes.surfaces import Databases
from auditor.registry import probe

_ANSWER_SECONDS = 5.0
_PROTOCOL_3 = 196608
"""Protocol 3.0: a StartupMessage that does not ask for TLS first."""


@probe(deadline=20.0)
async def database_transport(databases: Databases, dialer: Dialer) -> DatabaseTransport:
    """A startup message without TLS to each host of the database URLs. It carries the role's name and no password."""
    databases.for_audit()
    answers: dict[str, PlaintextAnswer] = {}
    gaps: list[Gap] = []
    ways = [database for database in (databases.application, databases.auditor) if database]
    for database in ways:
        for host, port in database.targets():
            server = f"{host}:{port}"
            if server in answers or any(gap.subject == server for gap in gaps):
                continue
            try:
                answers[server] = await _without_tls(dialer, host, port, database.user, database.name)
            except Unavailable as unavailable:
                gaps.append(Gap(server, unavailable.reason, unavailable.hint))
    if not answers and not gaps:
        raise Unavailable("the database is reached over a Unix socket: there is no network to look at")
    return DatabaseTransport(tuple(answers.values()), tuple(gaps))


async def _without_tls(dialer: Dialer, host: str, port: int, user: str, database: str) -> PlaintextAnswer:
    """PostgreSQL documentation, section 54.2.1 (start-up) and 54.7 (message formats)."""
    body = struct.pack("!i", _PROTOCOL_3)
    body += b"".join(part.encode() + b"\0" for part in ("user", user, "database", database, ""))
    server = f"{host}:{port}"
    async with dialer.connection(host, port) as (reader, writer):
        writer.write(struct.pack("!i", len(body) + 4) + body)
        try:
            async with asyncio.timeout(_ANSWER_SECONDS):
                head = await reader.readexactly(5)
                length = min(struct.unpack("!i", head[1:])[0] - 4, 8192)
                payload = await reader.readexactly(max(length, 0))
        except asyncio.IncompleteReadError as ended:
            what = "does not answer as PostgreSQL does" if ended.partial else "closed the connection without a word"
            raise Unavailable(f"{server} {what}: whether it insists on TLS cannot be told") from None
        except TimeoutError:
            raise timed_out(f"no answer from {server}", _ANSWER_SECONDS) from None
        except OSError as error:
            raise broken(error, server) from error
    return read_plaintext_answer(server, head[:1], payload)


_AUTHENTICATION = {0: "trust", 3: "cleartext password", 5: "md5", 7: "GSSAPI", 9: "SSPI", 10: "SASL"}


def read_plaintext_answer(server: str, kind: bytes, payload: bytes) -> PlaintextAnswer:
    """What a server's first message after a plaintext startup means.

    Args:
        server: ``host:port``.
        kind: the message type.
        payload: its body.

    Raises:
        Unavailable: it is no message of PostgreSQL, or an error that says nothing about TLS.
    """
    if kind == b"R" and len(payload) >= 4:
        method = struct.unpack("!i", payload[:4])[0]
        return PlaintextAnswer(server, True, f"it asked for authentication: {_AUTHENTICATION.get(method, method)}")
    if kind != b"E":
        raise Unavailable(f"{server} does not answer as PostgreSQL does")
    fields = {part[:1]: part[1:].decode("utf-8", "replace") for part in payload.split(b"\0") if part}
    message = fields.get(b"M", "")
    if refuses_plaintext(fields.get(b"C", ""), message):
        return PlaintextAnswer(server, False, message)
    raise Unavailable(f"{server} refused the connection for a reason of its own: {message}")


def refuses_plaintext(code: str, message: str) -> bool:
    """Whether an error says that TLS is what was missing.

    PostgreSQL names the missing encryption in its pg_hba message (28000, "no encryption", up to version 13 "SSL off");
    PgBouncer says "SSL required".
    """
    text = message.lower()
    named = text.endswith(("no encryption", "ssl off"))
    return (code == "28000" and named) or "ssl required" in text or "ssl is required" in text
