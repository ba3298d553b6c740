"""What each reader reads, and what it passes over."""

from __future__ import annotations

import base64
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.probes.repository.dockerfile import dockerfile_values
from auditor.probes.repository.dotenv import env_values
from auditor.probes.repository.ini import ini_values, netrc_values, nginx_values, npmrc_values
from auditor.probes.repository.javascript import hashed_values, script_values, settings_values
from auditor.probes.repository.judge import judge
from auditor.probes.repository.notebook import notebook_values
from auditor.probes.repository.python import python_values
from auditor.probes.repository.shell import shell_values
from auditor.probes.repository.yamls import ci_values, line_values, manifest_values
from tests.facts.headers.fuzz import SOME, spliced

P = "hT7pQ2wLx9Zr"


def told(reader, text):
    """Line, name and length of the secrets in a text."""
    return sorted((one.line, one.key, found.length) for one in reader(text) if (found := judge(one)))


class TestDockerfiles:
    @pytest.mark.parametrize(
        ("text", "line"),
        [
            (f"ENV DB_PASSWORD={P}", 1),
            (f"ENV A=b \\\n    DB_PASSWORD='{P}'", 2),
            (f'ENV A=b \\\n# a comment\n\n    DB_PASSWORD="{P}" C=d', 4),
            (f"env DB_PASSWORD {P}", 1),
            (f"ARG DB_PASSWORD={P}", 1),
            (f"# escape=`\nFROM a\nENV A=b `\n  DB_PASSWORD={P}", 4),
            (f"FROM a\nRUN <<EOF\nx\nDB_PASSWORD={P} run\nEOF\n", 4),
            (f"FROM a\nRUN a && \\\n  DB_PASSWORD={P} b", 3),
            (f"RUN docker build --build-arg DB_PASSWORD={P} .", 1),
            (f"COPY <<EOF /app/.env\nDB_PASSWORD={P}\nEOF", 2),
        ],
    )
    def test_written_out(self, text, line):
        assert told(dockerfile_values, text) == [(line, "DB_PASSWORD", 12)]

    @pytest.mark.parametrize(
        "text",
        [
            "ARG DB_PASSWORD\nENV DB_PASSWORD=$DB_PASSWORD",
            "ENV DB_PASSWORD=${DB_PASSWORD}",
            "RUN --mount=type=secret,id=db_password cat /run/secrets/db_password",
            f"# ENV DB_PASSWORD={P}",
            "RUN TOKEN=$(cat /run/secrets/token) a",
            "ENV DB_PASSWORD_FILE=/run/secrets/db",
        ],
    )
    def test_nothing(self, text):
        assert told(dockerfile_values, text) == []


class TestCommands:
    @pytest.mark.parametrize(
        "command",
        [
            f"export DB_PASSWORD={P}",
            f"DB_PASSWORD='{P}' run",
            f'echo "DB_PASSWORD={P}" >> $GITHUB_ENV',
            f"docker run -e DB_PASSWORD={P} x",
            f"curl -H 'Authorization: Bearer {P}' x",
            f'curl --header "X-Api-Key: {P}" x',
            f"curl -u admin:{P} x",
            f"curl -u 'admin:{P}' x",
            f"x --password={P}",
            f"x --db-password {P}",
            f"mysql -u root -p{P} app",
            f"sshpass -p {P} ssh x",
            f"$env:DB_PASSWORD = '{P}'",
        ],
    )
    def test_written_out(self, command):
        found = told(shell_values, f"# x\n{command}\n")
        assert {line for line, _, _ in found} == {2}
        assert len(set(found)) == 1

    @pytest.mark.parametrize(
        "command",
        [
            "export DB_PASSWORD=$1",
            "DB_PASSWORD=$(pass show db) run",
            "DB_PASSWORD=`pass show db` run",
            'curl -H "Authorization: Bearer $TOKEN" x',
            'curl -H "Authorization: Bearer ${{ secrets.X }}" x',
            "x --password-stdin",
            "x --token $TOKEN",
            f"# DB_PASSWORD={P}",
            "mkdir -p /srv/data",
        ],
    )
    def test_nothing(self, command):
        assert told(shell_values, command) == []


