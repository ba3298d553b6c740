"""What one lab is made of: names, ports, folders and passwords, settled before anything starts."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from auditor.lab import Profile

DOMAIN = "stack.test"
"""``.test`` is reserved: no resolver answers for it."""

HOSTS = tuple(f"{name}.{DOMAIN}" for name in ("app", "api", "supabase", "prometheus", "db"))

PROJECT_REF = "labprojectlabproject"

DATABASE = "app"

_YEAR = 365 * 86400


@dataclass(frozen=True, slots=True)
class Ports:
    """Free ports of 127.0.0.1."""

    https: int
    http: int
    database: int
    api: int
    rest: int
    prometheus: int


@dataclass(frozen=True, slots=True)
class Credentials:
    """Random for every start."""

    superuser: str = field(repr=False)
    app: str = field(repr=False)
    auditor: str = field(repr=False)
    authenticator: str = field(repr=False)
    jwt_secret: str = field(repr=False)
    anon_key: str = field(repr=False)
    service_key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Blueprint:
    """One lab."""

    profile: Profile
    directory: Path
    """The user's."""
    private: Path
    """Temporary."""
    ports: Ports
    credentials: Credentials = field(repr=False)

    @property
    def hardened(self) -> bool:
        """Whether the profile is the good one."""
        return self.profile is Profile.HARDENED

    @property
    def certificates(self) -> Path:
        """The folder of root.pem, for clients."""
        return self.directory / "certs"

    @property
    def logs(self) -> Path:
        """The folder of every part's log."""
        return self.directory / "logs"

    @property
    def sockets(self) -> Path:
        """The folder of PostgreSQL's unix socket."""
        return self.private / "pg" / "s"

    def origin(self, name: str) -> str:
        """``https://NAME.stack.test:PORT``."""
        return f"https://{name}.{DOMAIN}:{self.ports.https}"

    def local_dsn(self, user: str, database: str = DATABASE) -> str:
        """Connection string over the unix socket: ``postgres``, ``app``, ``auditor`` or ``authenticator``."""
        password = self.credentials.superuser if user == "postgres" else getattr(self.credentials, user)
        return f"host='{self.sockets}' port=5432 user={user} password={password} dbname={database}"

    def public_dsn(self, user: str) -> str:
        """The URL that the checklist names: over TCP, with TLS when hardened."""
        query = "sslmode=disable"
        if self.hardened:
            query = f"sslmode=verify-full&sslrootcert={quote(str(self.certificates / 'root.pem'))}"
        password = getattr(self.credentials, user)
        return f"postgresql://{user}:{password}@db.{DOMAIN}:{self.ports.database}/{DATABASE}?{query}"


def credentials() -> Credentials:
    """New passwords, and Supabase keys signed with a new secret."""
    secret = secrets.token_hex(32)
    return Credentials(
        superuser=secrets.token_hex(16),
        app=secrets.token_hex(16),
        auditor=secrets.token_hex(16),
        authenticator=secrets.token_hex(16),
        jwt_secret=secret,
        anon_key=_key("anon", secret),
        service_key=_key("service_role", secret),
    )


def _key(role: str, secret: str) -> str:
    import jwt

    now = int(time.time())
    claims = {"iss": "supabase", "ref": PROJECT_REF, "role": role, "iat": now, "exp": now + 10 * _YEAR}
    return jwt.encode(claims, secret, algorithm="HS256")
