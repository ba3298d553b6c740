from __future__ import annotations

import asyncio
import os
import subprocess

import pytest

from auditor.checklist.model import Environment
from auditor.errors import Absent, Unavailable
from auditor.facts.repository import SecretLiteral, SecretLiterals, Source, UnreadFile
from auditor.model import Severity
from auditor.probes.repository import secret_literals, shapes, tracked_files
from auditor.probes.repository.literals import read_files
from tests.probes.net.running import run

PASSWORD = "hT7pQ2wLx9Zr"
NAMED = "value of a secret variable"
NOT_YAML = "check it with `docker compose config`"


KINDS = {
    ".env": (Source.ENV_FILE, 1, "DB_PASSWORD=@\n"),
    ".envrc": (Source.ENV_FILE, 2, "# x\nexport DB_PASSWORD='@'\n"),
    "compose.yml": (Source.COMPOSE, 4, "services:\n  db:\n    environment:\n      - DB_PASSWORD=${X:-@}\n"),
    "stack/docker-compose.yml": (
        Source.COMPOSE,
        5,
        "configs:\n  app:\n    content: |\n      A=b\n      DB_PASSWORD=@\n",
    ),
    "Dockerfile": (Source.DOCKERFILE, 3, "FROM a\n# x\nENV DB_PASSWORD=@\n"),
    "api/Containerfile": (Source.DOCKERFILE, 3, "FROM a\nRUN a \\\n  && curl -H 'Authorization: Bearer @'\n"),
    ".github/workflows/ci.yml": (Source.CI, 5, "jobs:\n  a:\n    steps:\n    - run: |\n        export DB_PASSWORD=@\n"),
    ".gitlab-ci.yml": (Source.CI, 3, "variables:\n  DB_PASSWORD:\n    value: '@'\n"),
    ".circleci/config.yml": (Source.CI, 4, "jobs:\n  a:\n    environment:\n      DB_PASSWORD: '@'\n"),
    "azure-pipelines.yml": (Source.CI, 3, "variables:\n- name: DB_PASSWORD\n  value: '@'\n"),
    "bitbucket-pipelines.yml": (Source.CI, 3, "a:\n  script:\n    - deploy --password=@\n"),
    "next.config.ts": (Source.FRONTEND, 2, "export default { env: {\n  ADMIN_PASSWORD: '@' } }\n"),
    "app/settings.py": (Source.CODE, 2, "class Settings(BaseSettings):\n    db_password: SecretStr = SecretStr('@')\n"),
    "app/main.py": (Source.CODE, 2, "import os\nX = os.getenv('JWT_SECRET', '@')\n"),
    "lib/db.ts": (Source.CODE, 1, "const s = process.env.JWT_SECRET || '@'\n"),
    "infra/main.tf": (Source.INFRASTRUCTURE, 2, 'variable "db_password" {\n  default = "@"\n}\n'),
    "infra/prod.tfvars": (Source.INFRASTRUCTURE, 1, 'db_password = "@"\n'),
    "chart/values.yaml": (Source.INFRASTRUCTURE, 2, "auth:\n  password: '@'\n"),
    "chart/templates/secret.yaml": (
        Source.INFRASTRUCTURE,
        4,
        "{{ if x }}\nkind: Secret\nstringData:\n  password: @\n{{ end }}\n",
    ),
    "k8s/api.yaml": (Source.INFRASTRUCTURE, 4, "a: b\n---\nkind: Secret\nstringData: {db: '@'}\n"),
    "supabase/config.toml": (Source.INFRASTRUCTURE, 2, '[auth.external.x]\nsecret = "@"\n'),
    "nginx.conf": (Source.INFRASTRUCTURE, 1, 'proxy_set_header Authorization "Basic @";\n'),
    ".npmrc": (Source.CODE, 1, "//registry.npmjs.org/:_authToken=@\n"),
    ".pypirc": (Source.CODE, 3, "[pypi]\nusername = a\npassword = @\n"),
    ".netrc": (Source.CODE, 1, "machine a login b password @\n"),
    "alembic.ini": (Source.CODE, 2, "[alembic]\nsqlalchemy.url = postgresql://app:@~db/app\n"),
    "appsettings.json": (Source.CODE, 1, '{"Db": {"Password": "@"}}\n'),
    "package.json": (Source.CODE, 1, '{"scripts": {"db": "psql postgres://app:@~db.example.com/app"}}\n'),
    "deploy.sh": (Source.CODE, 1, "curl -u admin:@ https://x\n"),
    "Makefile": (Source.CODE, 2, "x:\n\tDB_PASSWORD=@ run\n"),
    "a.ipynb": (
        Source.NOTEBOOK,
        3,
        '{"cells": [{"cell_type": "code", "source": [\n"import os\\n",\n"api_key = \'@\'\\n"]}]}\n',
    ),
}
"""What each kind of file looks like with a literal in it: the source, the line, the text."""


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


def leak(path, line=1, column=13, source=Source.ENV_FILE, **more):
    return SecretLiteral(path, line, "DB_PASSWORD", NAMED, 12, column, source, Severity.HIGH, **more)


