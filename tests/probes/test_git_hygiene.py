from __future__ import annotations

import os

import pytest

from auditor.checklist.model import Environment
from auditor.errors import Absent, Unavailable
from auditor.facts.git_hygiene import GitHygiene, Holds, IgnoredName, SecretFile, SecretFiles, TrackedEnvFile
from auditor.model import Gap
from auditor.probes.env_names import EnvFile, app_folders, env_file, key_file
from auditor.probes.git_hygiene import check_ignore, git_hygiene, look, modes, secret_files
from tests.probes.checkout import checkout, git, put
from tests.probes.net.running import run

PASSWORD = "hT7pQ2wLx9Zr"
ENCRYPTED = "X=ENC[AES256_GCM,data:AAAA,iv:AAAA,tag:AAAA,type:str]\nsops_mac=ENC[x]\nsops_version=3.9.0\n"


@pytest.mark.parametrize(
    ("name", "role"),
    [
        (".env", EnvFile.LIVE),
        ("a/b/.env", EnvFile.LIVE),
        (".ENV", EnvFile.LIVE),
        (".Env.Production", EnvFile.LIVE),
        ("prod.env", EnvFile.LIVE),
        (".env-production", EnvFile.LIVE),
        (".env_prod", EnvFile.LIVE),
        (".envrc", EnvFile.LIVE),
        (".env.contest", EnvFile.LIVE),
        (".env.local", EnvFile.LOCAL),
        (".env.production.local", EnvFile.LOCAL),
        (".env.keys", EnvFile.LOCAL),
        (".env.bak", EnvFile.LOCAL),
        (".env~", EnvFile.LOCAL),
        (".env.test", EnvFile.STAGE),
        (".env.development", EnvFile.STAGE),
        ("test.env", EnvFile.STAGE),
        (".env.example", EnvFile.EXAMPLE),
        (".env.production.sample", EnvFile.EXAMPLE),
        ("example.env", EnvFile.EXAMPLE),
        (".ENV.EXAMPLE", EnvFile.EXAMPLE),
        (".env.dist", EnvFile.EXAMPLE),
        (".env.template", EnvFile.EXAMPLE),
        (".env.defaults", EnvFile.EXAMPLE),
        (".env-example", EnvFile.EXAMPLE),
        (".env.j2", EnvFile.EXAMPLE),
        (".env.d.ts", None),
        (".env.schema", None),
        ("env.ts", None),
        ("environment", None),
        ("vite-env.d.ts", None),
        (".environment", None),
        (".env/pyvenv.cfg", None),
        ("settings.environ", None),
    ],
)
def test_names(name, role):
    assert env_file(name) is role


@pytest.mark.parametrize("name", ["id_rsa", "certs/server.key", "x.pem", ".pgpass", "acme-firebase-adminsdk-1.json"])
def test_names_of_keys(name):
    assert key_file(name)
    assert not key_file(name + ".pub")


def test_where_applications_live():
    tracked = ("apps/web/package.json", "backend/pyproject.toml", "tests/fixtures/a/package.json", "a/b.txt")
    assert app_folders(tracked) == ("", "apps/web", "backend")


def described(tmp_path, name, text):
    (found,) = look(tmp_path, checkout(tmp_path, {name: text})).env_files
    return found


