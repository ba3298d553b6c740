from __future__ import annotations

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.facts.repository import DEFAULT_VALUE
from auditor.probes.repository import compose_values, env_values
from auditor.probes.repository.judge import judge
from tests.probes.planted import ANON, SERVICE, TOKENS

BOUNDED = settings(deadline=None, max_examples=200)
PASSWORD = "hT7pQ2wLx9Zr"
NAMED = "value of a secret variable"


def told(values):
    pairs = ((one, judge(one)) for one in values)
    return [(one.line, one.key, judged.kind, judged.length) for one, judged in pairs if judged]


def env(text):
    return told(env_values(text))


def compose(text):
    return told(compose_values(text))


class TestValues:
    @pytest.mark.parametrize(
        "key",
        [
            "POSTGRES_PASSWORD",
            "SMTP_PASSWD",
            "DB_PWD",
            "JWT_SECRET",
            "SECRET_KEY",
            "SESSION_TOKEN",
            "OPENAI_API_KEY",
            "APIKEY",
            "AWS_ACCESS_KEY",
            "SUPABASE_SERVICE_ROLE_KEY",
            "SERVICE_KEY",
            "SIGNING_KEY",
            "ENCRYPTION_KEY",
            "GOOGLE_CREDENTIALS",
            "jwt_secret",
            "app.password",
        ],
    )
    def test_of_secret_variables(self, key):
        assert env(f"{key}={PASSWORD}") == [(1, key, NAMED, 12)]

    @pytest.mark.parametrize(
        "key",
        [
            "ENVIRONMENT",
            "SUPABASE_ANON_KEY",
            "STRIPE_PUBLISHABLE_KEY",
            "TURNSTILE_SITE_KEY",
            "VAPID_PUBLIC_KEY",
            "POSTGRES_PASSWORD_FILE",
            "TOKEN_TTL",
            "ACCESS_TOKEN_EXPIRE_MINUTES",
            "PASSWORD_MIN_LENGTH",
            "SENTRY_DSN",
        ],
    )
    def test_of_public_variables(self, key):
        assert env(f"{key}={PASSWORD}") == []

    @pytest.mark.parametrize(("kind", "token"), TOKENS.items())
    def test_known_by_their_shape(self, kind, token):
        assert env(f"X={token}") == [(1, "X", kind, len(token))]

    @pytest.mark.parametrize(
        ("value", "kind"),
        [
            (SERVICE, "JWT"),
            (f"{ANON},{SERVICE}", "JWT"),
            (f"postgresql://app:{PASSWORD}@db:5432/app", "password in a URL"),
            (f"redis://:{PASSWORD}@cache", "password in a URL"),
            ("-----BEGIN PRIVATE KEY-----", "private key"),
        ],
    )
    def test_whatever_the_variable(self, value, kind):
        assert env(f"X={value}") == [(1, "X", kind, len(value))]

    @pytest.mark.parametrize("key", ["X", "SUPABASE_KEY", "SUPABASE_ANON_KEY", "API_KEY"])
    def test_the_anon_key_is_public(self, key):
        assert env(f"{key}={ANON}") == []
        assert env(f"{key}={ANON},{ANON}") == []

    @pytest.mark.parametrize(
        "value",
        [
            "",
            "abc",
            "<password>",
            "your-secret-here",
            "xxxx",
            "****",
            "...",
            "todo",
            "example-secret",
            "true",
            "None",
            "/run/secrets/db_password",
            "./secrets/db-password.txt",
            "../x/y/",
            "https://auth.example.com/token",
            "postgresql://db:5432/app",
        ],
    )
    def test_that_are_no_secrets(self, value):
        assert env(f"DB_PASSWORD={value}") == []

    @pytest.mark.parametrize("value", ["/Bx9+kQ2==", "/a b c d", "//", "a/b/c/d"])
    def test_that_look_like_a_path(self, value):
        assert env(f"DB_PASSWORD={value}") == ([(1, "DB_PASSWORD", NAMED, len(value))] if len(value) >= 4 else [])

    @pytest.mark.parametrize(
        "value",
        [
            *("1234", "postgres", "password", "changeme", "change-me-please", "changethis", "CHANGE_ME", "replace_me"),
            *("secret", "my-secret-key", "test123", "admin", "minioadmin", "password123!", "aaaa"),
            *("super-secret-jwt-token-with-at-least-32-characters-long", "dev-secret-key", "not-for-production"),
            *("your-super-secret-jwt-token-with-at-least-32-characters-long", "insecure-key-change-in-production"),
        ],
    )
    def test_that_everybody_knows(self, value):
        assert env(f"DB_PASSWORD={value}") == [(1, "DB_PASSWORD", DEFAULT_VALUE, len(value))]
        assert compose(f"DB_PASSWORD: ${{DB_PASSWORD:-{value}}}") == [(1, "DB_PASSWORD", DEFAULT_VALUE, len(value))]

    @pytest.mark.parametrize(
        "value",
        [
            *("${{ secrets.DB }}", "{{ .Values.db }}", "%DB_VALUE%", "$(DB)", "((db))", "vault:secret/data/db#x"),
            *("op://vault/db/password", "ref+vault://db", "arn:aws:secretsmanager:eu-west-1:1:secret:db", "env(DB)"),
            *(
                "projects/x/secrets/db/versions/1",
                "ENC[AES256_GCM,data:aGVsbG8=,iv:a,tag:b,type:str]",
                "encrypted:BDqDBibm",
            ),
            *("@Microsoft.KeyVault(SecretUri=https://x/)", "secretref+x://y", "DB_PASSWORD", "__DB_VALUE__", "write"),
            *(
                "your_password",
                "yourPassword",
                "YOUR-KEY-HERE",
                "<DB>",
                "insert-token",
                "put_it_here",
                "sk_live_xxxxxxxx",
            ),
        ],
    )
    def test_that_stand_for_another(self, value):
        assert env(f'DB_PASSWORD="{value}"') == []
        assert compose(f"DB_PASSWORD: '{value}'") == []

    @pytest.mark.parametrize(
        ("url", "kind"),
        [
            ("postgresql://app:{}@db/app", "password in a URL"),
            ("amqp://app:{}@mq.example.com", "password in a URL"),
            ("Server=db;User=sa;Password={};", "password in a connection string"),
        ],
    )
    def test_inside_addresses(self, url, kind):
        assert env(f"X={url.format(PASSWORD)}") == [(1, "X", kind, len(url.format(PASSWORD)))]
        assert env(f"X={url.format('postgres')}") == [(1, "X", DEFAULT_VALUE, len(url.format("postgres")))]
        for nothing in ("<password>", "YOUR_PASSWORD", "${DB}", "xxxxxxxx"):
            assert env(f"X={url.format(nothing)}") == []


