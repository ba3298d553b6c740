from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.facts.secrets_manager import (
    ManagerReference,
    NamedSecret,
    Naming,
    PlainFile,
    Reach,
    Scope,
    TrackedSecretFile,
)
from auditor.model import Gap
from auditor.probes.encrypted import encrypted
from auditor.probes.managers import code, descriptors
from auditor.probes.managers.commands import of_commands
from auditor.probes.managers.found import Found
from auditor.probes.secrets_manager import look
from auditor.probes.yaml_nodes import Unreadable
from checks.secrets_manager.secrets_manager_in_use import secrets_manager_in_use
from tests.probes.checkout import checkout

PASSWORD = "hT7pQ2wLx9Zr"
ENC = "ENC[AES256_GCM,data:AAAA,iv:AAAA,tag:AAAA,type:str]"
SOPS = f"API_KEY: {ENC}\nsops:\n    version: 3.9.0\n"


def managers(tmp_path, files):
    fact = look(tmp_path, checkout(tmp_path, files))
    return sorted({(one.manager, one.scope.value, one.reach.value, one.variables) for one in fact.references})


COMPOSE = """
services:
  api:
    secrets: [api_key, {source: db, target: db_password}]
    environment:
      STRIPE_SECRET_KEY: ${STRIPE_SECRET_KEY}
      LOG_LEVEL: info
      JWT_SECRET_FILE: /run/secrets/jwt
    env_file: [{path: .env}]
secrets:
  api_key: {external: true}
  db: {file: ./secrets/db}
"""


