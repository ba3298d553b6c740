"""The structure of ``checklist.toml``: tables, keys, and what each means.

The docstrings under the fields are the descriptions in the JSON Schema and in error messages.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, Tag

from auditor.checklist import fields as f
from auditor.checklist.values import Wrong

VERSION = 1
"""The one version of the format so far."""


def _known_version(version: int) -> int:
    if version != VERSION:
        raise Wrong("is not a version that this release reads", f"write version = {VERSION}, or update stack-audit")
    return version


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, use_attribute_docstrings=True)


class SupabaseTable(_Table):
    """The Supabase project behind the stack."""

    url: f.ServiceUrl = ""
    """The project's URL."""
    anon_key: f.AnonKey = ""
    """The public (anon or publishable) key, which the audit sends as a browser would."""
    service_key: f.ServiceKey = ""
    """The service_role (secret) key, as ${NAME}. Never sent anywhere: used to recognise a leak."""
    project_ref: f.ProjectRef = ""
    """The project's id, for the Management API."""
    access_token: f.Token = ""
    """A token for the Management API, as ${NAME}."""
    api_url: f.ServiceUrl = "https://api.supabase.com"
    """Where the Management API is."""


class NetworkTable(_Table):
    """How probes use the network."""

    source_address: f.Address = ""
    """The local address that probes connect from; the system chooses one when left out."""
    max_requests: int = Field(2000, ge=1)
    """Budget of requests of the whole audit."""
    concurrency: int = Field(8, ge=1, le=64)
    """Connections at once to one host."""
    http_port: int = Field(80, ge=0, le=65535)
    """The port of plain HTTP beside each https origin; 0 when there is none."""


class TlsTable(_Table):
    """Which certificates the audit trusts."""

    ca_file: f.FilePath = ""
    """Certificates of a private authority, in PEM."""
    trust: f.Trust = "system"
    """The system's authorities, only those of ca_file (custom), or both."""
    pins: list[f.Pin] = []
    """SHA-256 of certificates of web origins, or of their keys. Each must be served somewhere, and is trusted there."""


class CommandTable(_Table):
    """A command whose output is read."""

    command: list[f.Text] = Field(min_length=1)
    """The program and its arguments."""


Report = Annotated[Annotated[f.FilePath, Tag(f.TEXT)] | Annotated[CommandTable, Tag(f.TABLE)], f.TEXT_OR_TABLE]
"""What a tool prints: a file that holds it, or a table with the command."""


class BackupsTable(_Table):
    """Where backups can be seen; any number of sources."""

    dumps: list[f.FilePath] = []
    """Globs of dump files, and of folders that pg_dump has written."""
    pgbackrest_info: Report | None = None
    """The output of `pgbackrest info --output=json`: a file, or a table with the command that prints it."""
    command: list[f.Text] = Field([], min_length=1)
    """The command that prints it: another way to write pgbackrest_info.command."""
    barman: list[Report] = []
    """What `barman -f json` prints for list-backups, show-backup or check: files, or tables with commands."""
    wal_g: list[Report] = []
    """What `wal-g backup-list --detail --json` prints: files, or tables with commands."""
    s3_listings: list[Report] = []
    """What `aws s3api list-objects-v2` prints for a folder of dumps: files, or tables with commands."""
    s3: list[f.BucketUrl] = []
    """Folders of dumps in S3, as s3://bucket/prefix; takes the extra aws."""
    rds_reports: list[Report] = []
    """What `aws rds describe-db-instances` prints, or that of snapshots, automated backups or clusters."""
    rds: list[f.Text] = []
    """Identifiers of instances of Amazon RDS; takes the extra aws."""
    aws_region: str = ""
    """The region of s3 and rds; else boto3's own setting."""
    aws_endpoint: f.ServiceUrl = ""
    """URL of an S3 that is not Amazon's."""
    restore_command: list[f.Text] = Field([], min_length=1)
    """A command that prints the version of PostgreSQL where backups are restored: pg_restore --version, over ssh."""


class LogsTable(_Table):
    """Where the logs of the database and of the application can be read; any number of sources."""

    database: list[f.FilePath] = []
    """Globs of PostgreSQL's log files, rotated ones included."""
    application: list[f.FilePath] = []
    """Globs of the application's log files, rotated ones included."""
    database_command: list[f.Text] = Field([], min_length=1)
    """A command that prints PostgreSQL's log: `["docker", "logs", "--since", "24h", "db"]`."""
    application_command: list[f.Text] = Field([], min_length=1)
    """A command that prints the application's log."""


