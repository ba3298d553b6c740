from __future__ import annotations

import shutil
import subprocess
import tomllib

import pytest

from auditor.checklist.load import load
from auditor.errors import LabError
from auditor.lab import Profile, running
from auditor.redact import secret_shape


def test_the_checklist_names_the_stack(stack):
    data = tomllib.loads(stack.checklist.read_text())
    env = data["env"]["lab"]

    assert stack.checklist == stack.directory / "checklist.toml"
    assert (env["frontend"], env["api"], env["prometheus"]) == (stack.frontend, stack.api, stack.prometheus)
    assert env["network"] == {"source_address": "127.0.0.2", "http_port": stack.http_port}
    assert env["resolve"]["db.stack.test"] == "127.0.0.1"


def test_the_checklist_loads(stack):
    environment = load(stack.checklist, "lab", environ={}).environment

    assert environment.database.reveal() == stack.app_dsn
    assert environment.auditor_database.reveal() == stack.auditor_dsn
    assert environment.supabase.service_key.reveal() == stack.service_key
    assert environment.tls.ca_file == stack.ca_file


def test_secrets_are_beside_the_checklist_for_the_owner_only(stack):
    assert secret_shape(stack.checklist.read_text()) == ""
    assert stack.env_file.stat().st_mode & 0o777 == 0o600
    assert f"LAB_SERVICE_KEY={stack.service_key}\n" in stack.env_file.read_text()


def test_no_secret_shows_in_the_description_of_a_stack(stack):
    assert stack.service_key not in repr(stack)
    assert secret_shape(repr(stack)) == ""


@pytest.mark.skipif(not shutil.which("git"), reason="there is no git")
def test_the_repository(hardened, insecure):
    tracked = {}
    for stack in (hardened, insecure):
        root = stack.directory / "repo"
        listed = subprocess.run(["git", "ls-files"], cwd=root, capture_output=True, text=True, check=True)
        tracked[stack.profile.value] = {name: (root / name).read_text() for name in listed.stdout.splitlines()}

    assert {"docker-compose.yml", ".env.example", ".gitignore", "next.config.js", "nginx.conf"} <= {
        *tracked["hardened"]
    }
    assert insecure.service_key in tracked["insecure"][".env"]
    assert ".env" not in tracked["hardened"]
    assert [name for name, text in tracked["hardened"].items() if secret_shape(text) == "JWT"] == []
    assert "POSTGRES_PASSWORD_FILE: /run/secrets/" in tracked["hardened"]["docker-compose.yml"]


def test_a_folder_with_files_of_the_user_is_refused(tmp_path):
    mine = tmp_path / "checklist.toml"
    mine.write_text("# mine")
    with pytest.raises(LabError, match=r"holds checklist\.toml already: give the lab a folder of its own"):
        running(Profile.HARDENED, tmp_path).__enter__()

    assert [path.name for path in tmp_path.iterdir()] == ["checklist.toml"]
    assert mine.read_text() == "# mine"