class TestTracked:
    @pytest.mark.parametrize(
        ("name", "text", "expected"),
        [
            (".env", f"A=1\nDB_PASSWORD={PASSWORD}", TrackedEnvFile(".env", "live", Holds.SECRETS, 2, ("DB_PASSWORD",
             ), 2)),
            ("a/.ENV", "LOG_LEVEL=info", TrackedEnvFile("a/.ENV", "live", Holds.SETTINGS, 1)),
            (".env", "", TrackedEnvFile(".env", "live", Holds.NOTHING)),
            (".env", "NEXT_PUBLIC_URL=x", TrackedEnvFile(".env", "live", Holds.PUBLIC, 1)),
            (".env.test", "API_KEY=test", TrackedEnvFile(".env.test", "stage", Holds.SECRETS, 1, ("API_KEY",), 1)),
            (".env.test", "API_KEY=${API_KEY}\nB=", TrackedEnvFile(".env.test", "stage", Holds.SETTINGS, 2)),
            (".env", ENCRYPTED, TrackedEnvFile(".env", "live", Holds.ENCRYPTED)),
            (".env", b"\0GITCRYPT\0xyz", TrackedEnvFile(".env", "live", Holds.ENCRYPTED)),
            (".env", "DOTENV_PUBLIC_KEY=0\nA_KEY=encrypted:BA", TrackedEnvFile(".env", "live", Holds.ENCRYPTED)),
        ],
    )  # fmt: skip
    def test_what_it_holds(self, tmp_path, name, text, expected):
        assert described(tmp_path, name, text) == expected

    def test_one_value_that_is_not_encrypted(self, tmp_path):
        found = described(tmp_path, ".env", f"{ENCRYPTED}API_KEY={PASSWORD}\n")
        assert (found.holds, found.secrets) == (Holds.SECRETS, ("API_KEY",))

    def test_no_value_is_kept(self, tmp_path):
        assert PASSWORD not in repr(described(tmp_path, ".env", f"DB_PASSWORD={PASSWORD}"))

    def test_deleted_and_linked(self, tmp_path):
        put(tmp_path, {"x": ""})
        (tmp_path / "a").mkdir()
        (tmp_path / "a/.env").symlink_to("../x")
        tracked = checkout(tmp_path, {".env": "A=1"})
        (tmp_path / ".env").unlink()
        assert look(tmp_path, tracked).env_files == (
            TrackedEnvFile(".env", "live", Holds.UNKNOWN),
            TrackedEnvFile("a/.env", "live", Holds.LINK),
        )

    def test_a_name_that_is_no_text(self, tmp_path):
        tracked = checkout(tmp_path, {"x": ""})
        name = b"\xff.env".decode("utf-8", "surrogateescape")
        put(tmp_path, {name: "A=1"})
        (found,) = look(tmp_path, (*tracked, name)).env_files
        assert found.path == "\ufffd.env"

    def test_examples(self, tmp_path):
        fact = look(tmp_path, checkout(tmp_path, {".env.example": f"DB_PASSWORD={PASSWORD}", "a": ""}))
        assert (fact.env_files, fact.examples, fact.tracked) == ((), (".env.example",), 2)


class TestIgnored:
    def told(self, tmp_path, rules, *names):
        put(tmp_path, rules)
        return [(name.ignored, name.source, name.line, name.pattern) for name in check_ignore(tmp_path, list(names))]

    @pytest.fixture(autouse=True)
    def _repository(self, tmp_path):
        checkout(tmp_path, {"a": ""})

    def test_no_rules(self, tmp_path):
        assert self.told(tmp_path, {}, ".env") == [(False, "", 0, "")]

    def test_the_last_rule_counts(self, tmp_path):
        told = self.told(tmp_path, {".gitignore": ".env*\n!.env\n"}, ".env", ".env.local", "deep/down/.env.local")
        assert told == [
            (False, ".gitignore", 2, "!.env"),
            (True, ".gitignore", 1, ".env*"),
            (True, ".gitignore", 1, ".env*"),
        ]

    def test_at_the_root_only(self, tmp_path):
        assert [one[0] for one in self.told(tmp_path, {".gitignore": "/.env\n"}, ".env", "web/.env")] == [True, False]

    def test_a_folder_takes_it_back(self, tmp_path):
        rules = {".gitignore": ".env\n", "web/.gitignore": "!.env\n"}
        assert self.told(tmp_path, rules, "web/.env") == [(False, "web/.gitignore", 1, "!.env")]

    def test_a_whole_folder(self, tmp_path):
        assert self.told(tmp_path, {".gitignore": "web/\n!web/.env\n"}, "web/.env") == [(True, ".gitignore", 1, "web/")]

    def test_of_this_clone(self, tmp_path):
        (tmp_path / ".git/info").mkdir(exist_ok=True)
        (tmp_path / ".git/info/exclude").write_text(".env\n")
        assert self.told(tmp_path, {}, ".env") == [(True, ".git/info/exclude", 1, ".env")]

    def test_not_of_the_user(self, tmp_path, monkeypatch):
        (tmp_path / "mine").write_text(".env\n")
        (tmp_path / "config").write_text(f"[core]\nexcludesFile = {tmp_path}/mine\n")
        monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "config"))
        assert self.told(tmp_path, {}, ".env") == [(False, "", 0, "")]

    def test_tracked_names_are_judged_by_the_rules(self, tmp_path):
        put(tmp_path, {".env": "A=1"})
        git(tmp_path, "add", ".env")
        assert self.told(tmp_path, {".gitignore": ".env"}, ".env")[0][0]

    def test_beyond_a_link(self, tmp_path):
        (tmp_path / "web").symlink_to("/")
        with pytest.raises(Unavailable, match="beyond a symbolic link"):
            check_ignore(tmp_path, ["web/.env"])


