"""A checklist that uses every key, and the variables that it needs."""

from __future__ import annotations

SURFACES = "frontend, api, database, repository, prometheus, alertmanager, supabase, backups, logs"
IDS = (
    "https",
    "secrets-manager",
    "rls",
    "cors",
    "rate-limiting",
    "audit-logs",
    "backups",
    "monitoring",
    "frontend-secrets",
    "security-headers",
    "app-exposure",
    "database",
    "auth",
    "configuration",
    "deployment",
)

EVERYTHING = """\
version = 1
extends = "default"

[env.prod]
absent   = ["alertmanager"]
frontend = "https://app.example.com/"
api      = "https://api.example.com"
health   = "/healthz"
metrics  = "/internal/metrics"
database = "${DATABASE_URL}"
auditor_database = "host=db user=auditor password='${AUDIT_PASSWORD}'"
repository = "."
prometheus = "https://audit:${PROMETHEUS_PASSWORD}@prometheus.example.com/"
env_file = "prod.env"
[env.prod.supabase]
url = "${SUPABASE_URL}"
anon_key = "${SUPABASE_ANON_KEY}"
service_key = "${SUPABASE_SERVICE_KEY}"
project_ref = "abcdefghijklmnop"
access_token = "${SUPABASE_ACCESS_TOKEN}"
api_url = "https://api.supabase.example/"
[env.prod.resolve]
"API.example.com" = "127.0.0.1"
"app.example.com" = "0::1"
[env.prod.network]
source_address = "127.0.0.2"
max_requests = 500
concurrency = 4
http_port = 8080
[env.prod.tls]
ca_file = "certs/root.pem"
trust = "both"
[env.prod.backups]
dumps = ["backups/*.dump", "/var/backups/*.gz"]
pgbackrest_info = "pgbackrest-info.json"
command = ["pgbackrest", "info", "--output=json"]
barman = ["list.json", { command = ["barman", "-f", "json", "check", "app"] }]
wal_g = [{ command = ["wal-g", "backup-list", "--detail", "--json"] }]
s3_listings = ["/var/lib/listing.json"]
s3 = ["s3://acme-backups/app/"]
rds_reports = ["rds.json"]
rds = ["app-prod"]
aws_region = "eu-west-3"
aws_endpoint = "https://s3.example.com"
restore_command = ["ssh", "standby", "pg_restore", "--version"]
[env.prod.logs]
database = ["/var/log/postgresql/*.log*"]
application = ["logs/*.log"]
database_command = ["docker", "logs", "db"]
application_command = ["docker", "logs", "api"]

[env.other]
database = "${OTHER_DATABASE_URL}"

[policy.cors]
allowed_origins = ["https://app.example.com", "capacitor://localhost"]
endpoints = ["GET /api/me"]
token = "${AUDIT_BEARER}"
[policy.rls]
exposed_schemas = ["public", "api"]
public_tables = ["public.countries"]
[policy.rate_limiting]
endpoints = ["GET /api/workspaces", "POST /auth/login"]
limit = "100/minute"
max_requests = 120
trust_private_peer = true
[policy.backups]
max_age = "12h"
retention = "2w"
rpo = "5m"
pitr_window = "3d"
before_release = "2026-11-24T18:00:00+01:00"
encrypted_storage = true
off_host = true
drill = true
drill_timeout = "30m"
drill_max_disk = "500MB"
drill_row_tolerance = 0.05
max_restore_time = "2h"
[policy.audit_logs]
tables = ["public.ledger"]
retention = "90d"
fresh = "2h"
canary = true
canary_within = "20s"
[policy.tls]
expires_within = "30d"
hsts_min_age = "52w"
[policy.monitoring]
job = "api"
[policy.secrets]
hosts = ["cdn.example.net"]
routes = ["/dashboard"]
history = true
max_age = "180d"
deep = true
[policy.exposure]
public = ["GET /api/products"]
public_docs = true
ports = ["redis:6380"]
trust_private_peer = true
advisories_max_age = "30d"

[items.rls]
level = "off"
[items.cors]
title = { fr = "CORS" }
[items.backups]
title = "Our backups"
[items.data-residency]
title = { en = "Data stays in the EU", fr = "Les données restent dans l'UE" }
level = "mandatory"
[checks.TLS012]
level = "off"
[checks.rls-enabled]
level = "recommended"
[[waivers]]
check = "RLS001"
subject = "public.countries"
reason = "public reference data"
owner = "data-team"
expires = 2027-01-31
[[plugins]]
module = "acme_checks"
[[plugins]]
path = "audit_checks/"
"""

ENVIRON = {
    "DATABASE_URL": "postgresql+asyncpg://app:p%40ssword@db:5432/app",
    "SUPABASE_URL": "https://abcdefghijklmnop.supabase.co/",
    "SUPABASE_ANON_KEY": "sb_publishable_abcdefgh",
    "SUPABASE_SERVICE_KEY": "sb_secret_abcdefghijkl",
    "SUPABASE_ACCESS_TOKEN": "sbp_abcdefghijklmnopqrstuvwx",
    "AUDIT_BEARER": "bearer-of-the-audit",
    "PROMETHEUS_PASSWORD": "watcher99",
}