class TestYaml:
    def test_github(self):
        text = f"""\
env:
  A_TOKEN: {P}
jobs:
  a:
    permissions:
      id-token: write
    secrets: inherit
    env: {{B_TOKEN: "${{{{ secrets.B }}}}", C_TOKEN: {P}}}
    steps:
      - uses: x
        with:
          api-key: {P}
      - run: |
          a
          curl -u a:{P} https://x
      - run: export D_TOKEN={P}
"""
        assert told(ci_values, text) == [
            (2, "A_TOKEN", 12),
            (8, "C_TOKEN", 12),
            (12, "api-key", 12),
            (15, "user_password", 12),
            (16, "D_TOKEN", 12),
        ]

    def test_secrets_of_kubernetes(self):
        encoded = base64.b64encode(P.encode()).decode()
        text = f"kind: Secret\ndata:\n  db: {encoded}\n  user: YXBw\n---\nkind: ConfigMap\ndata:\n  db: {encoded}\n"
        assert told(manifest_values, text) == [(3, "db_secret", 12)]

    def test_variables_by_name_and_value(self):
        text = (
            f"env:\n- name: DB_PASSWORD\n  value: {P}\n- name: X\n  valueFrom: {{secretKeyRef: {{name: a, key: b}}}}\n"
        )
        assert told(manifest_values, text) == [(3, "DB_PASSWORD", 12)]

    def test_templates_are_read_by_their_lines(self):
        text = f"{{{{- if x }}}}\npassword: {P}\ntoken: {{{{ .Values.token }}}}\nsecretName: db-secret-1\n"
        assert told(manifest_values, text) == [(2, "password", 12)]

    @pytest.mark.parametrize(
        "text",
        [
            "kind: SealedSecret\nspec: {encryptedData: {password: AgBy3i4OJSWK}}",
            f"password: {P}\nsops: {{mac: x}}",
            f"password: !vault {P}",
            "password: !Ref DbPassword1",
            f"x: {P}",
        ],
    )
    def test_nothing(self, text):
        assert told(manifest_values, text) == []

    def test_too_long_to_parse(self):
        assert told(manifest_values, "a: b\n" * 60_000 + f"password: {P}\n") == [(60_001, "password", 12)]


class TestScripts:
    @pytest.mark.parametrize(
        "text",
        [
            f"const s = process.env.JWT_SECRET || '{P}'",
            f"const s = process.env.JWT_SECRET ?? `{P}`",
            f'const s = process.env["JWT_SECRET"] ?? "{P}"',
            f"x(process.env.JWT_SECRET! || '{P}')",
            f"Deno.env.get('JWT_SECRET') ?? '{P}'",
            f"const JWT_SECRET = '{P}'",
            f"const JWT_SECRET: string = '{P}'",
            f"x = {{ JWT_SECRET: '{P[:5]}' + '{P[5:]}' }}",
            f"x = {{ 'JWT_SECRET': \"{P}\" }}",
            f"configService.get('JWT_SECRET', '{P}')",
            f"/* a ' */ const JWT_SECRET = '{P}' // b",
            f"a.replace(/['\"`]/g, ''); const JWT_SECRET = '{P}'",
            f"environment.JWT_SECRET = '{P}'",
            f"if (JWT_SECRET === '{P}') x()",
        ],
    )
    def test_written_out(self, text):
        assert told(script_values, text) == [(1, "JWT_SECRET", 12)]

    @pytest.mark.parametrize(
        "text",
        [
            f"// const JWT_SECRET = '{P}'",
            f"/* JWT_SECRET = '{P}' */",
            "const token = getToken('access')",
            "password: 'Enter your password'",
            "const PASSWORD = 'password_reset'",
            "INVALID_PASSWORD = '5135'",
            "{ token: '--background' }",
            "token: `Bearer ${token}`",
            "tokenUrl: '/oauth/token2'",
            "type: 'password'",
            "NEXT_PUBLIC_SUPABASE_ANON_KEY: 'abc123abc123abc123'",
            "const secretName = 'my-secret-1a2b3c'",
        ],
    )
    def test_nothing(self, text):
        assert told(script_values, text) == []

    def test_json(self):
        text = f'{{"Db": {{"Password": "{P}"}},\n "env": [{{"name": "API_TOKEN", "value": "{P}"}}]}}'
        assert told(settings_values, text) == [(1, "Password", 12), (2, "API_TOKEN", 12)]

    def test_terraform(self):
        text = f"""\
# password = "{P}"
variable "db_password" {{
  type    = string
  default = "{P}"
}}
variable "other_password" {{ sensitive = true }}
resource "x" "y" {{
  password = "{P}"
  token    = var.token
  url      = "postgres://a:${{var.p}}@h/d"
  secret_id = aws_secretsmanager_secret.x.id
}}
"""
        assert told(hashed_values, text) == [(4, "db_password", 12), (8, "password", 12)]

    def test_supabase(self):
        text = (
            f'[auth.external.github]\nclient_id = "env(ID)"\nsecret = "env(GITHUB)"\n[auth.sms]\nauth_token = "{P}"\n'
        )
        assert told(hashed_values, text) == [(5, "auth_token", 12)]


