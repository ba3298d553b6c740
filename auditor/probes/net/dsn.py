"""Reads a database URL, the application's own included."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict
from psycopg.pq import Conninfo

from auditor.errors import Unavailable
from auditor.redact import Secret

_DRIVER = re.compile(r"^(postgres(?:ql)?)\+\w+(?=://)", re.IGNORECASE)
_PORT = 5432


@dataclass(frozen=True, slots=True)
class Dsn:
    """A database URL, taken apart."""

    parameters: dict[str, str] = field(repr=False)
    """For libpq, as they stand in the URL. Holds the password."""
    targets: tuple[tuple[str, int], ...]
    """Hosts and ports to connect to, in order; empty for a Unix socket."""
    addresses: tuple[str, ...]
    """``hostaddr`` of each target; empty strings: to be resolved."""
    user: str
    name: str
    """Of the database."""
    sslmode: str
    """As libpq understands it, its default ``prefer`` included."""

    @property
    def where(self) -> str:
        """For messages: ``db.example.com:5432/app``."""
        hosts = ",".join(f"[{host}]:{port}" if ":" in host else f"{host}:{port}" for host, port in self.targets)
        return f"{hosts or self.parameters.get('host', 'the local socket')}/{self.name}"

    @property
    def password(self) -> str:
        """Of the URL; empty when it has none."""
        return self.parameters.get("password", "")


def read_dsn(secret: Secret, label: str) -> Dsn:
    """Take a database URL, or a ``key=value`` string, apart.

    Accepted beyond what libpq knows, because applications have such URLs: the driver of SQLAlchemy
    (``postgresql+asyncpg://``), and query parameters that are meant for a driver; asyncpg's ``ssl`` counts as
    ``sslmode``.

    Args:
        secret: the URL.
        label: where it comes from, for messages.

    Raises:
        Unavailable: it is none. The text says nothing of its content.
    """
    url = _DRIVER.sub(r"\1", secret.reveal().strip())
    parameters = _parse(url)
    if parameters is None:
        parameters = _parse(_without_strangers(url))
    if parameters is None:
        raise Unavailable(
            f"the value of {label} is not a PostgreSQL URL",
            "its form is postgresql://USER:PASSWORD@HOST:5432/DATABASE; percent-encode what is special in the password",
        )
    filled = _filled(parameters)
    user = filled.get("user", "")
    targets = _targets(filled, label)
    addresses = tuple(filled.get("hostaddr", "").split(",")) if filled.get("hostaddr") else ("",) * len(targets)
    if targets and len(addresses) != len(targets):
        raise Unavailable(
            f"the value of {label} has addresses that do not fit its hosts", "give each host one hostaddr"
        )
    return Dsn(parameters, targets, addresses, user, filled.get("dbname") or user, filled.get("sslmode", "prefer"))


def _filled(parameters: dict[str, str]) -> dict[str, str]:
    """With what libpq adds from ``PGHOST`` and its like, and from the system."""
    defaults = {option.keyword.decode(): option.val.decode() for option in Conninfo.get_defaults() if option.val}
    if parameters.get("host"):
        defaults.pop("hostaddr", None)  # the URL has a host: PGHOSTADDR must not lead elsewhere
    return {**defaults, **parameters}


def _parse(url: str) -> dict[str, str] | None:
    if not url or "\0" in url:  # to libpq, that would be the local default
        return None
    try:
        return {key: str(value) for key, value in conninfo_to_dict(url).items() if value is not None}
    except (ProgrammingError, UnicodeError):  # the text of libpq's own message may quote the password
        return None


def _without_strangers(url: str) -> str:
    head, at, tail = url.rpartition("@")
    path, _, query = tail.partition("?")
    known = {option.keyword.decode() for option in Conninfo.get_defaults()}
    given = {key: value for key, _, value in (pair.partition("=") for pair in query.split("&"))}
    kept = {key: value for key, value in given.items() if key in known}
    if ssl := given.get("ssl"):
        kept.setdefault("sslmode", _SSL.get(ssl.lower(), ssl))
    return f"{head}{at}{path}?" + "&".join(f"{key}={value}" for key, value in kept.items())


_SSL = {"true": "require", "1": "require", "false": "disable", "0": "disable"}


def _targets(parameters: dict[str, str], label: str) -> tuple[tuple[str, int], ...]:
    """Libpq's rules: one port for all hosts, or one a host; an empty one is the default."""
    hosts = (parameters.get("host") or parameters.get("hostaddr") or "").split(",")
    ports = parameters.get("port", "").split(",")
    if len(ports) == 1:
        ports *= len(hosts)
    if len(ports) != len(hosts) or not all(port.isdecimal() or not port for port in ports):
        raise Unavailable(f"the value of {label} has ports that do not fit its hosts", "give each host one port")
    if any(not host or host.startswith(("/", "@")) for host in hosts):
        return ()
    return tuple((host, int(port or _PORT)) for host, port in zip(hosts, ports, strict=True))