class EnvironmentTable(_Table):
    """One stack: where its parts are."""

    absent: list[f.Surface] = []
    """Surfaces that the stack does not have, on purpose: their checks are not applicable."""
    frontend: f.Origin = ""
    """Origin of the frontend."""
    api: f.Origin = ""
    """Origin of the API."""
    health: f.Route = "/health"
    """Path of the health page on the API."""
    metrics: f.Route = "/metrics"
    """Path of the metrics on the API."""
    database: f.Connection = ""
    """The application's own connection, with its own role."""
    auditor_database: f.Connection = ""
    """The connection of a read-only role for the audit; falls back to database."""
    repository: f.FilePath = ""
    """The folder of the source code."""
    prometheus: f.Url = ""
    """URL of Prometheus."""
    alertmanager: f.Url = ""
    """URL of Alertmanager."""
    env_file: f.FilePath = ""
    """An .env file with variables for this checklist; it may be missing."""
    supabase: SupabaseTable | None = None
    """The Supabase project."""
    resolve: dict[f.HostName, f.Address] = {}
    """Names to addresses; the names stay in SNI and Host."""
    network: NetworkTable = NetworkTable()
    """How probes use the network."""
    tls: TlsTable = TlsTable()
    """Which certificates the audit trusts."""
    backups: BackupsTable | None = None
    """Where backups can be seen."""
    logs: LogsTable | None = None
    """Where the logs of the database and of the application can be read."""


class CorsTable(_Table):
    """What is intended for CORS."""

    allowed_origins: list[f.AnyOrigin] = []
    """Origins that may call the API from a browser; the frontend's own when left out."""
    endpoints: list[f.EndpointText] = []
    """Endpoints to try, besides those of the OpenAPI document."""
    token: f.Token = ""
    """A bearer token, as ${NAME}, for what shows only to a signed-in user."""


class RlsTable(_Table):
    """What is intended for row level security."""

    exposed_schemas: list[f.Text] = []
    """Schemas that the API serves, when the database cannot tell."""
    public_tables: list[f.TableName] = []
    """Tables that everyone may read, on purpose."""


class RateLimitingTable(_Table):
    """What is promised about rate limits."""

    endpoints: list[f.EndpointText] = []
    """Endpoints that must be limited."""
    limit: f.RateText = ""
    """The limit that is promised: 100/minute, 10/30s."""
    max_requests: int = Field(150, ge=1)
    """The audit's budget of requests per endpoint."""
    trust_private_peer: bool = False
    """True when a loopback or private peer address is the real proxy chain."""


class BackupPolicyTable(_Table):
    """What is promised about backups."""

    max_age: f.Duration = "24h"
    """The newest backup must be younger than this."""
    retention: f.Duration = "7d"
    """Backups must reach back this far."""
    rpo: f.Duration = ""
    """The most that may be lost, measured; max_age when left out."""
    pitr_window: f.Duration = ""
    """Every moment must be restorable this far back; nothing is promised when left out."""
    before_release: f.ReleaseTime = ""
    """A backup must be newer than this: a time such as 2026-11-24T18:00:00Z, or commit for the repository's newest."""
    encrypted_storage: bool = False
    """True when what backups are kept on is encrypted, whatever their own bytes look like."""
    off_host: bool = False
    """True when backups are kept on another machine than the database, though the audit cannot see it."""
    drill: bool = False
    """True to restore the newest backup into a scratch server and to compare, as `audit run --drill` does."""
    drill_timeout: f.Duration = "10m"
    """For each drill; the run's own --deadline counts too."""
    drill_max_disk: f.Size = "20GB"
    """What the scratch server of a drill may fill of the disk."""
    drill_row_tolerance: float = Field(0.1, ge=0, le=1)
    """By which part of its rows a restored table may differ from the live one."""
    max_restore_time: f.Duration = ""
    """How long a restore may take at most; nothing is promised when left out."""


class AuditLogPolicyTable(_Table):
    """What is promised about logs."""

    tables: list[f.TableName] = []
    """Audit tables, besides those that their names give away."""
    retention: f.Duration = "30d"
    """Logs must reach back this far."""
    fresh: f.Duration = "24h"
    """A log whose newest line is older says nothing about today."""
    canary: bool = False
    """True to send a marked statement as the application's role, and to look for it in the database's log."""
    canary_within: f.Duration = "15s"
    """How long the marked statement may take to get there."""


class TlsPolicyTable(_Table):
    """What is demanded of certificates and of HTTPS."""

    expires_within: f.Duration = "14d"
    """A certificate that ends sooner than this fails."""
    hsts_min_age: f.Duration = "180d"
    """The least max-age of Strict-Transport-Security."""
    guideline: f.Guideline = "6.0"
    """Version of Mozilla's server side TLS guideline: 6.0, 5.8 or 5.7."""
    guideline_file: f.FilePath = ""
    """A guideline of your own, as a JSON file in the form of Mozilla's, instead of it."""
    profile: f.Text = "intermediate"
    """Which configuration of the guideline servers have to keep to: modern, intermediate, or one of your own."""


class MonitoringPolicyTable(_Table):
    """What is known about monitoring."""

    job: f.Text = ""
    """The API's job in Prometheus, when its target cannot be recognised by its address."""


class SecretsPolicyTable(_Table):
    """Where secrets are looked for."""

    hosts: list[f.HostName] = []
    """Hosts, besides those of the frontend's own site, whose scripts are the application's own."""
    routes: list[f.Route] = []
    """Paths of pages to visit, besides those that can be found."""
    history: bool = False
    """True to search what was deleted, in the history of the repository."""
    max_age: f.Duration = "365d"
    """A key that is older, where its age can be known, should have been replaced."""
    deep: bool = False
    """True to search with the rules of Kingfisher too; takes `pip install stack-audit[deep]`."""


