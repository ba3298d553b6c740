from __future__ import annotations

import asyncio
import os
import subprocess

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.checklist.model import Environment
from auditor.errors import Absent, Unavailable
from auditor.facts.repository import SecretLiteral, SecretLiterals
from auditor.model import Gap
from auditor.probes.repository import compose_literals, env_literals, secret_literals, tracked_files
from tests.probes.net.running import run
from tests.probes.test_leaks import ANON, SERVICE, TOKENS

BOUNDED = settings(deadline=None, max_examples=200)
PASSWORD = "hT7pQ2wLx9Zr"
NAMED = "value of a secret variable"
NOT_YAML = "check it with `docker compose config`"


def env(text):
    return [(found.line, found.key, found.kind, found.length) for found in env_literals(".env", text)]


def compose(text):
    return [(found.line, found.key, found.kind, found.length) for found in compose_literals("compose.yml", text)]


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
            "changeme",
            "change-me-please",
            "<password>",
            "your-secret-here",
            "replace_me",
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

    @pytest.mark.parametrize("value", ["1234", "postgres", "password", "/Bx9+kQ2==", "/a b c d", "//", "a/b/c/d"])
    def test_that_are_weak_or_look_like_a_path(self, value):
        assert env(f"DB_PASSWORD={value}") == ([(1, "DB_PASSWORD", NAMED, len(value))] if len(value) >= 4 else [])


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
            "${A:-changeme}",
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
            ("${1}abc", 7),
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

    @pytest.mark.parametrize("value", ["${DB_PASSWORD}", "$DB_PASSWORD", "S3cr$et$x"])
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

    @pytest.mark.parametrize("line", [f"# DB_PASSWORD={PASSWORD}", PASSWORD, f"DB_PASSWORD: {PASSWORD}", "=", "", "A"])
    def test_no_assignment(self, line):
        assert env(line) == []

    def test_a_quote_inside(self):
        assert env(r'DB_PASSWORD="a\"b#c d" # x') == [(1, "DB_PASSWORD", NAMED, 8)]
        assert env("DB_PASSWORD='a\"bcd'") == [(1, "DB_PASSWORD", NAMED, 5)]
        assert env("DB_PASSWORD=''") == []

    def test_a_quote_that_is_never_closed(self):
        assert env(f'DB_PASSWORD="{PASSWORD}') == [(1, "DB_PASSWORD", NAMED, 13)]
        pem = '"-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----"'
        assert env(f"KEY={pem}") == [(1, "KEY", "private key", 28)]

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
        for found in env_literals(".env", text):
            assert 1 <= found.line <= len(text.splitlines())
            assert found.length >= 4


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
        assert compose("DB_PASSWORD: 12345678") == [(1, "DB_PASSWORD", NAMED, 8)]

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
            "--- a\n--- b",
            '"\\UFFFFFFFF"',
            '"\\UFFFFFFFFFF"',
            f"%YAML 1.{'9' * 5000}\n---\na: b",
            "&a a: &a b: *a",
            "\ud800",
        ],
    )
    def test_what_is_no_yaml(self, text):
        with pytest.raises(yaml.YAMLError):
            compose_literals("compose.yml", text)

    @pytest.mark.parametrize("piece", ["[", "{a: ", "- ", "? "])
    def test_nested_without_end(self, piece):
        with pytest.raises((yaml.YAMLError, RecursionError)):
            compose_literals("compose.yml", piece * 50_000)

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
            found = compose_literals("compose.yml", text)
        except (yaml.YAMLError, RecursionError):
            return
        assert all(isinstance(one, SecretLiteral) for one in found)


@pytest.fixture
def checkout(tmp_path):
    """Makes a repository that tracks files."""

    def make(**files) -> Environment:
        root = tmp_path / "repo"
        root.mkdir(exist_ok=True)
        git(root, "init", "--quiet", "--template=")
        for name, content in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        git(root, "add", "--all", "--force")
        return Environment("test", repository=root)

    return make