class TestManagers:
    @pytest.mark.parametrize(
        ("name", "text", "expected"),
        [
            ("a.sops.yaml", SOPS, [("SOPS", "runtime", "named", ("API_KEY",))]),
            (".sops.yaml", "creation_rules: []", []),
            (".env", f"API_KEY={ENC}\nsops_mac={ENC}", [("SOPS", "runtime", "named", ("API_KEY",))]),
            ("vault.yml", "$ANSIBLE_VAULT;1.1;AES256\n00", [("ansible-vault", "runtime", "named", ())]),
            ("doppler.yaml", "setup: []", [("Doppler", "runtime", "present", ())]),
            (".infisical.json", "{}", [("Infisical", "runtime", "present", ())]),
            ("Dockerfile", 'CMD ["doppler", "run", "--", "uvicorn"]', [("Doppler", "runtime", "all", ())]),
            ("Dockerfile", "# CMD doppler run -- x", []),
            ("Procfile", "web: infisical run -- uvicorn", [("Infisical", "runtime", "all", ())]),
            ("run.sh", "op run --env-file=a -- uvicorn", [("1Password", "runtime", "all", ())]),
            ("run.sh", "echo hop run -- x", []),
            ("package.json", '{"scripts": {"start": "doppler run -- next start"}}', [("Doppler", "runtime", "all",
             ())]),
            ("package.json", '{"scripts": {"dev": "doppler run -- next dev"}}', [("Doppler", "development", "all",
             ())]),
            ("app.env", "API_KEY=op://vault/item/key", [("1Password", "runtime", "named", ("API_KEY",))]),
            ("task.json", '{"secrets": [{"name": "DB", "valueFrom": "arn:aws:secretsmanager:eu:1:secret:x"}]}',
             [("AWS Secrets Manager", "runtime", "named", ("DB",))]),
            ("k/a.yaml",
             "apiVersion: v1\nkind: Deployment\nspec: {env: [{name: DB, valueFrom: {secretKeyRef: {name: x, key: y}}}]}",  # noqa: E501
             [("Kubernetes secrets", "runtime", "named", ("DB",))]),
            ("k/a.yaml", "apiVersion: v1\nkind: Pod\nspec: {envFrom: [{secretRef: {name: x}}]}",
             [("Kubernetes secrets", "runtime", "all", ())]),
            ("k/a.yaml", "apiVersion: x\nkind: SealedSecret\nspec: {encryptedData: {DB: abc}}", [("Sealed Secrets",
             "runtime", "named", ("DB",))]),
            ("k/a.yaml", "apiVersion: x\nkind: ExternalSecret\nspec: {data: [{secretKey: DB}]}", [("External Secrets",
             "runtime", "named", ("DB",))]),
            ("k/a.yaml", "kind: SealedSecret", []),
            ("render.yaml", "services: [{envVars: [{key: DB, sync: false}, {key: K, generateValue: true}]}]",
             [("Render", "runtime", "named", ("DB",)), ("Render", "runtime", "named", ("K",))]),
            ("x.service", "[Service]\nLoadCredential=db-password:/etc/x", [("systemd credentials", "runtime", "named",
             ("db-password", "DB_PASSWORD"))]),
            ("a.sql", "select * from vault.decrypted_secrets", [("Supabase Vault", "runtime", "present", ())]),
            ("a.sql", "-- vault.decrypted_secrets", []),
            ("a.py", "import hvac", [("Vault", "runtime", "present", ())]),
            ("a.py", "# import hvac\nx = 'hvac'", []),
            ("a.py", "c.get_secret_value(SecretId='x')", [("AWS Secrets Manager", "runtime", "present", ())]),
            ("a.py", "class S(BaseSettings):\n    model_config = SettingsConfigDict(secrets_dir='/run/secrets')",
             [("secret files", "runtime", "all", ())]),
            ("a.ts", "import {X} from '@aws-sdk/client-secrets-manager'", [("AWS Secrets Manager", "runtime",
             "present", ())]),
            ("a.ts", "// import {X} from '@aws-sdk/client-secrets-manager'", []),
            ("vercel.json", '{"env": {"DB_PASSWORD": "@db-password"}}', [("Vercel", "runtime", "frontend", ()),
             ("Vercel", "runtime", "named",
             ("DB_PASSWORD",))]),
            ("deploy.sh", "fly secrets set DB_URL=$DB_URL", [("Fly.io secrets", "runtime", "named", ("DB_URL",))]),
            ("tests/a.py", "import hvac", []),
            ("README.md", "we run `doppler run`", []),
            ("compose.dev.yml", "services: {a: {command: doppler run -- x}}", [("Doppler", "development", "all", ())]),
            ("compose.yml", "secrets: {a: {external: true}}\nservices: {b: {image: x}}", []),
            ("compose.yml", "services: {b: {secrets: [a]}}", []),
        ],
    )  # fmt: skip
    def test_each(self, tmp_path, name, text, expected):
        assert managers(tmp_path, {name: text}) == expected

    @pytest.mark.parametrize(
        ("name", "scope"), [("deploy.yml", Scope.DEPLOY), ("test.yml", Scope.CI), ("release-prod.yaml", Scope.DEPLOY)]
    )
    def test_workflows(self, tmp_path, name, scope):
        text = "jobs: {a: {steps: [{run: x, env: {DB_PASSWORD: '${{ secrets.PROD_DB }}', T: '${{ secrets.GITHUB_TOKEN }}'}}]}}"  # noqa: E501
        fact = look(tmp_path, checkout(tmp_path, {f".github/workflows/{name}": text}))
        assert fact.references == (
            ManagerReference(
                "GitHub Actions secrets",
                f".github/workflows/{name}",
                1,
                "secrets.PROD_DB",
                scope,
                Reach.NAMED,
                ("PROD_DB", "DB_PASSWORD"),
            ),
        )

    def test_a_job_of_an_environment_deploys(self, tmp_path):
        text = "jobs: {a: {environment: live, steps: [{run: doppler run -- x}]}}"
        assert managers(tmp_path, {".github/workflows/main.yml": text}) == [("Doppler", "deploy", "all", ())]

    def test_gitlab(self, tmp_path):
        text = "deploy:\n  variables: {A_TOKEN: x}\n  script:\n    - run $DB_PASSWORD $A_TOKEN $CI_JOB_TOKEN\n"
        assert managers(tmp_path, {".gitlab-ci.yml": text}) == [
            ("GitLab CI variables", "deploy", "named", ("DB_PASSWORD",))
        ]


