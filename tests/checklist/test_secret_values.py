from __future__ import annotations

import pytest

from auditor.checklist.load import load
from auditor.checklist.secret_values import tells, variable_secrets
from auditor.redact import Secret
from tests.probes.secrets import made


def test_by_name_and_by_url():
    found = variable_secrets({
        "JWT_SECRET": "hT7pQ2wLx9Zr",
        "DATABASE_URL": "postgres" + "ql://app:hT7p%40Q2wLx@db.acme.io/app",
        "API_URL": "https://api.acme.io/v1",
        "NEXT_PUBLIC_SECRET": "aB3dE5fG7h",
        "SUPABASE_ANON_KEY": made.ANON,
        "PUBLIC_COPY_TOKEN": "aB3dE5fG7h",
        "COPY_TOKEN": "aB3dE5fG7h",
        "SHORT_TOKEN": "aB3dE5f",
        "WORD_PASSWORD": "correct-horse",
        "PORT": "54321",
    })  # fmt: skip
    assert [(secret.reveal(), secret.kind) for secret in found] == [
        ("hT7pQ2wLx9Zr", "value of JWT_SECRET"),
        ("hT7p%40Q2wLx", "password in DATABASE_URL"),
        ("hT7p@Q2wLx", "password in DATABASE_URL"),
    ]


@pytest.mark.parametrize(
    "value", ["", "changeme", "postgres", "12345678", "aaaaaaaaaa", "/run/secrets/key", made.ANON, "${SECRET_VALUE9}"]
)
def test_what_proves_nothing(value: str):
    assert not tells(value)


def test_the_env_file_is_read(tmp_path):
    (tmp_path / "checklist.toml").write_text(
        'version = 1\nextends = "default"\n[env.prod]\nfrontend = "https://app.example.com"\n'
    )
    (tmp_path / ".env").write_text("JWT_SECRET=hT7pQ2wLx9Zr\nNEXT_PUBLIC_X_SECRET=zzT7pQ2wLx9Zr\n")
    checklist = load(tmp_path / "checklist.toml", "prod", environ={}, env_file=tmp_path / ".env")
    assert checklist.environment.variables == (Secret("hT7pQ2wLx9Zr", "value of JWT_SECRET"),)
    assert Secret("hT7pQ2wLx9Zr", "") in checklist.secrets
