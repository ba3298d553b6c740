"""What the process of the services is told by the lab, as JSON on its standard input."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field

from auditor.lab.blueprint import DOMAIN, Blueprint
from auditor.lab.certificates import chain, key


@dataclass(frozen=True, slots=True)
class Settings:
    """Plain values, so that they can go through a pipe."""

    hardened: bool
    domain: str
    frontend: str
    """Origin."""
    https_port: int
    socket: str
    """Path of PostgreSQL's unix socket."""
    certificate: str
    """File of the chain."""
    key: str
    listeners: dict[str, int]
    """``api``, ``rest``, ``prometheus`` and ``database`` to the descriptor of a listening socket."""
    app_dsn: str = field(repr=False)
    authenticator_dsn: str = field(repr=False)
    jwt_secret: str = field(repr=False)


def settings_of(blueprint: Blueprint, listeners: dict[str, int]) -> Settings:
    """The settings of one lab."""
    return Settings(
        hardened=blueprint.hardened,
        domain=DOMAIN,
        frontend=blueprint.origin("app"),
        https_port=blueprint.ports.https,
        socket=str(blueprint.sockets / ".s.PGSQL.5432"),
        certificate=str(chain(blueprint.private)),
        key=str(key(blueprint.private)),
        listeners=listeners,
        app_dsn=blueprint.local_dsn("app"),
        authenticator_dsn=blueprint.local_dsn("authenticator"),
        jwt_secret=blueprint.credentials.jwt_secret,
    )


def to_json(settings: Settings) -> bytes:
    """For the pipe."""
    return json.dumps(asdict(settings)).encode()


def from_json(text: str | bytes) -> Settings:
    """From the pipe."""
    return Settings(**json.loads(text))
