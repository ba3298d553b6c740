"""A real nginx with one server block for each way to offer TLS."""

from __future__ import annotations

import base64
import os
import shutil
import socket
import ssl
import subprocess
from contextlib import ExitStack, contextmanager
from pathlib import Path

from trustme import KeyType

from auditor.lab.nginx import binary

NAME = "tls.example.com"

_OAKLEY_2 = (
    "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B"
    "302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7EDEE386BFB5A899FA5AE9F24117C4B1FE6"
    "49286651ECE65381FFFFFFFFFFFFFFFF"
)
"""A prime of 1024 bits (RFC 2409 section 6.2)."""

_AEAD = (
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
    "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305"
)

SERVERS = {
    "strong": ("ec", f"ssl_protocols TLSv1.2 TLSv1.3; ssl_ciphers {_AEAD};"),
    "both-keys": ("ec rsa", f"ssl_protocols TLSv1.2 TLSv1.3; ssl_ciphers {_AEAD};"),
    "weak": ("rsa", "ssl_protocols TLSv1 TLSv1.1 TLSv1.2; ssl_ciphers ALL:@SECLEVEL=0; ssl_dhparam dh1024.pem;"),
    "tls13": ("ec", "ssl_protocols TLSv1.3;"),
    "tls13-p384": ("ec", "ssl_protocols TLSv1.3; ssl_ecdh_curve secp384r1;"),
    "tls13-x448": ("rsa", "ssl_protocols TLSv1.3; ssl_ecdh_curve X448;"),
    "tls13-ffdhe": ("rsa", "ssl_protocols TLSv1.3; ssl_ecdh_curve ffdhe3072;"),
    "tls13-ccm": ("ec", "ssl_protocols TLSv1.3; ssl_conf_command Ciphersuites TLS_AES_128_CCM_SHA256;"),
    "early": ("ec", "ssl_protocols TLSv1.3; ssl_early_data on;"),
    "no-tickets": ("ec", "ssl_protocols TLSv1.3; ssl_session_tickets off; ssl_session_cache off;"),
    "rsa-exchange": ("rsa", "ssl_protocols TLSv1.2; ssl_ciphers AES128-GCM-SHA256:AES256-SHA:AES128-SHA;"),
    "old-habit": ("rsa", "ssl_protocols TLSv1.2 TLSv1.3; ssl_ciphers HIGH:!aNULL:!MD5;"),
    "client-certificate": (
        "rsa",
        "ssl_protocols TLSv1.2 TLSv1.3; ssl_verify_client on; ssl_client_certificate ec.pem;",
    ),
    "client-certificate-13": ("ec", "ssl_protocols TLSv1.3; ssl_verify_client on; ssl_client_certificate ec.pem;"),
    "tls11": ("ec", "ssl_protocols TLSv1.1 TLSv1.3; ssl_ciphers ALL:@SECLEVEL=0;"),
    "null": (
        "rsa",
        "ssl_protocols TLSv1.2; ssl_ciphers NULL-SHA256:AECDH-NULL-SHA:ECDHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0;",
    ),
    "dhe1024": (
        "rsa",
        "ssl_protocols TLSv1.2; ssl_ciphers DHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0; ssl_dhparam dh1024.pem;",
    ),
    "one-curve": ("rsa", "ssl_protocols TLSv1.2; ssl_ciphers ECDHE-RSA-AES128-GCM-SHA256; ssl_ecdh_curve secp384r1;"),
    "old-curve": (
        "rsa",
        "ssl_protocols TLSv1.2; ssl_ciphers ECDHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0; ssl_ecdh_curve secp224r1:X25519;",
    ),
    "psk-free": ("ec", "ssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3; ssl_ciphers ALL:COMPLEMENTOFALL:@SECLEVEL=0;"),
    "ec-12": ("ec", f"ssl_protocols TLSv1.2; ssl_ciphers {_AEAD};"),
    "server-order": (
        "ec",
        f"ssl_protocols TLSv1.2 TLSv1.3; ssl_ciphers {_AEAD}; ssl_prefer_server_ciphers on;",
    ),
}
"""Name to kinds of keys and configuration."""


@contextmanager
def running(folder: Path, ca):
    """The ports of the servers, by name; stopped afterwards."""
    _write_keys(folder, ca)
    with ExitStack() as opened:
        listeners = {name: opened.enter_context(socket.create_server(("127.0.0.1", 0))) for name in SERVERS}
        ports = {name: listener.getsockname()[1] for name, listener in listeners.items()}
        (folder / "nginx.conf").write_text(_configuration(ports))
        fds = [listener.fileno() for listener in listeners.values()]
        environ = {"PATH": os.defpath, "NGINX": "".join(f"{fd};" for fd in fds)}
        command = [_executable(folder), "-e", "stderr", "-p", f"{folder}/", "-c", folder / "nginx.conf"]
        process = subprocess.Popen(command, env=environ, pass_fds=fds, cwd=folder, stderr=subprocess.PIPE)
    try:
        _wait(process, ports["strong"])
        yield ports
    finally:
        process.terminate()
        process.communicate()


def _executable(folder: Path) -> Path:
    program = binary()
    if os.access(program, os.X_OK):
        return program
    copy = Path(shutil.copy(program, folder / "nginx"))
    copy.chmod(0o700)
    return copy


def _wait(process: subprocess.Popen, port: int) -> None:
    """The listener was there before nginx: the first handshake waits for it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with socket.create_connection(("127.0.0.1", port), 10) as sock:
        try:
            context.wrap_socket(sock).close()
        except OSError as error:
            raise AssertionError(process.communicate(timeout=5)[1].decode()) from error


def _configuration(ports: dict[str, int]) -> str:
    servers = []
    for name, (keys, lines) in SERVERS.items():
        pairs = "".join(f"ssl_certificate {key}.pem; ssl_certificate_key {key}.key; " for key in keys.split())
        servers.append(f"server {{ listen 127.0.0.1:{ports[name]} ssl; {pairs}{lines} return 200 ok; }}")
    head = "daemon off; master_process off; pid nginx.pid; error_log /dev/null; events { worker_connections 512; }"
    return f"{head}\nhttp {{ access_log off;\n" + "\n".join(servers) + "\n}\n"


def _write_keys(folder: Path, ca) -> None:
    for name, kind in (("ec", KeyType.ECDSA), ("rsa", KeyType.RSA)):
        issued = ca.issue_cert(NAME, key_type=kind)
        (folder / f"{name}.pem").write_bytes(b"".join(blob.bytes() for blob in issued.cert_chain_pems))
        (folder / f"{name}.key").write_bytes(issued.private_key_pem.bytes())
    numbers = bytes.fromhex("02818100" + _OAKLEY_2 + "020102")
    der = b"\x30\x81" + bytes((len(numbers),)) + numbers
    text = base64.encodebytes(der).decode()
    (folder / "dh1024.pem").write_text(f"-----BEGIN DH PARAMETERS-----\n{text}-----END DH PARAMETERS-----\n")
