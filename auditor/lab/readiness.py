"""Tells whether a stack answers, by asking it as a client would."""

from __future__ import annotations

import socket
import ssl

import psycopg

from auditor.lab.blueprint import DOMAIN, Blueprint

_PATIENCE = 10.0


def api_answers(blueprint: Blueprint) -> bool:
    """Whether /health is good through nginx, with TLS verified: nginx, the services and the database are up."""
    context = ssl.create_default_context(cafile=str(blueprint.certificates / "root.pem"))
    host = f"api.{DOMAIN}"
    request = f"GET /health HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
    try:
        with (
            socket.create_connection(("127.0.0.1", blueprint.ports.https), _PATIENCE) as plain,
            context.wrap_socket(plain, server_hostname=host) as connection,
        ):
            connection.sendall(request.encode())
            return connection.recv(64).startswith(b"HTTP/1.1 200 ")
    except OSError:
        return False


def database_answers(blueprint: Blueprint) -> bool:
    """Whether the application can connect as its checklist says: the front is up."""
    try:
        psycopg.connect(blueprint.public_dsn("app"), hostaddr="127.0.0.1", connect_timeout=10).close()
    except psycopg.OperationalError:
        return False
    return True
