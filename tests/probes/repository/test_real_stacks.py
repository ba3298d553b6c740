"""What public stacks write that is no secret, and what they write that is one: the shapes of it, with made up names."""

# ruff: noqa: E501  texts of files, as they are written
from __future__ import annotations

import pytest

from auditor.facts.repository import DEFAULT_VALUE
from auditor.probes.repository.literals import read_files
from auditor.probes.repository.names import is_secret_name, is_secret_variable
from tests.probes.checkout import checkout

P = "hT7pQ2wLx9Zr"
HEX = "".join(f"{n * 37 % 256:02x}" for n in range(32))

NONE = [
    ("lib/mail.ts", 'const region = env.NEXT_PRIVATE_UPLOAD_REGION || "us-east-1"\nx(process.env.NEXT_PRIVATE_SMTP_TRANSPORT ?? "smtp-auth")'),
    ("app/route.ts", "const db = create(process.env.SUPABASE_SERVICE_ROLE_KEY!)\nlet m = error.message || 'An unexpected error occurred'"),
    ("app/oauth.ts", 'Buffer.from(`${this.clientId}:${this.clientSecret}`, "utf8").toString("base64")'),
    ("app/mcp.ts", 'const prefix = { opaqueAccessToken: "fboa_", refreshToken: "fbor_", clientSecret: "fbocs_" }'),
    ("app/auth.ts", 'headers.set("WWW-Authenticate", `Bearer resource_metadata="${url()}", scope="${scope}"`)'),
    ("app/key.ts", 'const key = requireEnv("LINEAR_API_KEY", "LINEAR_ACCESS_KEY")'),
    ("app/form.tsx", 'const placeholder = "-----BEGIN ' + 'PRIVATE KEY-----"'),
    ("pyproject.toml", '[project.entry-points."x.plugins"]\nacme_basic_auth = "acme.plugins.acme_core.plugin:BasicAuthProvider"'),
    ("app/constants.py", 'BOX_CLIENT_SECRET_CREDENTIAL_KEY = "box_client_secret"\nPAGE_TOKEN_KEY = "page_token_1"\n'
     'AUTHORIZATION_CODE_GRANT = "authorization_code"\nREFRESH_TOKEN_GRANT = "refresh_token"\n_CA_CERT_SECRET_KEY = "ca.crt"\n'
     'AZURE_AD_TOKEN_KWARG = "azure_ad_token"\nHINT_SET_ALLOW_PRIVATE = "set this to reach private hosts"'),
    ("chart/values.yaml", 'auth:\n  existingSecret: "acme-app-secrets"\n  existingSecretPasswordKey: "REDIS_PASSWORD"\n'
     "  secretKeys:\n    adminPasswordKey: POSTGRES_ADMIN_PASSWORD\n"),
    ("chart/values.yaml", 'provider:\n  existingSecret: ""\n  secretKey: embedding-api-key\n  tokenKey: hf-token\n'),
    ("k8s/external.yaml", "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nspec:\n  data:\n  - secretKey: database-password\n"
     "    remoteRef:\n      key: prod/database\n      property: password\n"),
    ("k8s/crd.yaml", "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  labels:\n"
     "    external-secrets.io/component: controller\nspec:\n  password: somewhere-described\n"),
    ("k8s/labels.yaml", "apiVersion: v1\nkind: Service\nmetadata:\n  labels:\n    external-secrets.io/component: controller\n"),
    ("chart/values.yaml", "bot:\n  botTokenSecretKey: discord-token\n  userPasswordKey: user-password\n"),
    ("app/config.py", 'USER_SESSION_COOKIE_KEY: str = "acme_session"\nNEXT_PAGE_TOKEN_KEY = "next_page"\n'),
    ("app/scripts.py", 'SCRIPT = """\nimport os\nconnect(host=x, user=y, password = os.environ["A"] + b)\n"""'),
    ("docs/storage.md", "--connection-string AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6t" + "q/K1SZFPTOtr/KBHBeksoGMGw==;"),
    ("Dockerfile", "FROM a\nRUN cat <<EOF\nsecret = boto3.client('secretsmanager').get_secret_value(**params)\nEOF\n"),
    ("i18n.lock", f"datadog: {HEX[:32]}\nname: {HEX[:32]}\n"),
    ("compose.yml", "services:\n  db:\n    environment:\n      MYSQL_ALLOW_EMPTY_PASSWORD: 'allowed'\n      ENABLE_EMAIL_PASSWORD: 'enabled'\n"),
    ("compose.yml", "services:\n  az:\n    environment:\n      AZURE_KEY: Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6t" + "q/K1SZFPTOtr/KBHBeksoGMGw==\n"),
]  # fmt: skip
"""Files that hold no secret."""


@pytest.mark.parametrize(("name", "text"), NONE)
def test_no_secret(tmp_path, name, text):
    facts = read_files(tmp_path, checkout(tmp_path, {name: text}))
    assert [one for one in facts.literals if one.kind != DEFAULT_VALUE] == []