class ExposurePolicyTable(_Table):
    """What is open to everyone on purpose, and how to look for what is not."""

    public: list[f.EndpointText] = []
    """Operations of the API that everyone may use, on purpose."""
    public_docs: bool = False
    """True when the API is documented in public, on purpose."""
    ports: list[f.ServicePort] = []
    """Services and the ports to look for them at, as `redis:6380`, instead of the usual ones."""
    trust_private_peer: bool = False
    """True when what answers at loopback and private addresses counts as open to everyone."""
    advisories_max_age: f.Duration = "90d"
    """Advisories of Next.js that are shipped and older say too little."""


class PolicyTable(_Table):
    """Thresholds and intentions, for every environment."""

    cors: CorsTable = CorsTable()
    """What is intended for CORS."""
    rls: RlsTable = RlsTable()
    """What is intended for row level security."""
    rate_limiting: RateLimitingTable = RateLimitingTable()
    """What is promised about rate limits."""
    backups: BackupPolicyTable = BackupPolicyTable()
    """What is promised about backups."""
    audit_logs: AuditLogPolicyTable = AuditLogPolicyTable()
    """What is promised about logs."""
    tls: TlsPolicyTable = TlsPolicyTable()
    """What is demanded of certificates and of HTTPS."""
    monitoring: MonitoringPolicyTable = MonitoringPolicyTable()
    """What is known about monitoring."""
    secrets: SecretsPolicyTable = SecretsPolicyTable()
    """Where secrets are looked for."""
    exposure: ExposurePolicyTable = ExposurePolicyTable()
    """What is open to everyone on purpose, and how to look for what is not."""


class TitleTable(_Table):
    """A title in several languages."""

    en: f.Text = ""
    """The title in English."""
    fr: f.Text = ""
    """The title in French."""


class ItemTable(_Table):
    """One line of the checklist."""

    title: Annotated[Annotated[f.Text, Tag(f.TEXT)] | Annotated[TitleTable, Tag(f.TABLE)], f.TEXT_OR_TABLE] | None = (
        None
    )
    """How reports call it, in every language or by language; a new item needs one."""
    level: f.LevelName = ""
    """Whether its checks may stop a release; a new item needs one."""


class CheckTable(_Table):
    """One check."""

    level: f.LevelName
    """Whether the check may stop a release."""


class WaiverTable(_Table):
    """A known failure that the team accepts, for a time."""

    check: f.Text
    """Id or name of the check."""
    subject: f.Text
    """A glob over the subjects that it covers."""
    reason: f.Text
    """Why it is accepted."""
    owner: f.Text
    """Who answers for it."""
    expires: f.Day
    """The last day on which it applies, in UTC."""


class PluginTable(_Table):
    """Checks and probes from outside: exactly one of the two keys."""

    module: f.ModuleName = ""
    """A Python module that can be imported."""
    path: f.FilePath = ""
    """A folder or file of Python modules."""


class Document(_Table):
    """The whole checklist."""

    version: Annotated[int, f.judged(_known_version)] = Field(json_schema_extra={"const": VERSION})
    """Version of the format: 1."""
    extends: f.Parent = ""
    """The checklist whose items are inherited; none when left out."""
    env: dict[f.Text, EnvironmentTable] = {}
    """Environments by name: one of them is audited at a time."""
    policy: PolicyTable = PolicyTable()
    """Thresholds and intentions."""
    items: dict[str, ItemTable] = {}
    """Items by id: levels of the inherited ones, and new ones."""
    checks: dict[f.Text, CheckTable] = {}
    """Checks by id or name."""
    waivers: list[WaiverTable] = []
    """Known failures that are accepted for a time."""
    plugins: list[PluginTable] = []
    """Checks and probes from outside."""


def json_schema() -> dict[str, Any]:
    """The JSON Schema of ``checklist.toml``, for editors: ``audit schema checklist``."""
    schema = _tidy(Document.model_json_schema())
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "stack-audit checklist",
        **schema,
    }


def _tidy(node: Any) -> Any:
    """Leaves out what TOML cannot say (null) and what says nothing (titles made of the key, empty defaults)."""
    if isinstance(node, list):
        return [_tidy(inner) for inner in node]
    if not isinstance(node, dict):
        return node
    kept = {name: _tidy(inner) for name, inner in node.items() if not _says_nothing(name, inner)}
    forms = [form for form in kept.get("anyOf", ()) if form != {"type": "null"}]
    if len(forms) == 1:
        del kept["anyOf"]
        kept = {**forms[0], **kept}
    return kept


def _says_nothing(name: str, value: Any) -> bool:
    if name == "default":
        return value in (None, "", []) or isinstance(value, dict)  # a table's defaults stand at its keys
    return name == "title" and isinstance(value, str)