def git(root, *arguments):
    environ = {"PATH": os.environ["PATH"], "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    subprocess.run(["git", *arguments], cwd=root, env=environ, check=True, capture_output=True)


def gather(environment) -> SecretLiterals:
    return run(secret_literals(environment))


LEAK = f"DB_PASSWORD={PASSWORD}\n"


def leak(path, line=1):
    return SecretLiteral(path, line, "DB_PASSWORD", NAMED, 12)


class TestCheckouts:
    def test_what_is_looked_at(self, checkout):
        names = [".env", ".env.production", "api/.env.local", "prod.env", "DOCKER-COMPOSE.YML", "ops/compose.prod.yaml"]
        others = [".env.example", ".env.sample", "env.template", "example.env", "settings.py", "env", "compose.json"]
        files = {name: "A=b\n" if "ompose" not in name.lower() else "a: b\n" for name in (*names, *others)}
        assert gather(checkout(**files)) == SecretLiterals(tuple(sorted(names)), ())

    def test_what_is_found(self, checkout):
        compose_file = f"a:\n  DB_PASSWORD: {PASSWORD}\n"
        found = gather(checkout(**{".env": LEAK, "compose.yml": compose_file, ".env.example": LEAK}))
        assert found == SecretLiterals((".env", "compose.yml"), (leak(".env"), leak("compose.yml", 2)))

    def test_what_git_does_not_track_is_private(self, checkout):
        environment = checkout(**{"README.md": "x"})
        (environment.repository / ".env").write_text(LEAK)
        assert gather(environment) == SecretLiterals((), ())

    def test_a_folder_of_the_repository(self, checkout):
        environment = checkout(**{".env": LEAK, "api/.env": LEAK})
        inner = Environment("test", repository=environment.repository / "api")
        assert gather(inner) == SecretLiterals((".env",), (leak(".env"),))

    def test_deleted_in_this_checkout(self, checkout):
        environment = checkout(**{".env": LEAK})
        (environment.repository / ".env").unlink()
        assert gather(environment) == SecretLiterals((), ())

    def test_a_link_holds_nothing(self, checkout, tmp_path):
        (tmp_path / "outside").write_text(LEAK)
        environment = checkout(**{"README.md": "x"})
        (environment.repository / ".env").symlink_to(tmp_path / "outside")
        git(environment.repository, "add", "--all")
        assert run(tracked_files(environment.repository)) == (".env", "README.md")
        assert gather(environment) == SecretLiterals((), ())

    def test_a_pipe_in_its_place_is_not_waited_for(self, checkout):
        environment = checkout(**{".env": LEAK})
        (environment.repository / ".env").unlink()
        os.mkfifo(environment.repository / ".env")
        assert gather(environment) == SecretLiterals((), ())

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
    def test_encodings(self, checkout, encoding):
        assert gather(checkout(**{".env": LEAK.encode(encoding)})).literals == (leak(".env"),)

    def test_bytes_that_are_no_text(self, checkout):
        found = gather(checkout(**{".env": b"\xff\xfe\xfd\x00A=\xc3\x28\nX\x00", "a.env": b"\xff=\n" + LEAK.encode()}))
        assert found == SecretLiterals((".env", "a.env"), (leak("a.env", 2),))

    @pytest.mark.parametrize(
        "name", ["a b.env", "ümlaut.env", 'say "hi".env', "two\nlines.env", "tab\t.env", "-rf.env", "'$(x)'.env"]
    )
    def test_names(self, checkout, name):
        assert gather(checkout(**{name: LEAK})) == SecretLiterals((name,), (leak(name),))

    def test_a_name_that_is_no_text(self, checkout):
        """No report could hold it as it is."""
        found = gather(checkout(**{os.fsdecode(b"\xff.env"): LEAK}))
        assert found == SecretLiterals(("�.env",), (leak("�.env"),))

    def test_too_long(self, checkout):
        found = gather(checkout(**{".env": LEAK + "#" * 1_000_000 + f"\n{LEAK}"}))
        assert found.literals == (leak(".env"),)
        assert found.gaps == (Gap(".env", ".env is longer than 1000000 bytes: the rest was not read"),)

    def test_a_compose_file_too_long(self, checkout):
        """A megabyte of YAML would take longer than the probe has."""
        found = gather(checkout(**{"compose.yml": "a: b\n" * 200_000, ".env": LEAK}))
        assert found == SecretLiterals(
            (".env",),
            (leak(".env"),),
            (Gap("compose.yml", "compose.yml is longer than 200000 bytes: it was not read"),),
        )

    @pytest.mark.parametrize("text", ["a: b: c", '"\\UFFFFFFFF"', "[" * 5000, b"\x00"])
    def test_a_compose_file_that_is_no_yaml(self, checkout, text):
        found = gather(checkout(**{"compose.yml": text, ".env": LEAK}))
        assert found == SecretLiterals(
            (".env",),
            (leak(".env"),),
            (Gap("compose.yml", "compose.yml is not YAML that can be read", NOT_YAML),),
        )

    def test_a_file_that_cannot_be_read(self, checkout, monkeypatch):
        def content(path):
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr("auditor.probes.repository.content", content)
        found = gather(checkout(**{".env": LEAK}))
        assert found == SecretLiterals((), (), (Gap(".env", ".env cannot be read: Permission denied"),))

    def test_no_repository(self, tmp_path, monkeypatch):
        monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
        with pytest.raises(Unavailable) as caught:
            gather(Environment("test", repository=tmp_path))
        assert caught.value.reason.startswith(f"git cannot list the files of {tmp_path}: fatal: not a git repository")

    def test_no_folder(self, tmp_path):
        with pytest.raises(Unavailable, match="is not a folder"):
            gather(Environment("test", repository=tmp_path / "none"))

    def test_no_git(self, tmp_path, monkeypatch):
        monkeypatch.setenv("PATH", str(tmp_path))
        with pytest.raises(Unavailable) as caught:
            gather(Environment("test", repository=tmp_path))
        assert caught.value.reason == "git cannot be started: No such file or directory"

    def test_git_that_hangs_is_ended(self, tmp_path, monkeypatch):
        fake = tmp_path / "git"
        fake.write_text("#!/bin/sh\nexec sleep 600\n")
        fake.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")

        async def main():
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.2):
                    await tracked_files(tmp_path)

        run(main())

    def test_absent(self):
        with pytest.raises(Absent):
            gather(Environment("test", absent=frozenset({"repository"})))

    def test_not_named(self):
        with pytest.raises(Unavailable, match="names no repository"):
            gather(Environment("test"))
