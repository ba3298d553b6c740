"""Makes the dataclasses of :mod:`.model` from a document without problems."""

from __future__ import annotations

import glob
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TypeVar

from auditor.checklist import dsn, values
from auditor.checklist import schema as s
from auditor.checklist.lines import Key
from auditor.checklist.model import (
    SURFACES,
    BackupSources,
    Environment,
    LogSources,
    NetworkSettings,
    Plugin,
    Supabase,
    TlsSettings,
    ToolReport,
    Waiver,
)
from auditor.facts.policy import (
    AuditLogPolicy,
    BackupPolicy,
    CorsPolicy,
    ExposurePolicy,
    MonitoringPolicy,
    RateLimitPolicy,
    RlsPolicy,
    SecretsPolicy,
    TlsPolicy,
)
from auditor.redact import Secret, url_secrets

T = TypeVar("T")


def environment(
    name: str, table: s.EnvironmentTable, cors_token: str, folder: Path, variables: Iterable[Secret] = ()
) -> Environment:
    """The chosen environment.

    Args:
        name: of the environment.
        table: its table, with all references replaced.
        cors_token: ``policy.cors.token``.
        folder: of the checklist; paths are relative to it.
        variables: secrets of ``.env`` files.
    """
    return Environment(
        name=name,
        absent=frozenset(table.absent) - _given_surfaces(table),
        frontend=_given(table.frontend, values.origin, ""),
        api=_given(table.api, values.origin, ""),
        health=table.health,
        metrics=table.metrics,
        database=_secret(_given(table.database, dsn.connection, ""), "database URL"),
        auditor_database=_secret(_given(table.auditor_database, dsn.connection, ""), "database URL"),
        repository=_path(table.repository, folder),
        prometheus=_given(table.prometheus, values.url, ""),
        alertmanager=_given(table.alertmanager, values.url, ""),
        supabase=_supabase(table.supabase),
        resolve={values.host_name(host): values.address(to) for host, to in table.resolve.items()},
        network=_network(table.network),
        tls=TlsSettings(_path(table.tls.ca_file, folder), table.tls.trust, tuple(map(values.pin, table.tls.pins))),
        backups=_backups(table.backups, folder),
        logs=_logs(table.logs, folder),
        cors_token=_secret(cors_token, "bearer token"),
        variables=tuple(variables),
    )


def _given_surfaces(table: s.EnvironmentTable) -> set[str]:
    """Surfaces that the table configures: to look at what is said to be absent is the safer of the two readings."""
    given = {surface for surface in SURFACES if getattr(table, surface)}
    return given | ({"database"} if table.auditor_database else set())


def policies(table: s.PolicyTable, folder: Path) -> dict[type, object]:
    """Every policy fact, by its type.

    Args:
        table: ``[policy]``, with all references replaced.
        folder: of the checklist; paths are relative to it.
    """
    facts: tuple[object, ...] = (
        CorsPolicy(
            tuple(map(values.any_origin, table.cors.allowed_origins)),
            tuple(map(values.endpoint, table.cors.endpoints)),
        ),
        RlsPolicy(tuple(table.rls.exposed_schemas), tuple(table.rls.public_tables)),
        RateLimitPolicy(
            tuple(map(values.endpoint, table.rate_limiting.endpoints)),
            _given(table.rate_limiting.limit, values.rate, None),
            table.rate_limiting.max_requests,
            table.rate_limiting.trust_private_peer,
        ),
        _backup_policy(table.backups),
        AuditLogPolicy(
            tuple(table.audit_logs.tables),
            values.duration(table.audit_logs.retention),
            values.duration(table.audit_logs.fresh),
            table.audit_logs.canary,
            values.duration(table.audit_logs.canary_within),
        ),
        _tls(table.tls, folder),
        MonitoringPolicy(table.monitoring.job),
        SecretsPolicy(
            tuple(table.secrets.hosts),
            tuple(table.secrets.routes),
            table.secrets.history,
            values.duration(table.secrets.max_age),
            table.secrets.deep,
        ),
        ExposurePolicy(
            tuple(map(values.endpoint, table.exposure.public)),
            table.exposure.public_docs,
            tuple(map(values.service_port, table.exposure.ports)),
            table.exposure.trust_private_peer,
            values.duration(table.exposure.advisories_max_age),
        ),
    )
    return {type(fact): fact for fact in facts}


def waivers(tables: list[s.WaiverTable], lines: Mapping[Key, int]) -> tuple[Waiver, ...]:
    """The waivers, in the order of the file."""
    return tuple(
        Waiver(w.check, w.subject, w.reason, w.owner, w.expires, lines.get(("waivers", position), 0))
        for position, w in enumerate(tables)
    )


