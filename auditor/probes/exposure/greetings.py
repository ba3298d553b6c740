"""Recognises services by the first words of their protocol. Nothing here tries a login, and nothing changes anything.

Formats: PostgreSQL 55.2 and 55.7, MySQL client/server protocol (Protocol::HandshakeV10), RESP (PING), memcached
protocol.txt (version), MongoDB wire protocol (OP_MSG hello), and GETs of HTTP APIs.
"""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from auditor.facts.open_ports import Access

Recognise = Callable[[bytes], tuple[Access, str] | None]
"""What an answer shows; None: it is not the service."""

OPEN, LOCKED = Access.OPEN, Access.LOCKED


@dataclass(frozen=True, slots=True)
class Service:
    """A service and how it is asked."""

    name: str
    """As the checklist writes it."""
    title: str
    ports: tuple[int, ...]
    asks: bytes
    """What it is told first; empty: it speaks first."""
    recognise: Recognise


def http(path: str) -> bytes:
    """A request that ends the connection."""
    return f"GET {path} HTTP/1.0\r\nHost: localhost\r\nUser-Agent: stack-audit\r\nAccept: */*\r\n\r\n".encode()


def _split(answer: bytes) -> tuple[int, str, str]:
    """Status, head in lower case and body of an HTTP answer; 0 for anything else."""
    head, _, body = answer.partition(b"\r\n\r\n")
    found = re.match(rb"HTTP/1\.[01] (\d{3})", head)
    if not found:
        return 0, "", ""
    text = body.decode("utf-8", "replace")
    if b"transfer-encoding: chunked" in head.lower():
        text = re.sub(r"(?:\A|\r\n)[0-9a-fA-F]{1,8}\r\n", "", text)
    return int(found[1]), head.decode("latin-1").lower(), text


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def has_keys(saw: str, *keys: str, locked: str = "") -> Recognise:
    """An HTTP API whose answer is a JSON object with these keys.

    Args:
        saw: what that is.
        keys: all of them.
        locked: a pattern of the head of a refusal that only this service writes.
    """

    def recognise(answer: bytes) -> tuple[Access, str] | None:
        status, head, body = _split(answer)
        value = _json(body) if status == 200 else None
        if isinstance(value, dict) and all(key in value for key in keys):
            return OPEN, saw
        if locked and status in (401, 403) and re.search(locked, head + body[:2_000]):
            return LOCKED, f"answers {status}"
        return None

    return recognise


def has_text(saw: str, pattern: str, *, access: Access = OPEN) -> Recognise:
    """An HTTP page that holds a pattern."""
    search = re.compile(pattern).search

    def recognise(answer: bytes) -> tuple[Access, str] | None:
        status, head, body = _split(answer)
        return (access, saw) if status and status < 500 and search(head + "\n" + body) else None

    return recognise


def postgresql(answer: bytes) -> tuple[Access, str] | None:
    """The one letter that answers an SSLRequest."""
    if answer in (b"S", b"N") or (answer[:1] == b"E" and b"SFATAL" in answer[:20]):
        return LOCKED, "answers a request for TLS" if answer != b"N" else "answers that it has no TLS"
    return None


def mysql(answer: bytes) -> tuple[Access, str] | None:
    """The greeting with its version, or the error that the address may not connect."""
    if len(answer) < 6 or answer[3] != 0 or int.from_bytes(answer[:3], "little") > 1_024:
        return None
    if answer[4] == 10 and re.match(rb"[0-9]{1,2}\.[0-9]{1,3}\.[\x20-\x7e]{1,80}\0", answer[5:]):
        return LOCKED, "greets with its version"
    if answer[4] == 0xFF and re.search(rb"(?:MySQL|MariaDB) server|Host '", answer[:300]):
        return LOCKED, "refuses the audit's address"
    return None


def redis(answer: bytes) -> tuple[Access, str] | None:
    """PONG, or what it says to somebody who has not given the password."""
    if answer.startswith(b"+PONG\r\n"):
        return OPEN, "answers PING without a password"
    if re.match(rb"-(?:NOAUTH|WRONGPASS|DENIED|NOPERM) ", answer) or b"-ERR operation not permitted" in answer[:40]:
        return LOCKED, "wants a password"
    return None


