"""From a file to a Checklist: every key, every rule, and every problem at once."""

from __future__ import annotations

import glob
import hashlib
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from auditor.checklist.defaults import default_path
from auditor.checklist.load import environments, find, load, shipped_items
from auditor.checklist.model import (
    BackupSources,
    Checklist,
    Environment,
    Item,
    LogSources,
    NetworkSettings,
    Plugin,
    Supabase,
    TlsSettings,
    ToolReport,
    Waiver,
)
from auditor.errors import ChecklistError
from auditor.facts.policy import (
    POLICIES,
    AuditLogPolicy,
    BackupPolicy,
    CorsPolicy,
    Endpoint,
    ExposurePolicy,
    MonitoringPolicy,
    Rate,
    RateLimitPolicy,
    RlsPolicy,
    SecretsPolicy,
    TlsPolicy,
)
from auditor.model import Level
from auditor.redact import Secret
from tests.checklist.conftest import told
from tests.checklist.samples import ENVIRON, EVERYTHING, IDS


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "certs").mkdir()
    (tmp_path / "certs/root.pem").touch()
    (tmp_path / "prod.env").write_text("AUDIT_PASSWORD=it-reads\nAUDIT_BEARER=unused\n")
    (tmp_path / "checklist.toml").write_text(EVERYTHING)
    return tmp_path


def test_a_checklist_with_everything(folder):
    path = folder / "checklist.toml"
    checklist = load(path, "prod", environ=ENVIRON)
    assert checklist.environment == Environment(
        name="prod",
        absent=frozenset({"alertmanager"}),
        frontend="https://app.example.com",
        api="https://api.example.com",
        health="/healthz",
        metrics="/internal/metrics",
        database=Secret("postgresql://app:p%40ssword@db:5432/app", "database URL"),
        auditor_database=Secret("host=db user=auditor password='it-reads'", "database URL"),
        repository=folder,
        prometheus="https://audit:watcher99@prometheus.example.com",
        supabase=Supabase(
            url="https://abcdefghijklmnop.supabase.co",
            anon_key=Secret("sb_publishable_abcdefgh", "Supabase anon key"),
            service_key=Secret("sb_secret_abcdefghijkl", "Supabase service key"),
            project_ref="abcdefghijklmnop",
            access_token=Secret("sbp_abcdefghijklmnopqrstuvwx", "Supabase access token"),
            api_url="https://api.supabase.example",
        ),
        resolve={"api.example.com": "127.0.0.1", "app.example.com": "::1"},
        network=NetworkSettings("127.0.0.2", 500, 4, 8080),
        tls=TlsSettings(folder / "certs/root.pem", "both"),
        backups=BackupSources(
            dumps=(f"{folder}/backups/*.dump", "/var/backups/*.gz"),
            pgbackrest_info=folder / "pgbackrest-info.json",
            pgbackrest_command=("pgbackrest", "info", "--output=json"),
            barman=(
                ToolReport(folder / "list.json"),
                ToolReport(command=("barman", "-f", "json", "check", "app")),
            ),
            wal_g=(ToolReport(command=("wal-g", "backup-list", "--detail", "--json")),),
            s3_listings=(ToolReport(Path("/var/lib/listing.json")),),
            s3=("s3://acme-backups/app/",),
            rds_reports=(ToolReport(folder / "rds.json"),),
            rds=("app-prod",),
            aws_region="eu-west-3",
            aws_endpoint="https://s3.example.com",
            restore_command=("ssh", "standby", "pg_restore", "--version"),
        ),
        logs=LogSources(
            database=("/var/log/postgresql/*.log*",),
            application=(f"{folder}/logs/*.log",),
            database_command=("docker", "logs", "db"),
            application_command=("docker", "logs", "api"),
        ),
        cors_token=Secret("bearer-of-the-audit", "bearer token"),
    )
    assert checklist.policies == {
        CorsPolicy: CorsPolicy(("https://app.example.com", "capacitor://localhost"), (Endpoint("GET", "/api/me"),)),
        RlsPolicy: RlsPolicy(("public", "api"), ("public.countries",)),
        RateLimitPolicy: RateLimitPolicy(
            (Endpoint("GET", "/api/workspaces"), Endpoint("POST", "/auth/login")), Rate(100, 60.0), 120, True
        ),
        BackupPolicy: BackupPolicy(
            timedelta(hours=12),
            timedelta(weeks=2),
            timedelta(minutes=5),
            timedelta(days=3),
            datetime(2026, 11, 24, 17, 0, tzinfo=UTC),
            encrypted_storage=True,
            off_host=True,
            drill=True,
            drill_timeout=timedelta(minutes=30),
            drill_max_disk=500_000_000,
            drill_row_tolerance=0.05,
            max_restore_time=timedelta(hours=2),
        ),
        AuditLogPolicy: AuditLogPolicy(
            ("public.ledger",), timedelta(days=90), timedelta(hours=2), True, timedelta(seconds=20)
        ),
        TlsPolicy: TlsPolicy(timedelta(days=30), timedelta(weeks=52)),
        MonitoringPolicy: MonitoringPolicy("api"),
        ExposurePolicy: ExposurePolicy(
            (Endpoint("GET", "/api/products"),), True, (("redis", 6380),), True, timedelta(days=30)
        ),
        SecretsPolicy: SecretsPolicy(("cdn.example.net",), ("/dashboard",), True, timedelta(days=180), True),
    }
    assert checklist.check_levels == {"TLS012": Level.OFF, "rls-enabled": Level.RECOMMENDED}
    assert checklist.waivers == (
        Waiver("RLS001", "public.countries", "public reference data", "data-team", date(2027, 1, 31), 117),
    )
    assert checklist.plugins == (Plugin(module="acme_checks"), Plugin(path=folder / "audit_checks"))
    assert (checklist.path, checklist.sha256) == (path, hashlib.sha256(EVERYTHING.encode()).hexdigest())


