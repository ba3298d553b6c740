from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.checklist.model import Environment, Supabase
from auditor.errors import Unavailable
from auditor.facts.weak_values import JudgedValue, Weakness, WeakValues
from auditor.model import Gap
from auditor.probes.weak_values import judged, look, weak_values
from auditor.probes.weak_words import judge
from auditor.redact import Secret
from tests.probes.checkout import checkout, put
from tests.probes.net.running import run

STRONG = base64.urlsafe_b64encode(hashlib.sha384(b"strong").digest()).decode()
SUPABASE = "-".join(("super-secret-jwt-token", "with-at-least-32-characters-long"))


def token(secret, algorithm="HS256", **claims):
    parts = [{"alg": algorithm, "typ": "JWT"}, {"role": "service_role", **claims}]
    signed = ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts)
    digest = hmac.digest(secret.encode(), signed.encode(), hashlib.sha256)
    return f"{signed}.{base64.urlsafe_b64encode(digest).decode().rstrip('=')}"


class TestWords:
    @pytest.mark.parametrize(
        ("name", "value", "weakness"),
        [
            ("DB_PASSWORD", "changeme", Weakness.SAMPLE),
            ("DB_PASSWORD", "Change-Me!", Weakness.SAMPLE),
            ("DB_PASSWORD", "postgres", Weakness.COMMON),
            ("DB_PASSWORD", "postgres123", Weakness.COMMON),
            ("DB_PASSWORD", "P@ssw0rd", Weakness.NONE),
            ("DB_PASSWORD", "passw0rd", Weakness.COMMON),
            ("DB_PASSWORD", "12345678", Weakness.COMMON),
            ("DB_PASSWORD", "hT7pQ2w", Weakness.SHORT),
            ("DB_PASSWORD", "hT7pQ2wLx9Zr", Weakness.NONE),
            ("JWT_SECRET", "hT7pQ2wLx9Zr", Weakness.SHORT),
            ("JWT_SECRET", SUPABASE, Weakness.DEFAULT),
            ("POSTGRES_PASSWORD", "your-super-secret-and-long-postgres-password", Weakness.DEFAULT),
            ("SECRET_KEY", "09d25e094faa6ca2556c818166b7a956" + "3b93f7099f6f0f4caa6cf63b88e8d3e7", Weakness.DEFAULT),
            ("SECRET_KEY", "changethis", Weakness.DEFAULT),
            ("SECRET_KEY", "django-insecure-" + "x9$k2", Weakness.DEFAULT),
            ("NEXTAUTH_SECRET", "my-very-long-nextauth-secret-for-my-application", Weakness.SAMPLE),
            ("MINIO_ROOT_PASSWORD", "minioadmin", Weakness.DEFAULT),
            ("RABBITMQ_DEFAULT_PASS", "guest", Weakness.DEFAULT),
            ("JWT_SECRET", "a" * 40, Weakness.REPEATED),
            ("JWT_SECRET", "abab" * 10, Weakness.REPEATED),
            ("JWT_SECRET", "abcdefghijklmnopqrstuvwxyz123456", Weakness.REPEATED),
            ("JWT_SECRET", "0123456789" * 4, Weakness.REPEATED),
            ("JWT_SECRET", STRONG, Weakness.NONE),
            ("JWT_SECRET", hashlib.sha256(b"hex").hexdigest(), Weakness.NONE),
            ("STRIPE_WEBHOOK_SECRET", "x9k2p4q7r1", Weakness.NONE),
            ("SUPABASE_SERVICE_KEY", "sb_" + "secret_N7UND0Ug" + "x" * 20, Weakness.DEFAULT),
        ],
    )
    def test_values(self, name, value, weakness):
        assert judge(name, value)[0] is weakness

    def test_the_user_s_name(self):
        assert judge("DB_PASSWORD", "Acme_Corp_App", "acme_corp_app") == (Weakness.USER, "")

    @pytest.mark.parametrize(
        ("value", "expected"),
        [
            (token(SUPABASE), (Weakness.FORGEABLE, "Supabase's default JWT secret")),
            (token("secret"), (Weakness.FORGEABLE, "a common word")),
            (token(STRONG), (Weakness.NONE, "")),
            (token(STRONG, "none"), (Weakness.FORGEABLE, "it is not signed at all")),
            (token(SUPABASE, iss="supabase-demo"), (Weakness.DEFAULT, "Supabase's demo key")),
            (token(SUPABASE, "RS256"), (Weakness.NONE, "")),
        ],
    )
    def test_tokens(self, value, expected):
        assert judge("X", value) == expected

    def test_why_it_is_short(self):
        assert judge("JWT_SECRET", "hT7pQ2wLx9Zr") == (
            Weakness.SHORT,
            "12 bytes; HS256 wants 32 (RFC 7518, section 3.2)",
        )

    @settings(deadline=None)
    @given(st.text(max_size=100), st.text(max_size=100))
    def test_any_value(self, name, value):
        judge(name, value)
        list(judged("x", name, value))
        list(judged("x", "API_KEY", f"a://{value}", live=True))

    @settings(deadline=None, max_examples=300)
    @given(st.binary(min_size=24, max_size=48))
    def test_what_a_generator_makes_is_fine(self, data):
        value = base64.b64encode(hashlib.sha512(data).digest()[:36]).decode()
        assert judge("JWT_SECRET", value)[0] is Weakness.NONE

    def test_long_values_take_no_time(self):
        started = time.perf_counter()
        judge("JWT_SECRET", "change your my super " * 100_000)
        judge("JWT_SECRET", "a" * 2_000_000)
        assert time.perf_counter() - started < 2


def told(tmp_path, files):
    fact = look(tmp_path, checkout(tmp_path, files))
    return [(v.place, v.line, v.name, v.weakness.name) for v in fact.values]