def memcached(answer: bytes) -> tuple[Access, str] | None:
    """Its version."""
    return (OPEN, "tells its version") if re.match(rb"VERSION [\w.+-]{1,60}\r\n", answer) else None


_HELLO = (
    b"\x10hello\0" + struct.pack("<i", 1) + b"\x02$db\0" + struct.pack("<i", 6) + b"admin\0"
    b"\x08helloOk\0\x01"
)  # fmt: skip


def mongo_hello() -> bytes:
    """OP_MSG with ``{hello: 1, $db: "admin"}``."""
    document = struct.pack("<i", len(_HELLO) + 5) + _HELLO + b"\0"
    body = struct.pack("<i", 0) + b"\0" + document
    return struct.pack("<iiii", 16 + len(body), 1, 0, 2013) + body


def mongodb(answer: bytes) -> tuple[Access, str] | None:
    """The reply to hello, which every server gives: whether it wants credentials, a login would tell."""
    if len(answer) < 21 or int.from_bytes(answer[12:16], "little") not in (1, 2013):
        return None
    known = b"maxWireVersion" in answer or b"isWritablePrimary" in answer
    return (LOCKED, "answers hello") if known else None


SSL_REQUEST = struct.pack("!ii", 8, 80877103)
_BASIC_ELASTIC = r"(?s)www-authenticate: [^\n]{0,200}security|security_exception"
SERVICES: tuple[Service, ...] = (
    Service("postgresql", "PostgreSQL", (5432,), SSL_REQUEST, postgresql),
    Service("mysql", "MySQL", (3306,), b"", mysql),
    Service("redis", "Redis", (6379,), b"PING\r\n", redis),
    Service("mongodb", "MongoDB", (27017,), mongo_hello(), mongodb),
    Service("memcached", "Memcached", (11211,), b"version\r\n", memcached),
    Service(
        "elasticsearch",
        "Elasticsearch",
        (9200,),
        http("/"),
        has_keys("its cluster", "cluster_name", "tagline", locked=_BASIC_ELASTIC),
    ),
    Service("etcd", "etcd", (2379,), http("/version"), has_keys("its version", "etcdserver", "etcdcluster")),
    Service(
        "docker", "the API of Docker", (2375,), http("/version"), has_keys("its version", "ApiVersion", "GoVersion")
    ),
    Service("ollama", "Ollama", (11434,), http("/api/tags"), has_keys("its models", "models")),
    Service(
        "prometheus",
        "Prometheus",
        (9090,),
        http("/api/v1/status/buildinfo"),
        has_text("its build", r'"status":"success","data":\{"version":"[^"]{1,60}","revision"'),
    ),
    Service(
        "alertmanager",
        "Alertmanager",
        (9093,),
        http("/api/v2/status"),
        has_keys("its status", "cluster", "versionInfo"),
    ),
    Service(
        "node-exporter",
        "the exporter of the machine's metrics",
        (9100,),
        http("/metrics"),
        has_text("metrics of a machine", r"(?m)^node_[a-z_]{3,60}(?:\{|\s)|^# HELP node_|^# HELP go_gc_"),
    ),
    Service(
        "grafana",
        "Grafana",
        (3000,),
        http("/api/health"),
        has_text(
            "its health",
            r'(?s)"database"\s*:\s*"ok".{0,200}"version"|"version".{0,200}"database"\s*:\s*"ok"',
            access=LOCKED,
        ),
    ),
    Service(
        "pgadmin",
        "pgAdmin",
        (5050,),
        http("/login"),
        has_text(
            "its login page", r"(?i)<title>\s{0,20}pgadmin|location: [^\n]{0,200}pgadmin|pga4_session", access=LOCKED
        ),
    ),
    Service(
        "minio",
        "MinIO",
        (9000, 9001),
        http("/"),
        has_text("its name", r"(?m)^server: minio|<title>MinIO Console", access=LOCKED),
    ),
    Service(
        "rabbitmq",
        "the management of RabbitMQ",
        (15672,),
        http("/"),
        has_text("its page", r"<title>RabbitMQ Management", access=LOCKED),
    ),
)
"""What is looked for; the ports that services have when nobody changes them."""
