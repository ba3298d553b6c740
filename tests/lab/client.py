"""A client of the lab that needs no resolver: names go into SNI and Host, connections to 127.0.0.1."""

from __future__ import annotations

import json
import socket
import ssl
from dataclasses import dataclass
from http.client import HTTPConnection

from auditor.lab import Stack

AUDITOR = "127.0.0.2"
"""The source address that the lab's checklist gives the audit."""


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self):
        return json.loads(self.text)


class _Tls(HTTPConnection):
    def __init__(self, stack: Stack, host: str, source: str) -> None:
        super().__init__(host, stack.https_port, timeout=10)
        self._source, self._context = source, ssl.create_default_context(cafile=str(stack.ca_file))

    def connect(self) -> None:
        plain = socket.create_connection(("127.0.0.1", self.port), 10, (self._source, 0))
        self.sock = self._context.wrap_socket(plain, server_hostname=self.host)


class _Plain(HTTPConnection):
    def connect(self) -> None:
        self.sock = socket.create_connection(("127.0.0.1", self.port), 10, (AUDITOR, 0))


def ask(stack: Stack, name: str, path: str, method: str = "GET", source: str = AUDITOR, **headers: str) -> Answer:
    """A request over HTTPS, with the certificate verified."""
    return _ask(_Tls(stack, f"{name}.stack.test", source), method, path, headers)


def ask_plain(stack: Stack, host: str, path: str) -> Answer:
    """A request over plain HTTP."""
    return _ask(_Plain(host, stack.http_port), "GET", path, {})


def _ask(connection: HTTPConnection, method: str, path: str, headers: dict[str, str]) -> Answer:
    try:
        connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        response = connection.getresponse()
        return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read().decode())
    finally:
        connection.close()