class TestReferences:
    @pytest.mark.parametrize(
        "value",
        [
            "${DB_PASSWORD}",
            "$DB_PASSWORD",
            "${DB_PASSWORD:?set it}",
            "${DB_PASSWORD?set it}",
            "${DB_PASSWORD:-}",
            "${DB_PASSWORD-}",
            "${A}${B}",
            "prefix-${A}",
            "${A:-${B}}",
            "${A:-${B:?none}}",
            "postgresql://app:${DB_PASSWORD}@db:5432/app",
            "postgresql://$USER:$PASS@db/app",
            "postgresql://${USER:-app}:${PASS:?none}@db/app",
        ],
    )
    @pytest.mark.parametrize("key", ["DB_PASSWORD", "DATABASE_URL"])
    def test_nothing_is_written_out(self, key, value):
        assert env(f"{key}={value}") == []
        assert env(f'{key}="{value}"') == []
        assert compose(f"environment:\n  {key}: '{value}'") == []
        assert compose(f"environment:\n  - '{key}={value}'") == []

    @pytest.mark.parametrize(
        ("value", "length"),
        [
            (f"${{DB_PASSWORD:-{PASSWORD}}}", 12),
            (f"${{DB_PASSWORD-{PASSWORD}}}", 12),
            (f"${{DB_PASSWORD:+{PASSWORD}}}", 12),
            (f"${{A:-${{B:-{PASSWORD}}}}}", 12),
            ("pa$word", 7),
            ("pa$$word", 7),
            ("$$ecret", 6),
            ("100$", 4),
            ("${", 2),
            ("${}abc", 6),
        ],
    )
    def test_a_default_is_written_out(self, value, length):
        expected = [(1, "DB_PASSWORD", NAMED, length)] if length >= 4 else []
        assert env(f"DB_PASSWORD={value}") == expected

    @pytest.mark.parametrize(
        "url",
        [
            f"postgresql://app:${{PASS:-{PASSWORD}}}@db/app",
            f"postgresql://${{USER}}:{PASSWORD}@db/app",
            f"postgresql://app:{PASSWORD}@${{HOST}}/app",
            f"postgresql://app:{PASSWORD}@${{HOST:-db}}/app",
        ],
    )
    def test_a_password_beside_references(self, url):
        [(line, key, kind, _)] = env(f"DATABASE_URL={url}")
        assert (line, key, kind) == (1, "DATABASE_URL", "password in a URL")

    @pytest.mark.parametrize("value", ["${POSTGRES}", "$POSTGRES", "S3cr$et$x"])
    def test_in_single_quotes_everything_means_itself(self, value):
        assert env(f"DB_PASSWORD='{value}'") == [(1, "DB_PASSWORD", NAMED, len(value))]