class TestFiles:
    @pytest.mark.parametrize(
        ("name", "text", "expected"),
        [
            (".env", "A=1\nDB_PASSWORD=changeme", [(2, "DB_PASSWORD", "SAMPLE")]),
            (".env", "DATABASE_URL=postgres://app:app@db/app", [(1, "DATABASE_URL", "USER")]),
            (".env", "DATABASE_URL=postgres://app:${PASSWORD}@db/app", []),
            (".env", "API_KEY=<your key>\nB_SECRET=\nC_SECRET=${C}\nD_SECRET_FILE=/x", []),
            (".env", f"X={token('secret')}", [(1, "X", "FORGEABLE")]),
            ("compose.yml", "services: {a: {environment: {JWT_SECRET: '${JWT_SECRET:-changeme}'}}}", [(1,
             "JWT_SECRET", "SAMPLE")]),
            ("compose.yml", "services: {a: {environment: [POSTGRES_PASSWORD=postgres]}}", [(1, "POSTGRES_PASSWORD",
             "COMMON")]),
            ("compose.yml", "services: {a: {environment: {JWT_SECRET: '${JWT_SECRET}'}}}", []),
            ("compose.yml", "services: {g: {image: 'grafana/grafana:11'}}", [(1, "g: GF_SECURITY_ADMIN_PASSWORD",
             "MISSING")]),
            ("compose.yml", "services: {g: {image: 'grafana/grafana:11', env_file: .env}}", []),
            ("compose.yml", "services: {r: {image: 'redis:7', ports: ['6379:6379']}}", [(1, "r: REDIS_PASSWORD",
             "MISSING")]),
            ("compose.yml", "services: {r: {image: 'redis:7', ports: ['127.0.0.1:6379:6379']}}", []),
            ("compose.yml",
             "services: {r: {image: redis, ports: ['6379:6379'], command: redis-server --requirepass x}}", []),
            ("compose.yml", "services: {p: {image: postgres, environment: [POSTGRES_HOST_AUTH_METHOD=trust]}}", [(1,
             "p: password", "MISSING")]),
            ("app/config.py", "class S(BaseSettings):\n    SECRET_KEY: str = 'changethis'", [(2, "SECRET_KEY",
             "DEFAULT")]),
            ("app/config.py", "SECRET_KEY = os.getenv('SECRET_KEY', 'secret')", [(1, "SECRET_KEY", "COMMON")]),
            ("app/config.py", "SECRET_KEY = Field(default='secret')\nPASSWORD_MIN = '8'", [(1, "SECRET_KEY",
             "COMMON")]),
            ("app/config.py", "SECRET_KEY: str\nif True print", []),
            ("app/fields.py", "class Field(Enum):\n    PASSWORD = 'password'\nSECRET = 'secret'", []),
            ("app/core/settings/base.py", "SECRET_KEY = 'secret'", [(1, "SECRET_KEY", "COMMON")]),
            ("web/auth.ts", "const s = process.env.JWT_SECRET || 'secret'", [(1, "JWT_SECRET", "COMMON")]),
            ("web/auth.ts", "const s = process.env['JWT_SECRET'] ?? \"secret\"", [(1, "JWT_SECRET", "COMMON")]),
            (".env.example", "DB_PASSWORD=changeme", []),
            (".env.test", "DB_PASSWORD=changeme", []),
            ("compose.dev.yml", "services: {a: {environment: {JWT_SECRET: changeme}}}", []),
            ("tests/config.py", "SECRET_KEY = 'changethis'", []),
        ],
    )  # fmt: skip
    def test_each(self, tmp_path, name, text, expected):
        assert told(tmp_path, {name: text}) == [(name, *one) for one in expected]

    def test_untracked_files_of_production(self, tmp_path):
        tracked = checkout(tmp_path, {"a": ""})
        put(tmp_path, {".env.production": "DB_PASSWORD=<changeme>", ".env": "DB_PASSWORD=changeme"})
        (found,) = look(tmp_path, tracked).values
        assert (found.place, found.live, found.length) == (".env.production", True, 10)

    def test_not_yaml(self, tmp_path):
        assert look(tmp_path, checkout(tmp_path, {"compose.yml": "a: [\n"})).gaps == (
            Gap("compose.yml", "compose.yml is not YAML that can be read"),
        )

    def test_no_value_is_kept(self, tmp_path):
        fact = look(tmp_path, checkout(tmp_path, {".env": f"DB_PASSWORD=changeme9\nJWT_SECRET={STRONG}"}))
        assert len(fact.values) == 2
        assert "changeme9" not in repr(fact)
        assert STRONG not in repr(fact)


class TestTheProbe:
    def test_what_the_checklist_holds(self):
        held = Supabase(service_key=Secret(token(SUPABASE), "key"), anon_key=Secret(token(STRONG), "key"))
        environment = Environment(
            "prod",
            absent=frozenset({"repository"}),
            database=Secret("postgres://postgres:postgres@db/x", "url"),
            supabase=held,
        )
        assert run(weak_values(environment)) == WeakValues(
            (
                JudgedValue("database", "DATABASE", 8, Weakness.USER, live=True),
                JudgedValue(
                    "supabase.service_key",
                    "SERVICE_KEY",
                    len(token(SUPABASE)),
                    Weakness.FORGEABLE,
                    "Supabase's default JWT secret",
                    live=True,
                ),
                JudgedValue("supabase.anon_key", "ANON_KEY", len(token(STRONG)), live=True),
            ),
            gaps=(Gap("repository", "the checklist declares repository absent", "", absent=True),),
        )

    def test_nothing_at_all(self):
        with pytest.raises(Unavailable):
            run(weak_values(Environment("prod")))
