"""What the team has declared in ``[policy.*]``: thresholds and intentions, with defaults."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A route of the API, such as ``GET /api/me``."""

    method: str
    path: str

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@dataclass(frozen=True, slots=True)
class Rate:
    """At most ``count`` requests in ``seconds``."""

    count: int
    seconds: float

    def __str__(self) -> str:
        units = {1.0: "second", 60.0: "minute", 3600.0: "hour", 86400.0: "day"}
        return f"{self.count}/{units.get(self.seconds, f'{self.seconds:g}s')}"


@dataclass(frozen=True, slots=True)
class CorsPolicy:
    """``[policy.cors]``."""

    allowed_origins: tuple[str, ...] = ()
    """Origins that may call the API from a browser. Empty: the frontend's own."""
    endpoints: tuple[Endpoint, ...] = ()


@dataclass(frozen=True, slots=True)
class RlsPolicy:
    """``[policy.rls]``."""

    exposed_schemas: tuple[str, ...] = ()
    """Schemas that the API serves, when the database cannot tell."""
    public_tables: tuple[str, ...] = ()
    """``schema.table`` names that everyone may read, on purpose."""


@dataclass(frozen=True, slots=True)
class RateLimitPolicy:
    """``[policy.rate_limiting]``."""

    endpoints: tuple[Endpoint, ...] = ()
    limit: Rate | None = None
    """The limit that is promised."""
    max_requests: int = 150
    """The audit's budget per endpoint."""
    trust_private_peer: bool = False
    """True when a loopback or private peer address is the real proxy chain."""


@dataclass(frozen=True, slots=True)
class BackupPolicy:
    """``[policy.backups]``."""

    max_age: timedelta = timedelta(hours=24)
    """The newest good backup must be younger."""
    retention: timedelta = timedelta(days=7)
    """Backups must reach back this far."""
    rpo: timedelta | None = None
    """The most that may be lost. None: as much as max_age."""
    pitr_window: timedelta | None = None
    """Every moment must be restorable this far back. None: nothing is promised."""
    before_release: datetime | str = ""
    """A backup must be newer than this: a time, ``commit`` for the newest commit of the repository, or nothing."""
    encrypted_storage: bool = False
    """True when what the backups are kept on is encrypted, whatever their bytes look like."""
    off_host: bool = False
    """True when the folder of backups is on another machine than the database, or copied there."""
    drill: bool = False
    """True to restore the newest backup into a scratch server, and to compare."""
    drill_timeout: timedelta = timedelta(minutes=10)
    """For each drill."""
    drill_max_disk: int = 20_000_000_000
    """Bytes that the scratch server may fill."""
    drill_row_tolerance: float = 0.1
    """By which part of its rows a table may differ from the live one."""
    max_restore_time: timedelta | None = None
    """How long a restore may take; None: nothing is promised."""


@dataclass(frozen=True, slots=True)
class AuditLogPolicy:
    """``[policy.audit_logs]``."""

    tables: tuple[str, ...] = ()
    """``schema.table`` names of audit tables, besides those that their names give away."""
    retention: timedelta = timedelta(days=30)
    """Logs must reach back this far."""
    fresh: timedelta = timedelta(hours=24)
    """A log whose newest line is older says nothing about today."""
    canary: bool = False
    """True to send a marked statement as the application's role, and to look for it in the log."""
    canary_within: timedelta = timedelta(seconds=15)
    """How long the marked statement may take to get there."""


@dataclass(frozen=True, slots=True)
class TlsPolicy:
    """``[policy.tls]``."""

    expires_within: timedelta = timedelta(days=14)
    """A certificate that ends sooner than this fails."""
    hsts_min_age: timedelta = timedelta(days=180)
    """Browsers must remember for at least so long that the host wants HTTPS."""
    guideline: str = "6.0"
    """Version of Mozilla's server side TLS guideline."""
    guideline_file: str = ""
    """Path of another guideline, in the form of Mozilla's; empty: Mozilla's own."""
    profile: str = "intermediate"
    """Which of the guideline's configurations servers have to keep to."""


@dataclass(frozen=True, slots=True)
class MonitoringPolicy:
    """``[policy.monitoring]``."""

    job: str = ""
    """The API's job in Prometheus, when its target cannot be recognised by its address."""


@dataclass(frozen=True, slots=True)
class SecretsPolicy:
    """``[policy.secrets]``."""

    hosts: tuple[str, ...] = ()
    """Hosts, besides those of the frontend's own site, whose scripts are the application's own."""
    routes: tuple[str, ...] = ()
    """Paths of pages to visit, besides those that can be found."""
    history: bool = False
    """True to search what was deleted, in the history of the repository."""
    max_age: timedelta = timedelta(days=365)
    """A key that is older than this, where its age can be known, should have been replaced."""
    deep: bool = False
    """True to search with the rules of Kingfisher too, which takes the extra ``deep``."""


@dataclass(frozen=True, slots=True)
class ExposurePolicy:
    """``[policy.exposure]``."""

    public: tuple[Endpoint, ...] = ()
    """Operations of the API that everyone may use, on purpose."""
    public_docs: bool = False
    """True when the API is documented in public, on purpose."""
    ports: tuple[tuple[str, int], ...] = ()
    """Services and the ports to look for them at. Empty: the usual ones."""
    trust_private_peer: bool = False
    """True when what answers at loopback and private addresses counts as open to everyone."""
    advisories_max_age: timedelta = timedelta(days=90)
    """Advisories of Next.js that are older say too little about today."""


POLICIES: dict[str, type] = {
    "cors": CorsPolicy,
    "rls": RlsPolicy,
    "rate_limiting": RateLimitPolicy,
    "backups": BackupPolicy,
    "audit_logs": AuditLogPolicy,
    "tls": TlsPolicy,
    "monitoring": MonitoringPolicy,
    "secrets": SecretsPolicy,
    "exposure": ExposurePolicy,
}
"""The table of ``[policy.NAME]`` and the fact it becomes."""