class TestTheProbe:
    def test_a_whole_fact(self, tmp_path):
        checkout(
            tmp_path, {".gitignore": ".env\n.env.*\n!.env.example\n", ".env.example": "", "web/package.json": "{}"}
        )
        names = [".env", ".env.local", ".env.production", ".env.production.local"]
        expected = [
            IgnoredName(f"{folder}{name}", True, ".gitignore", 1 if name == ".env" else 2,
             ".env" if name == ".env" else ".env.*")
            for folder in ("", "web/")
            for name in names
        ]  # fmt: skip
        fact = run(git_hygiene(Environment("prod", repository=tmp_path)))
        assert fact == GitHygiene(3, (), (".env.example",), tuple(expected))

    def test_nothing_of_the_repository_is_run(self, tmp_path):
        tracked = checkout(tmp_path, {".env": "A=1", ".gitattributes": "* filter=x diff=x\n"})
        trap, trapped = tmp_path / "trap.sh", tmp_path / "trapped"
        trap.write_text(f"#!/bin/sh\ntouch {trapped}\n")
        trap.chmod(0o755)
        for key in (
            "core.fsmonitor",
            "core.pager",
            "diff.external",
            "filter.x.clean",
            "core.sshCommand",
            "gpg.program",
        ):
            git(tmp_path, "config", key, str(trap))
        git(tmp_path, "config", "core.hooksPath", str(tmp_path))
        look(tmp_path, tracked)
        run(git_hygiene(Environment("prod", repository=tmp_path)))
        assert not trapped.exists()

    def test_no_repository(self, tmp_path):
        with pytest.raises(Unavailable, match="git cannot list the files"):
            run(git_hygiene(Environment("prod", repository=tmp_path)))
        with pytest.raises(Absent):
            run(git_hygiene(Environment("prod", absent=frozenset({"repository"}))))

    def test_a_repository_named_by_the_environment(self, tmp_path, monkeypatch):
        """Git's own variables must not lead the audit to another repository."""
        checkout(tmp_path / "other", {".env": "A=1"})
        tracked = checkout(tmp_path / "mine", {"a": ""})
        monkeypatch.setenv("GIT_DIR", str(tmp_path / "other/.git"))
        put(tmp_path / "mine", {".gitignore": ".env\n"})
        assert next(name.ignored for name in look(tmp_path / "mine", tracked).ignored if name.path == ".env")


PRIVATE = "-----BEGIN " + "PRIVATE KEY-----\n" + "A" * 64


class TestModes:
    def test_of_what_is_secret_and_untracked(self, tmp_path):
        put(
            tmp_path,
            {
                ".env": f"DB_PASSWORD={PASSWORD}",
                "web/.env.local": "LOG_LEVEL=1",
                ".env.example": f"DB_PASSWORD={PASSWORD}",
                "enc/.env": ENCRYPTED,
                "certs/server.key": PRIVATE,
                "certs/ca.pem": "-----BEGIN CERTIFICATE-----",
                "tracked/.env": f"DB_PASSWORD={PASSWORD}",
                "node_modules/a/.env": f"DB_PASSWORD={PASSWORD}",
                "empty/.pgpass": "",
            },
        )
        (tmp_path / ".env").chmod(0o644)
        (tmp_path / "certs/server.key").chmod(0o600)
        (tmp_path / "link.key").symlink_to(tmp_path / "certs/server.key")
        uid, gid = (tmp_path / ".env").stat().st_uid, (tmp_path / ".env").stat().st_gid
        fact = modes(tmp_path, frozenset({"tracked/.env"}))
        assert fact.files == (
            SecretFile(".env", 0o644, uid, gid, "environment file"),
            SecretFile("certs/server.key", 0o600, uid, gid, "key file"),
        )
        assert (fact.posix, fact.gaps) == (True, ())

    def test_too_many(self, tmp_path, monkeypatch):
        monkeypatch.setattr("auditor.probes.git_hygiene.MAX_ENTRIES", 1)
        put(tmp_path, {"a": "", "b": ""})
        assert modes(tmp_path, frozenset()).gaps == (Gap("*", "more than 1 files: the rest was not looked at"),)

    def test_a_folder_without_git(self, tmp_path):
        put(tmp_path, {".env": f"DB_PASSWORD={PASSWORD}"})
        fact = run(secret_files(Environment("prod", repository=tmp_path)))
        assert [file.path for file in fact.files] == [".env"]

    def test_not_posix(self, tmp_path, monkeypatch):
        monkeypatch.setattr("auditor.probes.git_hygiene.os.name", "nt")
        assert modes(tmp_path, frozenset()) == SecretFiles(posix=False)
        monkeypatch.undo()
        assert os.name == "posix"
