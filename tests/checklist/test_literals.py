"""A checklist that holds a secret is refused, and the refusal does not repeat it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.checklist.literals import kind_of
from auditor.checklist.load import load
from tests.checklist.conftest import told

JWT = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJyb2xlIjoiYW5vbiIsImlzcyI6InN1cGFiYXNlIn0.c2lnbmF0dXJl"
REMEDY = "put it in an environment variable and write ${NAME} here; if the file was shared, replace the secret"

REFUSED = [
    ("env.prod.database", "postgresql://app:hunter2@db/app", "password"),
    ("env.prod.database", "postgresql://app:x@db/app", "password"),
    ("env.prod.database", "postgresql://app:hun${PASSWORD}@db/app", "password"),
    ("env.prod.database", "postgresql://app:$${PASSWORD}@db/app", "password"),
    ("env.prod.database", "postgresql://app:${A}${B}c@db/app", "password"),
    ("env.prod.database", "postgresql://app:hun#ter@db/app", "password in a URL"),
    ("env.prod.database", "postgresql://db/app?password=x", "password"),
    ("env.prod.auditor_database", "host=db password=x", "password"),
    ("env.prod.auditor_database", "host=db PASSWORD = 'x y'", "password"),
    ("env.prod.prometheus", "https://u:hunter2@prometheus.example", "password"),
    ("env.prod.prometheus", "https://ghp_abcdefghijklmnopqrstuvwx:${NONE}@prometheus.example", "GitHub token"),
    ("env.prod.prometheus", "https://ghp_abcdefghijklmnopqrstuvwx:@prometheus.example", "GitHub token"),
    ("env.prod.api", "https://u:hunter2@api.example", "password"),
    ("env.prod.supabase.anon_key", JWT, "JWT"),
    ("env.prod.supabase.anon_key", "sb_secret_abcdefghij", "Supabase secret key"),
    ("env.prod.supabase.service_key", "sb_secret_abcdefghij", "Supabase secret key"),
    ("env.prod.supabase.service_key", "anything", "service key"),
    ("env.prod.supabase.service_key", "x${SERVICE_KEY}", "service key"),
    ("env.prod.supabase.access_token", "anything", "access token"),
    ("policy.cors.token", "anything", "bearer token"),
    ("policy.cors.token", "Bearer ${TOKEN}", "bearer token"),
    ("env.prod.backups.command.0", "--password=hunter2hunter2", "named secret"),
    ("items.rls.title", f"see {JWT}", "JWT"),
    ("waivers.0.reason", "the old key was sk_live_abcdefghijkl", "Stripe secret key"),
    ("waivers.0.reason", "Basic authentication with sb_secret_abcdefghij", "Supabase secret key"),
    ("waivers.0.reason", "password=hunter2hunter2", "named secret"),
    ("waivers.0.reason", "Basic authentication -----BEGIN PRIVATE KEY----- abc", "private key"),
    ("waivers.0.owner", "-----BEGIN RSA PRIVATE KEY-----\nabc", "private key"),
    ("env.other.database", "postgresql://app:hunter2@db/app", "password"),
    ("nonsense.deep", f"{JWT}", "JWT"),
]


def key_of(dotted):
    return tuple(int(part) if part.isdigit() else part for part in dotted.split("."))


@pytest.mark.parametrize(("key", "text", "kind"), REFUSED)
def test_what_is_refused(key, text, kind):
    assert kind_of(key_of(key), text) == kind


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("env.prod.database", "${DATABASE_URL}"),
        ("env.prod.database", "postgresql://app:${PASSWORD}@db/app"),
        ("env.prod.database", "postgresql://app:${A}${B}@db/app"),
        ("env.prod.database", "postgresql://${USER}:${PASSWORD}@db/app"),
        ("env.prod.database", "postgresql://app@db/app"),
        ("env.prod.database", "postgresql://app:@db/app"),
        ("env.prod.database", "host=db password=${PASSWORD} user=application"),
        ("env.prod.database", "host=db password='${PASSWORD}' user=application"),
        ("env.prod.database", "host=db passfile=/run/secrets/pgpass"),
        ("env.prod.prometheus", "https://u:${PROMETHEUS_PASSWORD}@prometheus.example"),
        ("env.prod.supabase.anon_key", "sb_publishable_abcdefghij"),
        ("env.prod.supabase.service_key", "${SERVICE_KEY}"),
        ("env.prod.supabase.service_key", ""),
        ("policy.cors.token", "${A}${B}"),
        ("waivers.0.reason", "Basic authentication stands in front of it"),
        ("waivers.0.reason", "Bearer authentication is planned"),
        ("waivers.0.reason", "password: rotated every month"),
        ("waivers.0.reason", "see https://wiki.example:8443/a@b"),
        ("items.auth.title", "Basic authentication"),
        ("items.auth.title.fr", "Basic authentication"),
    ],
)
def test_what_is_no_secret(key, text):
    assert kind_of(key_of(key), text) == ""


def test_the_refusal_names_place_and_kind_and_is_the_only_word_on_the_key(write):
    path = write(
        f"""[env.prod]
database = "mysql://app:hunter2@db/app"
[env.prod.supabase]
anon_key = "{JWT}"
[env.other]
auditor_database = "host=db password=hunter2"
api = "https://u:hunter2@api/x"
"""
    )
    assert told(path) == [
        (4, "env.prod.database", "the file itself holds a secret here: password", REMEDY),
        (6, "env.prod.supabase.anon_key", "the file itself holds a secret here: JWT", REMEDY),
        (8, "env.other.auditor_database", "the file itself holds a secret here: password", REMEDY),
        (9, "env.other.api", "the file itself holds a secret here: password", REMEDY),
    ]


def test_a_secret_in_the_place_of_a_key_or_an_environment_is_not_repeated(write):
    path = write(f'[env.prod]\n"{JWT}" = 1\n[checks."{JWT}"]\nlevel = "of"\n')
    assert not any(JWT in part for problem in told(path) for part in map(str, problem))


def test_a_text_too_long_to_be_searched(write):
    path = write(f'[env.prod]\nhealth = "{"a" * 500_000}"\nmetrics = "/{"a" * 4999}"\n')
    assert told(path) == [(4, "env.prod.health", "the text is too long for a checklist", "the most is 5000 characters")]


def test_comments_are_not_judged(write):
    path = write("[env.prod]\n# postgresql://app:hunter2@db/app\n")
    assert load(path, "prod", environ={}).environment.database is None


@settings(deadline=None)
@given(st.from_regex(r"[A-Za-z0-9]{8,20}", fullmatch=True), st.sampled_from([
    ("database", "postgresql://app:{}@db/app"), ("database", "host=db password={}"), ("api", "https://a:{}@b"),
    ("prometheus", "https://u:{}@p"), ("nonsense", "postgresql://u:{}@x"), ("frontend", "x://y:{}@z"),
]))  # fmt: skip
def test_no_literal_password_is_ever_repeated(tmp_path_factory, password, case):
    name, form = case
    path = tmp_path_factory.mktemp("c") / "checklist.toml"
    path.write_text(f"version = 1\n[env.prod]\n{name} = {json.dumps(form.format('Zq7' + password))}\n")
    assert "Zq7" + password not in repr(told(path))