class TestEnvFiles:
    @pytest.mark.parametrize(
        "line",
        [
            f"DB_PASSWORD={PASSWORD}",
            f"export DB_PASSWORD={PASSWORD}",
            f"  DB_PASSWORD = {PASSWORD}  ",
            f"DB_PASSWORD={PASSWORD} # production",
            f'DB_PASSWORD="{PASSWORD}"',
            f"DB_PASSWORD='{PASSWORD}'",
            f'DB_PASSWORD="{PASSWORD}" # production',
            f"DB_PASSWORD='{PASSWORD}'# production",
            f"DB_PASSWORD={PASSWORD}\r",
        ],
    )
    def test_an_assignment(self, line):
        assert env(f"# first\n{line}\n") == [(2, "DB_PASSWORD", NAMED, 12)]

    @pytest.mark.parametrize("line", [f"# DB_PASSWORD={PASSWORD}", PASSWORD, "=", "", "A"])
    def test_no_assignment(self, line):
        assert env(line) == []

    def test_a_quote_inside(self):
        assert env(r'DB_PASSWORD="a\"b#c d" # x') == [(1, "DB_PASSWORD", NAMED, 8)]
        assert env("DB_PASSWORD='a\"bcd'") == [(1, "DB_PASSWORD", NAMED, 5)]
        assert env("DB_PASSWORD=''") == []

    def test_a_quote_that_is_never_closed(self):
        assert env(f'DB_PASSWORD="{PASSWORD}') == [(1, "DB_PASSWORD", NAMED, 13)]
        pem = '"-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----"'
        assert env(f"KEY={pem}") == [(1, "KEY", "private key", 58)]

    def test_a_line_of_spaces_takes_no_longer_than_it_must(self):
        assert env("DB_PASSWORD=x" + " " * 500_000 + "y") == [(1, "DB_PASSWORD", NAMED, 500_002)]

    @pytest.mark.parametrize("piece", ["a", "eyJ", "${A:-", "${", "{", "$", "$$", '"', "a://", "sk_live_"])
    def test_a_megabyte_of_one_piece_takes_no_longer_than_it_must(self, piece):
        env("DB_PASSWORD=" + piece * (1_000_000 // len(piece)))

    @given(
        st.text(max_size=200)
        | st.lists(st.sampled_from(["A_TOKEN=", "\n", "'", '"', "${A:-", "}", "$", " #", PASSWORD])).map("".join)
    )
    @BOUNDED
    def test_any_text_is_read(self, text):
        for found in env_values(text):
            assert 1 <= found.line <= text.count("\n") + 1
            judge(found)


class TestComposeFiles:
    def test_maps_and_lists(self):
        text = f"""\
services:
  db:
    environment:
      POSTGRES_USER: app
      POSTGRES_PASSWORD: {PASSWORD}
  api:
    environment:
      - ENVIRONMENT=production
      - JWT_SECRET={PASSWORD}
    build:
      args: ["NPM_TOKEN={PASSWORD}"]
"""
        assert sorted(compose(text)) == [
            (5, "POSTGRES_PASSWORD", NAMED, 12),
            (9, "JWT_SECRET", NAMED, 12),
            (11, "NPM_TOKEN", NAMED, 12),
        ]

    def test_an_alias_counts_for_every_key(self):
        text = f"x: &pw {PASSWORD}\nenvironment:\n  POSTGRES_PASSWORD: *pw\n  NOTE: *pw\n"
        assert compose(text) == [(1, "POSTGRES_PASSWORD", NAMED, 12)]

    def test_merged_maps(self):
        text = f"x: &common\n  DB_PASSWORD: {PASSWORD}\nenvironment:\n  <<: *common\n"
        assert compose(text) == [(2, "DB_PASSWORD", NAMED, 12)]

    @pytest.mark.parametrize("tag", ["!reset ", "!override ", "!!binary ", "!!python/object/apply:os.system ", "!<x> "])
    def test_tags_are_not_acted_on(self, tag):
        assert compose(f"DB_PASSWORD: {tag}{PASSWORD}") == [(1, "DB_PASSWORD", NAMED, 12)]

    def test_under_a_key_that_is_no_text(self):
        assert compose(f"? [a, b]\n: {{DB_PASSWORD: {PASSWORD}}}\n") == [(2, "DB_PASSWORD", NAMED, 12)]

    def test_numbers_are_values_too(self):
        assert compose("DB_PASSWORD: 83920174") == [(1, "DB_PASSWORD", NAMED, 8)]

    @pytest.mark.parametrize("text", ["", "# nothing\n", "text", "[]", "{}", "~", "- a\n- b"])
    def test_nothing_in_it(self, text):
        assert compose(text) == []

    def test_a_bomb_of_aliases_is_not_expanded(self):
        lines = [f"DB_PASSWORD: {PASSWORD}", "a0: &a0 {A_SECRET: abcdefgh}"]
        lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 60)]
        assert [key for _, key, *_ in sorted(compose("\n".join(lines)))] == ["DB_PASSWORD", "A_SECRET"]

    @pytest.mark.parametrize("text", ["&a [*a]", "&a {x: *a, A_SECRET: abcdefgh}", "x: &a\n  y: &b [*a, *b]\nz: *a"])
    def test_anchors_that_hold_themselves(self, text):
        assert len(compose(text)) == text.count("SECRET")

    @pytest.mark.parametrize(
        "text",
        [
            "a: b: c",
            "[",
            "*unknown",
            "\t- a",
            "a: 'x",
            "a: \x00",
            '"\\UFFFFFFFF"',
            '"\\UFFFFFFFFFF"',
            f"%YAML 1.{'9' * 5000}\n---\na: b",
            "&a a: &a b: *a",
            "\ud800",
        ],
    )
    def test_what_is_no_yaml(self, text):
        with pytest.raises(yaml.YAMLError):
            list(compose_values(text))

    @pytest.mark.parametrize("piece", ["[", "{a: ", "- ", "? "])
    def test_nested_without_end(self, piece):
        with pytest.raises((yaml.YAMLError, RecursionError)):
            list(compose_values(piece * 50_000))

    @given(
        st.text(max_size=120)
        | st.lists(
            st.sampled_from(
                ["a: ", "- ", "\n", "  ", "&x ", "*x", "<<: ", "!reset ", "[", "]", "{", "}", '"', "|", "\\U", "9"]
            ),
            max_size=25,
        ).map("".join)
    )
    @BOUNDED
    def test_any_text_is_read_or_refused(self, text):
        try:
            found = list(compose_values(text))
        except (yaml.YAMLError, RecursionError):
            return
        for one in found:
            judge(one)