class TestPython:
    @pytest.mark.parametrize(
        "text",
        [
            f"jwt_secret = '{P}'",
            f"class Settings(BaseSettings):\n    jwt_secret: str = '{P}'",
            f"class Settings(BaseSettings):\n    jwt_secret: SecretStr = SecretStr('{P}')",
            f"class Settings(BaseSettings):\n    jwt_secret: str = Field(default='{P}', alias='X')",
            f"class Settings(BaseSettings):\n    jwt_secret: str = Field('{P}')",
            f"@dataclass\nclass Config:\n    jwt_secret: str = field(default='{P}')",
            f"x = os.getenv('jwt_secret', '{P}')",
            f"x = os.environ.get('jwt_secret', default='{P}')",
            f"x = os.environ.get('jwt_secret') or '{P}'",
            f"x = config('jwt_secret', default='{P}')",
            f"os.environ['jwt_secret'] = '{P}'",
            f"x = {{'jwt_secret': '{P}'}}",
            f"connect(jwt_secret='{P}')",
            f"def f(jwt_secret='{P}'): pass",
            f"def f(*, jwt_secret=b'{P}'): pass",
            f"if jwt_secret == '{P}': pass",
            f"jwt_secret = '{P[:4]}' '{P[4:]}'",
            f"print 'python 2'\njwt_secret = '{P}'",
        ],
    )
    def test_written_out(self, text):
        found = told(python_values, text)
        assert [(key, length) for _, key, length in found] == [("jwt_secret", 12)]
        assert found[0][0] == text.count("\n", 0, text.index(P[:4])) + 1

    @pytest.mark.parametrize(
        "text",
        [
            "SECRET_KEY = os.environ['SECRET_KEY']",
            "SECRET_KEY: str",
            "SECRET_KEY: str = secrets.token_urlsafe(32)",
            f"# SECRET_KEY = '{P}'",
            "TOKEN_URL = '/login/access-token2'",
            "token_type = 'bearer'",
            "SECRET_KEY = f'{a}{b}'",
            "password = Column('password', String)",
            "x = Form(title='Password')",
        ],
    )
    def test_nothing(self, text):
        assert told(python_values, text) == []

    def test_a_password_beside_references(self):
        assert len(told(python_values, f"URL = f'postgresql://app:{P}@{{host}}/db'")) == 1
        assert told(python_values, "URL = f'postgresql://app:{pw}@{host}/db'") == []


class TestLines:
    def test_npmrc(self):
        text = f"//registry.npmjs.org/:_authToken=${{NPM_TOKEN}}\n; x\n//r.example/:_authToken={P}\n_password={P}\n"
        assert told(npmrc_values, text) == [(3, "auth_token", 12), (4, "_password", 12)]

    def test_netrc(self):
        assert told(netrc_values, f"machine a\n login b\n password\n {P}\n") == [(4, "password", 12)]

    def test_ini(self):
        text = f"[a]\n; password = {P}\npassword = {P} ; x\nurl: postgresql://a:{P}@h/d\nx = %(password)s\n"
        assert [(line, key) for line, key, _ in told(ini_values, text)] == [(3, "password"), (4, "url")]

    def test_nginx(self):
        text = (
            f"# proxy_set_header Authorization 'Bearer {P}';\nproxy_set_header Authorization 'Bearer {P}';\n"
            f"proxy_set_header Authorization $http_authorization;\nset $api_key {P};\n"
            "proxy_pass_header Authorization;\n"
        )
        assert [(line, key) for line, key, _ in told(nginx_values, text)] == [(2, "Authorization"), (4, "api_key")]

    def test_lines_of_yaml(self):
        assert told(line_values, f"a: b\n  - token: '{P}' # x\n") == [(2, "token", 12)]


