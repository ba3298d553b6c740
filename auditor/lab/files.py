"""What the lab writes into the user's folder: nothing that is there already, and nothing that it leaves behind."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from auditor.errors import LabError
from auditor.lab.blueprint import HOSTS, PROJECT_REF, Blueprint
from auditor.lab.guardian import Guardian
from auditor.lab.templates import fill, read

CHECKLIST, ENV_FILE, BACKUPS, REPOSITORY = "checklist.toml", "lab.env", "backups", "repo"

_OURS = (CHECKLIST, ENV_FILE, BACKUPS, REPOSITORY, "certs", "logs")


def claim(directory: Path, guardian: Guardian) -> None:
    """Makes the folder and promises to remove what the lab writes there.

    Raises:
        LabError: one of the files is there already: perhaps it is the user's.
    """
    taken = [name for name in _OURS if (directory / name).is_symlink() or (directory / name).exists()]
    if taken:
        raise LabError(f"{directory} holds {taken[0]} already: give the lab a folder of its own")
    missing = [folder for folder in (directory, *directory.parents) if not folder.exists()]
    for folder in reversed(missing):
        guardian.remove_if_empty(folder)
    directory.mkdir(parents=True, exist_ok=True)
    for name in _OURS:
        guardian.remove(directory / name)
    (directory / "logs").mkdir()
    (directory / BACKUPS).mkdir()


def backup(directory: Path) -> Path:
    """The file of a backup made now."""
    return directory / BACKUPS / f"app-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.dump"


def write_checklist(blueprint: Blueprint) -> None:
    """Writes checklist.toml and the variables that it refers to."""
    directory = blueprint.directory
    env_file = directory / ENV_FILE
    env_file.touch(mode=0o600)
    env_file.write_text("".join(f"{name}={value}\n" for name, value in _variables(blueprint).items()))
    origins = {name: blueprint.origin(name) for name in ("api", "supabase", "prometheus")}
    text = fill(
        read(CHECKLIST),
        **origins,
        frontend=blueprint.origin("app"),
        profile=blueprint.profile,
        project_ref=PROJECT_REF,
        resolve="\n".join(f'"{host}" = "127.0.0.1"' for host in HOSTS),
        http=blueprint.ports.http,
    )
    (directory / CHECKLIST).write_text(text)


def _variables(blueprint: Blueprint) -> dict[str, str]:
    return {
        "LAB_DATABASE_URL": blueprint.public_dsn("app"),
        "LAB_AUDIT_DATABASE_URL": blueprint.public_dsn("auditor"),
        "LAB_ANON_KEY": blueprint.credentials.anon_key,
        "LAB_SERVICE_KEY": blueprint.credentials.service_key,
    }