class TestCompose:
    def test_a_whole_fact(self, tmp_path):
        fact = look(tmp_path, checkout(tmp_path, {"compose.yml": COMPOSE, "secrets/db": PASSWORD}))
        assert fact.references == (
            ManagerReference("Docker secrets", "compose.yml", 4, "secret api_key (external)", variables=("API_KEY",)),
            ManagerReference("Docker secrets", "compose.yml", 4, "secret db (file)", variables=("DB", "DB_PASSWORD")),
            ManagerReference(
                "secret files",
                "compose.yml",
                8,
                "JWT_SECRET_FILE=/run/secrets/jwt",
                variables=("JWT_SECRET_FILE", "JWT_SECRET"),
            ),
        )
        assert fact.secrets == (NamedSecret("STRIPE_SECRET_KEY", "compose.yml", 6, Naming.PASSED),)
        assert fact.plain_files == (PlainFile("compose.yml", 9, ".env", "api"),)
        assert fact.tracked_secrets == (TrackedSecretFile("compose.yml", 12, "secrets/db"),)
        assert PASSWORD not in repr(fact)

    def test_not_yaml(self, tmp_path):
        assert look(tmp_path, checkout(tmp_path, {"compose.yml": "a: [\n"})).gaps == (
            Gap("compose.yml", "compose.yml is not YAML that can be read", "check it with `docker compose config`"),
        )


class TestNames:
    @pytest.mark.parametrize(
        ("name", "text", "expected"),
        [
            ("a.py", "os.environ['DB_PASSWORD']; os.getenv('API_KEY'); os.environ.get('X_TOKEN', '')", ["DB_PASSWORD",
             "API_KEY", "X_TOKEN"]),
            ("a.py",
             "class S(BaseSettings):\n    db_password: str\n    log: str\n    k: str = Field(alias='API_KEY')",
              ["DB_PASSWORD", "API_KEY"]),
            ("a.py", "class S(BaseModel):\n    password: str", []),
            ("a.ts", "process.env.API_KEY; process.env['B_SECRET']; Deno.env.get('C_TOKEN')", ["API_KEY", "B_SECRET",
             "C_TOKEN"]),
            ("a.ts", "// process.env.API_KEY", []),
            ("a.ts", "process.env.NEXT_PUBLIC_SUPABASE_ANON_KEY", []),
            (".env.example", "DB_PASSWORD=\nLOG=1", ["DB_PASSWORD"]),
            ("supabase/config.toml", 'secret = "env(GITHUB_SECRET)"', ["GITHUB_SECRET"]),
        ],
    )  # fmt: skip
    def test_each(self, tmp_path, name, text, expected):
        fact = look(tmp_path, checkout(tmp_path, {name: text}))
        assert sorted(one.name for one in fact.secrets) == sorted(expected)


def verdict(tmp_path, files):
    return [(f.outcome.value, f.subject) for f in secrets_manager_in_use(look(tmp_path, checkout(tmp_path, files)))]


PLAIN = "services: {a: {image: x, env_file: .env}}"