def plugins(tables: list[s.PluginTable], folder: Path) -> tuple[Plugin, ...]:
    """The plugins, in the order of the file."""
    return tuple(Plugin(table.module, _path(table.path, folder)) for table in tables)


def secrets(environment: Environment) -> list[Secret]:
    """The secrets that the environment holds, apart from the variables that they came from."""
    found: list[Secret] = []
    for held in (environment.database, environment.auditor_database):
        found += dsn.connection_secrets(held.reveal(), "database password") if held else []
    for url in (environment.prometheus, environment.alertmanager):
        found += url_secrets(url, "password in a URL")
    supabase = environment.supabase
    keys = (supabase.service_key, supabase.access_token) if supabase else ()
    return [*found, *(key for key in (*keys, environment.cors_token) if key)]


def _given(value: str, read: Callable[[str], T], default: T) -> T:
    return read(value) if value else default


def _secret(value: str, kind: str) -> Secret | None:
    return Secret(value, kind) if value else None


def _path(value: str, folder: Path) -> Path | None:
    return folder / value if value else None


def _supabase(table: s.SupabaseTable | None) -> Supabase | None:
    if table is None:
        return None
    return Supabase(
        url=_given(table.url, values.service_url, ""),
        anon_key=_secret(table.anon_key, "Supabase anon key"),
        service_key=_secret(table.service_key, "Supabase service key"),
        project_ref=table.project_ref,
        access_token=_secret(table.access_token, "Supabase access token"),
        api_url=values.service_url(table.api_url),
    )


def _network(table: s.NetworkTable) -> NetworkSettings:
    source = _given(table.source_address, values.address, "")
    return NetworkSettings(source, table.max_requests, table.concurrency, table.http_port)


def _tls(table: s.TlsPolicyTable, folder: Path) -> TlsPolicy:
    file = _path(table.guideline_file, folder)
    return TlsPolicy(
        expires_within=values.duration(table.expires_within),
        hsts_min_age=values.duration(table.hsts_min_age),
        guideline=table.guideline,
        guideline_file=str(file or ""),
        profile=table.profile,
    )


def _backups(table: s.BackupsTable | None, folder: Path) -> BackupSources | None:
    if table is None:
        return None
    info = table.pgbackrest_info
    command = info.command if isinstance(info, s.CommandTable) else table.command

    def reports(given: list[str | s.CommandTable]) -> tuple[ToolReport, ...]:
        return tuple(
            ToolReport(command=tuple(one.command)) if isinstance(one, s.CommandTable) else ToolReport(folder / one)
            for one in given
        )

    return BackupSources(
        dumps=_globs(table.dumps, folder),
        pgbackrest_info=_path(info, folder) if isinstance(info, str) else None,
        pgbackrest_command=tuple(command),
        barman=reports(table.barman),
        wal_g=reports(table.wal_g),
        s3_listings=reports(table.s3_listings),
        s3=tuple(table.s3),
        rds_reports=reports(table.rds_reports),
        rds=tuple(table.rds),
        aws_region=table.aws_region,
        aws_endpoint=_given(table.aws_endpoint, values.service_url, ""),
        restore_command=tuple(table.restore_command),
    )


def _backup_policy(table: s.BackupPolicyTable) -> BackupPolicy:
    return BackupPolicy(
        max_age=values.duration(table.max_age),
        retention=values.duration(table.retention),
        rpo=_given(table.rpo, values.duration, None),
        pitr_window=_given(table.pitr_window, values.duration, None),
        before_release=values.release_time(table.before_release) if table.before_release else "",
        encrypted_storage=table.encrypted_storage,
        off_host=table.off_host,
        drill=table.drill,
        drill_timeout=values.duration(table.drill_timeout),
        drill_max_disk=values.size(table.drill_max_disk),
        drill_row_tolerance=table.drill_row_tolerance,
        max_restore_time=_given(table.max_restore_time, values.duration, None),
    )


def _logs(table: s.LogsTable | None, folder: Path) -> LogSources | None:
    if table is None:
        return None
    return LogSources(
        _globs(table.database, folder),
        _globs(table.application, folder),
        tuple(table.database_command),
        tuple(table.application_command),
    )


def _globs(patterns: Iterable[str], folder: Path) -> tuple[str, ...]:
    # the folder's own name may hold characters that a glob reads
    return tuple(str(Path(glob.escape(str(folder))) / pattern) for pattern in patterns)