def test_items_in_the_shipped_order_with_the_teams_changes(folder):
    items = load(folder / "checklist.toml", "prod", environ=ENVIRON).items
    assert tuple(item.id for item in items) == (*IDS, "data-residency")
    by_id = {item.id: item for item in items}
    assert by_id["rls"] == Item("rls", shipped_items()["rls"].titles, Level.OFF)
    assert by_id["cors"].titles == {"en": "CORS configured strictly", "fr": "CORS"}
    assert by_id["backups"] == Item("backups", {"en": "Our backups"}, Level.RECOMMENDED)
    assert by_id["data-residency"] == Item(
        "data-residency",
        {"en": "Data stays in the EU", "fr": "Les données restent dans l'UE"},
        Level.MANDATORY,
    )


def test_every_secret_is_handed_to_the_redactor_and_the_public_key_is_not(folder):
    secrets = load(folder / "checklist.toml", "prod", environ=ENVIRON).secrets
    assert {(secret.kind, secret.reveal()) for secret in secrets} == {
        ("database password", "p%40ssword"),
        ("database password", "p@ssword"),
        ("database password", "it-reads"),
        ("password in a URL", "watcher99"),
        ("Supabase service key", "sb_secret_abcdefghijkl"),
        ("Supabase access token", "sbp_abcdefghijklmnopqrstuvwx"),
        ("bearer token", "bearer-of-the-audit"),
    }


def test_a_variable_that_looks_secret_is_one_wherever_it_went(write):
    path = write('[env.prod]\nhealth = "/${HEALTH_TOKEN}"\nmetrics = "/${PLACE}"\n')
    checklist = load(
        path, "prod", environ={"HEALTH_TOKEN": "abc123456", "PLACE": "nowhere99", "API_SECRET": "unused99"}
    )
    assert [(s.kind, s.reveal()) for s in checklist.secrets] == [("value of HEALTH_TOKEN", "abc123456")]


def test_the_values_are_in_no_text_of_the_checklist(folder):
    text = repr(load(folder / "checklist.toml", "prod", environ=ENVIRON).environment)
    hidden = [v for k, v in ENVIRON.items() if k not in ("SUPABASE_URL", "PROMETHEUS_PASSWORD")]
    assert not any(value in text for value in hidden)