class TestVerdicts:
    """From files to findings: what the rules come to."""

    @pytest.mark.parametrize(
        ("files", "expected"),
        [
            ({"a.txt": ""}, [("error", "*")]),
            ({".env.example": "DB_PASSWORD="}, [("error", "*")]),
            ({"compose.yml": PLAIN}, [("error", "*")]),
            ({"compose.yml": PLAIN, ".env.example": "DB_PASSWORD="}, [("fail", ".env")]),
            ({"compose.dev.yml": PLAIN, ".env.example": "DB_PASSWORD="}, [("error", "*")]),
            ({"compose.yml": "services: {a: {environment: {DB_PASSWORD: '${DB_PASSWORD}'}}}"}, [("error", "*")]),
            ({"compose.yml": COMPOSE}, [("pass", "*")]),
            ({"compose.yml": COMPOSE, "a.py": "os.environ['OTHER_SECRET']"}, [("error", "*")]),
            ({"compose.yml": COMPOSE, "secrets/db": PASSWORD}, [("fail", "secrets/db"), ("pass", "*")]),
            ({"compose.yml": f"services: {{a: {{environment: [DB_PASSWORD={PASSWORD}]}}}}"}, [("fail", "compose.yml"),
             ("error", "*")]),
            ({"Procfile": "web: doppler run -- x", "a.py": "os.environ['DB_PASSWORD']"}, [("pass", "*")]),
            ({"doppler.yaml": "a: b", "a.py": "os.environ['DB_PASSWORD']"}, [("error", "*")]),
            ({".github/workflows/test.yml": "jobs: {a: {steps: [{run: '${{ secrets.DB_PASSWORD }}'}]}}",
             ".env.example": "DB_PASSWORD="}, [("error", "*")]),
            ({".github/workflows/deploy.yml": "jobs: {a: {steps: [{run: '${{ secrets.DB_PASSWORD }}'}]}}",
             ".env.example": "DB_PASSWORD="}, [("pass", "*")]),
            ({".github/workflows/deploy.yml": "jobs: {a: {steps: [{run: 'ssh ${{ secrets.SSH_KEY }}'}]}}",
             "compose.yml": PLAIN, ".env.example": "DB_PASSWORD="}, [("fail", ".env")]),
            ({".github/workflows/deploy.yml": "jobs: {a: {steps: [{run: vercel deploy --prod}]}}",
             "web/package.json": "{}", "web/a.ts": "process.env.API_KEY"}, [("pass", "*")]),
            ({".github/workflows/deploy.yml": "jobs: {a: {steps: [{run: vercel deploy --prod}]}}",
             "web/package.json": "{}", "api/a.py": "os.environ['API_KEY']"}, [("error", "*")]),
        ],
    )  # fmt: skip
    def test_each(self, tmp_path, files, expected):
        assert verdict(tmp_path, files) == expected


@pytest.mark.parametrize("word", ["/*", "//", "/* */", "\n", " ", "process.env.", "a\n", "vault ", "ENC["])
def test_no_text_is_slow(word):
    text = word * (400_000 // len(word))
    started = time.perf_counter()
    found = Found("x")
    for read in (code.of_script, code.of_sql, code.of_supabase_config, descriptors.of_unit, of_commands):
        read(found, text)
    encrypted(text.encode())
    assert time.perf_counter() - started < 10


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("/* process.env.A_KEY */ process.env.API_KEY", ["API_KEY"]),
        ("x('a/**/*.ts'); process.env.API_KEY; y('*/')", ["API_KEY"]),
        ("fetch('https://a.b'); process.env.API_KEY", ["API_KEY"]),
        ("/* open; process.env.API_KEY", ["API_KEY"]),
        ("x // process.env.API_KEY\nprocess.env.B_SECRET", ["B_SECRET"]),
    ],
)
def test_comments_of_scripts(text, names):
    found = Found("x")
    code.of_script(found, text)
    assert [one.name for one in found.secrets] == names


@settings(deadline=None, max_examples=200)
@given(st.text(max_size=300))
def test_any_text(text):
    found = Found("x")
    for read in (code.of_python, code.of_script, code.of_sql, code.of_supabase_config, descriptors.of_unit):
        read(found, text)
    of_commands(found, text)
    descriptors.of_json(found, text)
    for read in (descriptors.of_workflow, descriptors.of_gitlab, descriptors.of_render):
        try:
            read(found, text)
        except Unreadable:
            continue