class TestNotebooks:
    def test_cells(self):
        text = (
            '{"cells": [\n{"cell_type": "markdown", "source": "x"},\n{"cell_type": "code", "source": [\n'
            f'"%env A_TOKEN={P}\\n",\n"!x --password={P}\\n",\n"b_token = \\"{P}\\"\\n"]}}]}}'
        )
        assert told(notebook_values, text) == [(4, "A_TOKEN", 12), (5, "password", 12), (6, "b_token", 12)]

    @pytest.mark.parametrize("text", ["{}", "[]", '{"cells": 1}', '{"cells": [1, {"source": [1]}]}', "1"])
    def test_odd_ones(self, text):
        assert told(notebook_values, text) == []


READERS = {
    "env": env_values,
    "docker": dockerfile_values,
    "shell": shell_values,
    "script": script_values,
    "settings": settings_values,
    "hashed": hashed_values,
    "python": python_values,
    "ini": ini_values,
    "npmrc": npmrc_values,
    "netrc": netrc_values,
    "nginx": nginx_values,
    "lines": line_values,
    "manifest": manifest_values,
}
PIECES = [
    *(
        "password",
        "TOKEN",
        "=",
        ":",
        '"',
        "'",
        "`",
        "\\",
        "\n",
        " ",
        "#",
        "//",
        "/*",
        "*/",
        "{",
        "}",
        "(",
        ")",
        "[",
        "]",
        "$",
        "${",
    ),
    *(
        "||",
        "??",
        ",",
        ";",
        "ENV ",
        "RUN ",
        "<<EOF\n",
        "EOF\n",
        "export ",
        "--token ",
        "-H ",
        "authorization: ",
        "-u a:",
        P,
    ),
    *(
        "process.env.X",
        "os.getenv(",
        "name",
        "value",
        "default",
        "é",
        "\r\n",
        "\t",
        '"""',
        "- ",
        "|",
        "!vault ",
        "&a ",
        "*a",
        "://",
        "@",
    ),
]


@given(text=st.text(max_size=200) | spliced(PIECES, 40))
@SOME
def test_any_text_is_read(text):
    """By every reader: to make a text takes longer than to read it."""
    lines = text.count("\n") + text.count("\r") + text.count("\x85") + 3
    for name, reader in READERS.items():
        for one in reader(text):
            assert 1 <= one.line <= lines, name
            judge(one)


@pytest.mark.parametrize("reader", READERS.values(), ids=READERS)
@pytest.mark.parametrize(
    "piece",
    [
        *(
            '"',
            "'",
            "`",
            "/*",
            "/",
            "(/",
            "(/[",
            "a",
            "a.",
            "=",
            "a=",
            "A_TOKEN=",
            "password: ",
            "\\",
            "\\\n",
            "${",
            "$(",
            "#",
            "<<E\n",
        ),
        *(
            "-u a:",
            "--token ",
            "mysql ",
            "://",
            "a://b:",
            " ",
            "\n",
            "{",
            "[",
            '"a" + ',
            '"""',
            "authorization:",
            "x" * 50 + " ",
            "?.a",
        ),
    ],
)
def test_time_in_proportion_to_the_text(reader, piece):
    """Twice a text that is long takes about twice as long, or is too quick to tell."""

    def seconds(size):
        text = piece * (size // len(piece))
        start = time.process_time()
        for one in reader(text):
            judge(one)
        return time.process_time() - start

    assert seconds(20_000) < 0.1 or seconds(80_000) < 8 * seconds(20_000) + 0.5
