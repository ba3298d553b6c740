"""A loaded checklist: one environment of it, every reference resolved, every default filled in.

Plain dataclasses: the modules after this one on the road need no pydantic to read them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from auditor.model import Level
from auditor.redact import Secret

SURFACES = ("frontend", "api", "database", "repository", "prometheus", "alertmanager", "supabase", "backups", "logs")
"""What ``absent`` may name."""

SERVICES = (
    "postgresql",
    "mysql",
    "redis",
    "mongodb",
    "memcached",
    "elasticsearch",
    "etcd",
    "docker",
    "ollama",
    "prometheus",
    "alertmanager",
    "node-exporter",
    "grafana",
    "pgadmin",
    "minio",
    "rabbitmq",
)
"""What ``[policy.exposure] ports`` may name."""

GUIDELINES = ("6.0", "5.8", "5.7")
"""Versions of Mozilla's server side TLS guideline that are shipped, the newest first."""


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the chapter's checklist."""

    id: str
    titles: Mapping[str, str]
    """Language (``en``, ``fr``) to title."""
    level: Level

    def title(self, lang: str = "en") -> str:
        """The title in a language, else in English."""
        return self.titles.get(lang) or self.titles.get("en") or self.id


@dataclass(frozen=True, slots=True)
class Waiver:
    """A known failure that the team accepts, for a time."""

    check: str
    """Id or name of the check, as written."""
    subject: str
    """A glob over subjects."""
    reason: str
    owner: str
    expires: date
    """The last day, in UTC, on which it applies."""
    line: int = 0
    """Where it stands in the checklist, counted from 1."""


@dataclass(frozen=True, slots=True)
class Plugin:
    """Checks and probes from outside, named on purpose: exactly one of the two is set."""

    module: str = ""
    path: Path | None = None


@dataclass(frozen=True, slots=True)
class Supabase:
    """``[env.*.supabase]``."""

    url: str = ""
    anon_key: Secret | None = None
    service_key: Secret | None = None
    """Never sent anywhere: used to recognise a leak."""
    project_ref: str = ""
    access_token: Secret | None = None
    """For the Management API."""
    api_url: str = "https://api.supabase.com"


@dataclass(frozen=True, slots=True)
class NetworkSettings:
    """``[env.*.network]``."""

    source_address: str = ""
    """The local address that probes connect from. Empty: the system chooses."""
    max_requests: int = 2000
    """Budget of the whole audit."""
    concurrency: int = 8
    """Connections at once to one host."""
    http_port: int = 80
    """The port of plain HTTP beside each https origin; 0 when there is none."""


@dataclass(frozen=True, slots=True)
class TlsSettings:
    """``[env.*.tls]``."""

    ca_file: Path | None = None
    trust: str = "system"
    """``system``, ``custom`` (only ca_file) or ``both``."""
    pins: tuple[str, ...] = ()
    """SHA-256 of certificates or of their public keys, in hexadecimal."""


@dataclass(frozen=True, slots=True)
class ToolReport:
    """What a tool has printed, or prints: exactly one of the two is set."""

    path: Path | None = None
    command: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BackupSources:
    """``[env.*.backups]``."""

    dumps: tuple[str, ...] = ()
    """Globs, absolute after loading."""
    pgbackrest_info: Path | None = None
    pgbackrest_command: tuple[str, ...] = ()
    barman: tuple[ToolReport, ...] = ()
    wal_g: tuple[ToolReport, ...] = ()
    s3_listings: tuple[ToolReport, ...] = ()
    s3: tuple[str, ...] = ()
    """``s3://bucket/prefix``, asked with the extra ``aws``."""
    rds_reports: tuple[ToolReport, ...] = ()
    rds: tuple[str, ...] = ()
    """Identifiers of instances, asked with the extra ``aws``."""
    aws_region: str = ""
    aws_endpoint: str = ""
    """URL of an S3 that is not Amazon's."""
    restore_command: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LogSources:
    """``[env.*.logs]``."""

    database: tuple[str, ...] = ()
    """Globs of PostgreSQL's log files, absolute after loading."""
    application: tuple[str, ...] = ()
    """Globs of the application's log files, absolute after loading."""
    database_command: tuple[str, ...] = ()
    application_command: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Environment:
    """``[env.NAME]``: where the stack is. Holds credentials, so it reaches probes and never checks."""

    name: str
    absent: frozenset[str] = frozenset()
    frontend: str = ""
    """Origin, without a slash at the end. Empty strings: left out."""
    api: str = ""
    health: str = "/health"
    metrics: str = "/metrics"
    database: Secret | None = None
    auditor_database: Secret | None = None
    repository: Path | None = None
    prometheus: str = ""
    alertmanager: str = ""
    supabase: Supabase | None = None
    resolve: Mapping[str, str] = field(default_factory=dict)
    """Names to addresses."""
    network: NetworkSettings = NetworkSettings()
    tls: TlsSettings = TlsSettings()
    backups: BackupSources | None = None
    logs: LogSources | None = None
    cors_token: Secret | None = None
    """``policy.cors.token``: here and not in the policy, because it is a credential."""
    variables: tuple[Secret, ...] = ()
    """Secret values of ``--env-file`` and ``env_file``: used to recognise a leak, and sent nowhere."""


@dataclass(frozen=True, slots=True)
class Checklist:
    """Everything a run needs to know before it starts."""

    path: Path | None
    """None: the shipped default alone."""
    sha256: str
    items: tuple[Item, ...]
    """In the order of the report."""
    check_levels: Mapping[str, Level]
    """``[checks.X] level``, by id or name as written."""
    environment: Environment
    policies: Mapping[type, object]
    """Policy fact type to its value; every type of ``facts.policy.POLICIES`` is there."""
    waivers: tuple[Waiver, ...]
    plugins: tuple[Plugin, ...]
    secrets: tuple[Secret, ...]
    """Every secret value that loading came upon, for the redactor."""
    lines: Mapping[str, int] = field(default_factory=dict)
    """Dotted key (``env.prod.api``, ``checks.RLS001``) to its line, counted from 1."""

    def item(self, item_id: str) -> Item | None:
        """The item of that id."""
        return next((item for item in self.items if item.id == item_id), None)
