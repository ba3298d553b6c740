"""A real nginx on 127.0.0.1, for a test."""

from __future__ import annotations

import os
import socket
import subprocess
from contextlib import ExitStack, contextmanager
from pathlib import Path

from auditor.lab.nginx import binary


@contextmanager
def nginx(folder: Path, servers: str, *, ports: int, ca=None, names: tuple[str, ...] = ()):
    """Run nginx until the block is left.

    Args:
        folder: an empty one, for its files.
        servers: ``server`` blocks; ``@0@``, ``@1@`` … stand for ports, ``@tls@`` for certificate and key.
        ports: how many there are.
        ca: issues the certificate.
        names: of the certificate.

    Yields:
        The ports.
    """
    with ExitStack() as stack:
        listeners = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(ports)]
        numbers = [listener.getsockname()[1] for listener in listeners]
        for number, port in enumerate(numbers):
            servers = servers.replace(f"@{number}@", f"127.0.0.1:{port}").replace(f"@port{number}@", str(port))
        if ca is not None:
            issued = ca.issue_cert(*names)
            issued.private_key_and_cert_chain_pem.write_to_path(str(folder / "both.pem"))
            servers = servers.replace("@tls@", "ssl_certificate both.pem; ssl_certificate_key both.pem;")
        (folder / "nginx.conf").write_text(
            "daemon off; master_process off; pid nginx.pid; error_log stderr; events {}\n"
            f"http {{ access_log off; default_type text/html; {servers} }}\n"
        )
        log = stack.enter_context((folder / "error.log").open("wb"))
        fds = [listener.fileno() for listener in listeners]
        process = subprocess.Popen(
            [binary(), "-e", "stderr", "-p", f"{folder}{os.sep}", "-c", "nginx.conf"],
            env={"NGINX": "".join(f"{fd};" for fd in fds)},  # its way to inherit sockets that listen
            pass_fds=fds,
            stderr=log,
        )
        try:
            if not _answers(numbers[0]):
                raise AssertionError((folder / "error.log").read_text())
            yield numbers
        finally:
            process.terminate()
            process.wait(10)


def _answers(port: int) -> bool:
    """The socket listens already: the first connection waits for nginx, and is cut when nginx gives up."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
        try:
            connection.recv(1)
        except ConnectionError:
            return False
        return True