def test_lines_of_keys(folder):
    lines = load(folder / "checklist.toml", "prod", environ=ENVIRON).lines
    keys = (
        "env.prod",
        "env.prod.api",
        'env.prod.resolve."API.example.com"',
        "policy.cors.endpoints",
        "items.rls",
        "checks.TLS012",
        "checks.TLS012.level",
        "waivers.0",
        "waivers.0.subject",
        "plugins.1.path",
    )
    assert [lines[key] for key in keys] == [4, 7, 23, 57, 104, 113, 114, 117, 119, 126]


def test_the_least_that_loads(write):
    path = write("[env.prod]\n")
    checklist = load(path, "prod", environ={})
    assert checklist == Checklist(
        path=path,
        sha256=checklist.sha256,
        items=tuple(shipped_items().values()),
        check_levels={},
        environment=Environment("prod"),
        policies={policy: policy() for policy in POLICIES.values()},
        waivers=(),
        plugins=(),
        secrets=(),
        lines={"version": 1, "extends": 2, "env": 3, "env.prod": 3},
    )


def test_the_shipped_checklist_is_in_the_chapters_order_and_loads_by_its_own_schema():
    shipped = shipped_items()
    assert tuple(shipped) == IDS
    assert all(set(item.titles) == {"en", "fr"} for item in shipped.values())
    mandatory = [item.id for item in shipped.values() if item.level is Level.MANDATORY]
    assert mandatory == ["https", "secrets-manager", "rls", "cors", "frontend-secrets"]
    assert told(default_path()) == [
        (None, "env", "the checklist has no environment", "add a table [env.prod], or see `audit init`")
    ]


def test_a_folder_whose_name_reads_as_a_glob(write, tmp_path):
    folder = tmp_path / "back[up]s*"
    folder.mkdir()
    (folder / "a.dump").touch()
    path = write('[env.prod.backups]\ndumps = ["*.dump"]\n', name="back[up]s*/checklist.toml")
    (pattern,) = load(path, "prod", environ={}).environment.backups.dumps
    assert glob.glob(pattern) == [str(folder / "a.dump")]  # noqa: PTH207  what a probe does with it


def test_paths_are_absolute_wherever_the_checklist_is_named_from(write, tmp_path, monkeypatch):
    write('[env.prod]\nrepository = "src"\n')
    monkeypatch.chdir(tmp_path)
    checklist = load(Path("checklist.toml"), "prod", environ={})
    assert (checklist.path, checklist.environment.repository) == (Path("checklist.toml"), tmp_path / "src")


@pytest.mark.parametrize(
    "info",
    [
        'pgbackrest_info = { command = ["a", "b"] }',
        'command = ["a", "b"]',
        '[env.prod.backups.pgbackrest_info]\ncommand = ["a", "b"]',
    ],
)
def test_the_ways_to_write_a_command(write, info):
    path = write(f"[env.prod.backups]\n{info}\n")
    assert load(path, "prod", environ={}).environment.backups == BackupSources(pgbackrest_command=("a", "b"))


def test_the_nearest_checklist(tmp_path, monkeypatch):
    deep = tmp_path / "a/b/c"
    deep.mkdir(parents=True)
    (tmp_path / "checklist.toml").touch()
    (tmp_path / "a/b/checklist.toml").mkdir()  # a folder of that name is none
    assert find(deep) == tmp_path / "checklist.toml"
    (tmp_path / "a/checklist.toml").touch()
    assert find(deep) == find(tmp_path / "a") == tmp_path / "a/checklist.toml"
    monkeypatch.chdir(deep)
    assert find(Path()) == tmp_path / "a/checklist.toml"
    assert find(Path("/proc")) is None


def test_names_of_environments_of_a_broken_checklist(write):
    assert environments(write("x = 1\n")) == ()
    assert environments(write("env = 1\n")) == ()
    with pytest.raises(ChecklistError):
        environments(write("x = \n"))


def test_start_up_reads_no_pydantic():
    code = "import sys, auditor.checklist.model, auditor.checklist.defaults; print('pydantic' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "False\n"