ONE = [
    ("app/core/config.py", f'SECRET_KEY = "{P}xK3v"\n'),
    ("lib/db.ts", f'const key = process.env.SUPABASE_SERVICE_ROLE_KEY || "{P}"'),
    ("lib/db.ts", f'const key = (process.env.JWT_SECRET as string) ?? "{P}"'),
    ("chart/values.yaml", f"auth:\n  existingSecret: ''\n  password: {P}\n"),
    ("chart/values.yaml", f"minio:\n  secretKey: {P}\n"),
    ("k8s/all.yaml", f"apiVersion: v1\nkind: Secret\nstringData:\n  db: {P}\n---\napiVersion: x/v1\nkind: ExternalSecret\nspec: {{}}\n"),
    ("compose.yml", f"services:\n  app:\n    environment:\n      NEXT_PRIVATE_ENCRYPTION_SECONDARY_KEY: {P}\n"),
    (".github/workflows/deploy.yml", f"env:\n  SMTP_PASSWORD: {P}\n"),
]  # fmt: skip
"""Files that hold one."""


@pytest.mark.parametrize(("name", "text"), ONE)
def test_one_secret(tmp_path, name, text):
    facts = read_files(tmp_path, checkout(tmp_path, {name: text}))
    assert [(one.development, one.length in (12, 16)) for one in facts.literals] == [(False, True)]


DEVELOPMENT = [
    (".devcontainer/compose.yml", f"services:\n  db:\n    environment:\n      POSTGRES_PASSWORD: {P}\n"),
    ("docker/testing/compose.yml", f"services:\n  db:\n    environment:\n      POSTGRES_PASSWORD: {P}\n"),
    ("examples/app/.env", f"DB_PASSWORD={P}\n"),
    (".github/workflows/ci.yml", "env:\n  ADMIN_PASSWORD: acme-e2e-admin\n  ENCRYPTION_KEY: for-ci-runs-alone\n"),
]


@pytest.mark.parametrize(("name", "text"), DEVELOPMENT)
def test_for_development(tmp_path, name, text):
    facts = read_files(tmp_path, checkout(tmp_path, {name: text}))
    assert {one.development for one in facts.literals if one.kind != DEFAULT_VALUE} <= {True}


@pytest.mark.parametrize(
    "text",
    [
        "services:\n  db:\n    environment:\n      POSTGRES_PASSWORD: plane\n",
        "services:\n  db:\n    environment:\n      POSTGRES_PASSWORD: acme\n      POSTGRES_USER: acme\n",
        "services:\n  api:\n    environment:\n      JWT_SECRET: a8Kx2mQ9\n",
        "services:\n  db:\n    environment:\n      POSTGRES_PASSWORD: ${POSTGRES_PASSWORD:-plane}\n",
    ],
)
def test_what_is_weak_is_told_by_the_check_of_weak_values(tmp_path, text):
    facts = read_files(tmp_path, checkout(tmp_path, {"compose.yml": text}))
    assert {one.kind for one in facts.literals} == {DEFAULT_VALUE}


@pytest.mark.parametrize(
    "name",
    [
        *("DATABASE_URL", "DIRECT_URL", "AMQP_URL", "CELERY_BROKER_URL", "SLACK_WEBHOOK_URL", "DB_PASSWORD", "JWT_SECRET"),
        *("OPENAI_API_KEY", "SUPABASE_SERVICE_ROLE_KEY", "NEXT_PRIVATE_ENCRYPTION_KEY", "S3_SECRET_ACCESS_KEY", "api.db_password"),
        *("MONGODB_URI", "REDIS_URL", "AWS_SECRET_ACCESS_KEY", "SECRET", "RESET_PASSWORD_SECRET_KEY", "jwtPrivateKey"),
    ],
)  # fmt: skip
def test_variables_that_need_a_manager(name):
    assert is_secret_variable(name)


@pytest.mark.parametrize(
    "name",
    [
        *("API_KEY_RATE_LIMIT", "ENABLE_EMAIL_PASSWORD", "USE_CREDENTIALS", "ACME_USE_ID_TOKEN", "NEXT_PRIVATE_SMTP_PORT"),
        *("NEXT_PRIVATE_SMTP_TRANSPORT", "NEXT_PRIVATE_SMTP_FROM_ADDRESS", "MOCK_LEN_TOKENS", "API_KEY_HASH_ROUNDS", "PRIVATE"),
        *("MYSQL_ALLOW_EMPTY_PASSWORD", "S3_ACCESS_KEY_ID", "NEXT_PUBLIC_DB_PASSWORD", "GITHUB_TOKEN", "PWD", "DB_PASSWORD_FILE"),
        *("SUPABASE_ANON_KEY", "JWT_SECRET_NAME", "TOKEN_URL", "AUTH_SECRET_ARN", "PASSWORD_MIN_LENGTH", "HOST"),
    ],
)  # fmt: skip
def test_variables_that_need_none(name):
    assert not is_secret_variable(name)


@pytest.mark.parametrize("name", ["NEXT_PUBLIC_SERVICE_ROLE_KEY", "VITE_DB_PASSWORD"])
def test_public_variables_of_a_secret_s_name(name):
    assert is_secret_name(name)
    assert not is_secret_variable(name)