def files(facts):
    return {file.path: file.source for file in facts.files}


class TestCheckouts:
    def test_what_is_looked_at(self, checkout):
        env = [".env", ".env.production", "api/.env.local", "prod.env"]
        compose = ["DOCKER-COMPOSE.YML", "ops/compose.prod.yaml"]
        others = [".env.example", ".env.sample", "env.template", "example.env", "env"]
        facts = gather(checkout(**dict.fromkeys((*env, *compose, *others), "A: b\n")))
        assert files(facts) == dict.fromkeys(env, Source.ENV_FILE) | dict.fromkeys(compose, Source.COMPOSE)
        assert (facts.tracked, facts.sweep.files, facts.literals) == (11, 11, ())

    def test_what_is_found(self, checkout):
        compose_file = f"a:\n  DB_PASSWORD: {PASSWORD}\n"
        found = gather(checkout(**{".env": LEAK, "compose.yml": compose_file, ".env.example": LEAK}))
        assert found.literals == (leak(".env"), leak("compose.yml", 2, 16, Source.COMPOSE))

    def test_every_kind_of_file(self, checkout):
        """One literal in each, told once, with its line."""
        facts = gather(
            checkout(**{path: text.replace("@", PASSWORD).replace("~", "@") for path, (_, _, text) in KINDS.items()})
        )
        assert {(one.path, one.source, one.line) for one in facts.literals if one.kind != "default value"} == {
            (path, source, line) for path, (source, line, _) in KINDS.items()
        }
        assert facts.unread == ()

    def test_what_git_does_not_track_is_private(self, checkout):
        environment = checkout(**{"README.md": "x"})
        (environment.repository / ".env").write_text(LEAK)
        assert gather(environment).literals == ()

    def test_a_folder_of_the_repository(self, checkout):
        environment = checkout(**{".env": LEAK, "api/.env": LEAK})
        inner = Environment("test", repository=environment.repository / "api")
        assert gather(inner).literals == (leak(".env"),)

    def test_deleted_in_this_checkout(self, checkout):
        environment = checkout(**{".env": LEAK})
        (environment.repository / ".env").unlink()
        assert (gather(environment).literals, gather(environment).sweep.gone) == ((), 1)

    def test_a_link_holds_nothing(self, checkout, tmp_path):
        (tmp_path / "outside").write_text(LEAK)
        environment = checkout(**{"README.md": "x"})
        (environment.repository / ".env").symlink_to(tmp_path / "outside")
        git(environment.repository, "add", "--all")
        assert run(tracked_files(environment.repository)) == (".env", "README.md")
        assert (gather(environment).literals, gather(environment).sweep.gone) == ((), 1)

    def test_a_pipe_in_its_place_is_not_waited_for(self, checkout):
        environment = checkout(**{".env": LEAK})
        (environment.repository / ".env").unlink()
        os.mkfifo(environment.repository / ".env")
        assert gather(environment).literals == ()

    def test_files_for_development(self, checkout):
        names = [".env.test", "docker-compose.dev.yml", "tests/.env"]
        facts = gather(checkout(**{name: LEAK if "env" in name else f"DB_PASSWORD: {PASSWORD}\n" for name in names}))
        assert {one.path: one.development for one in facts.literals} == dict.fromkeys(names, True)

    def test_what_opens_the_developers_own_machine(self, checkout):
        [one] = gather(checkout(**{".env": f"URL=postgres://app:{PASSWORD}@localhost/app\n"})).literals
        assert (one.kind, one.development, one.severity) == ("password in a URL", True, Severity.MEDIUM)

    def test_a_token_in_any_file(self, checkout):
        token = "_".join(["sb", "secret", "Vq8Zt3mKx7Rw2Lb9Ny5Hc4", "aB3dE6gH"])
        names = ["README.md", ".env.example", "src/a.rb", "tests/test_pay.py", "Dockerfile", "dist/app.min.js"]
        facts = gather(checkout(**dict.fromkeys(names, f"# pay with {token}, please\n")))
        assert {(one.path, one.line, one.development) for one in facts.literals} == {(name, 1, False) for name in names}
        assert {one.source for one in facts.literals if one.path == "Dockerfile"} == {Source.DOCKERFILE}

    def test_a_token_that_has_a_name_is_told_once(self, checkout):
        token = "_".join(["sb", "secret", "Vq8Zt3mKx7Rw2Lb9Ny5Hc4", "aB3dE6gH"])
        [one] = gather(checkout(**{".env": f"SUPABASE_API_KEY={token}\n"})).literals
        assert (one.key, one.kind, one.prefix, one.column) == (
            "SUPABASE_API_KEY",
            "Supabase secret key",
            "sb_secret_",
            18,
        )

    def test_packages_of_others_and_lock_files_are_passed_over(self, checkout):
        facts = gather(checkout(**{"node_modules/x/.env": LEAK, "package-lock.json": "{}", "a.bin": b"\0\1"}))
        assert (facts.literals, facts.sweep.vendored, facts.sweep.binary) == ((), 2, 1)

    def test_encrypted_files_hold_no_literal(self, checkout):
        facts = gather(
            checkout(**{"a.env": b"\0GITCRYPT\0" + LEAK.encode(), "vault.yml": "$ANSIBLE_VAULT;1.1;AES256\n61"})
        )
        assert facts.literals == ()

    def test_no_value_is_taken_for_a_name(self, checkout):
        """What stands left of a secret may be another one."""
        url = f"postgres://app:{PASSWORD}@db.example.com/app"
        texts = [f"connect('{PASSWORD}', '{url}')", f"x = {{ '{PASSWORD}': '{url}' }}", f"x = ['{PASSWORD}'] = '{url}'"]
        facts = gather(checkout(**{f"{n}.{end}": text for n, text in enumerate(texts) for end in ("ts", "py", "json")}))
        assert facts.literals
        assert PASSWORD not in repr(facts)

    def test_the_bounds_are_told(self, checkout):
        environment = checkout(**{".env": LEAK, "a.txt": "x" * 1000, "b.txt": "y"})
        facts = read_files(environment.repository, (".env", "a.txt", "b.txt"), max_bytes=100)
        assert facts.literals == (leak(".env"),)
        reason = "1 tracked files were not searched (b.txt): 100 bytes or 60 seconds were reached"
        assert facts.unread == (
            UnreadFile("b.txt", Source.OTHER, reason, "point `repository` at the part that is deployed"),
        )

    def test_the_bounds_are_told_of_each_kind_of_file(self, checkout):
        environment = checkout(**{"a.py": "x", "b.ts": "y", "c.txt": "z", "d.key": "w"})
        facts = read_files(environment.repository, ("a.py", "b.ts", "c.txt", "d.key"), max_bytes=0)
        assert {(one.path, one.source) for one in facts.unread} == {
            ("*", Source.CODE), ("c.txt", Source.OTHER), ("d.key", Source.KEY_FILE)
        }  # fmt: skip

    def test_what_was_not_searched_to_its_end_is_told(self, checkout, monkeypatch):
        monkeypatch.setattr(shapes, "_SECONDS", 0.0)
        facts = gather(checkout(**{".env": LEAK}))
        assert facts.literals == (leak(".env"),)
        reason = ".env: it takes longer than 0 s to search: what is in it was not searched to its end"
        assert [(one.path, one.source, one.reason) for one in facts.unread if one.path == ".env"] == [
            (".env", Source.ENV_FILE, reason)
        ]

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
    def test_encodings(self, checkout, encoding):
        assert gather(checkout(**{".env": LEAK.encode(encoding)})).literals == (leak(".env"),)

    def test_bytes_that_are_no_text(self, checkout):
        found = gather(checkout(**{".env": b"\xff\xfe\xfd\x00A=\xc3\x28\nX\x00", "a.env": b"\xff=\n" + LEAK.encode()}))
        assert found.literals == (leak("a.env", 2),)

    @pytest.mark.parametrize(
        "name", ["a b.env", "ümlaut.env", 'say "hi".env', "two\nlines.env", "tab\t.env", "-rf.env", "'$(x)'.env"]
    )
    def test_names(self, checkout, name):
        assert gather(checkout(**{name: LEAK})).literals == (leak(name),)

    def test_a_name_that_is_no_text(self, checkout):
        """No report could hold it as it is."""
        found = gather(checkout(**{os.fsdecode(b"\xff.env"): LEAK}))
        assert found.literals == (leak("�.env"),)

    def test_too_long(self, checkout):
        found = gather(checkout(**{".env": LEAK + "#" * 1_000_000 + f"\n{LEAK}"}))
        assert found.literals == (leak(".env"),)
        assert [one.reason for one in found.unread] == [".env is longer than 1000000 bytes: the rest was not read"]

    def test_a_compose_file_too_long(self, checkout):
        """A megabyte of YAML would take longer than the other files should wait."""
        found = gather(checkout(**{"compose.yml": "a: b\n" * 200_000, ".env": LEAK}))
        assert (files(found), found.literals) == ({".env": Source.ENV_FILE}, (leak(".env"),))
        reason = "compose.yml is longer than 200000 bytes: it was not read"
        assert found.unread == (UnreadFile("compose.yml", Source.COMPOSE, reason),)

    @pytest.mark.parametrize("text", ["a: b: c", '"\\UFFFFFFFF"', "[" * 5000])
    def test_a_compose_file_that_is_no_yaml(self, checkout, text):
        found = gather(checkout(**{"compose.yml": text, ".env": LEAK}))
        reason = "compose.yml is not YAML that can be read"
        assert found.unread == (UnreadFile("compose.yml", Source.COMPOSE, reason, NOT_YAML),)
        assert found.literals == (leak(".env"),)

    def test_a_file_that_cannot_be_read(self, checkout, monkeypatch):
        def content(root, name, most):
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr("auditor.probes.repository.literals.content", content)
        found = gather(checkout(**{".env": LEAK}))
        reason = ".env cannot be read: Permission denied"
        assert (found.files, found.unread) == ((), (UnreadFile(".env", Source.ENV_FILE, reason),))

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
