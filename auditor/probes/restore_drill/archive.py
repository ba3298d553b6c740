"""Restores dumps in pg_dump's custom, tar and directory formats, by pg_restore."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from auditor.facts.restore_drill import Skipped
from auditor.probes.net.threads import in_daemon_thread
from auditor.probes.restore_drill.messages import Failure, archive_failures, stop_if_broken, stop_if_lost
from auditor.probes.restore_drill.outcomes import NotRestored, Undone
from auditor.probes.restore_drill.server import DATABASE, Server

_LINE = re.compile(r"(\d+); \d+ \d+ (.*)")
_EXTENSION = re.compile(r"EXTENSION - (.+?) *")
_LEADS_OUT = ("SUBSCRIPTION", "USER MAPPING", "SERVER", "FOREIGN DATA WRAPPER", "FOREIGN TABLE", "FOREIGN SERVER")
_TAKES_A_SUPERUSER = ("EVENT TRIGGER",)
_COMMENTS = ("COMMENT - EXTENSION", "COMMENT - EVENT TRIGGER", "COMMENT - SUBSCRIPTION", "ACL - EXTENSION")


@dataclass(frozen=True, slots=True)
class Contents:
    """The table of contents, sorted into what is restored and what is not."""

    kept: tuple[str, ...]
    """Lines for ``pg_restore --use-list``."""
    skipped: tuple[Skipped, ...]
    extensions: tuple[str, ...]
    owners: tuple[str, ...]
    tables: int


@dataclass(slots=True)
class Archive:
    """A dump file or folder, and how pg_restore is to read it."""

    path: Path
    stdin: IO[bytes] | None = None
    """The file, opened by the audit: PostgreSQL's user need not be able to."""
    _opened: ExitStack = field(default_factory=ExitStack)

    def open(self, server: Server) -> None:
        """Make it readable to PostgreSQL's user.

        Raises:
            OSError: it is not even readable to the audit.
        """
        if not self.path.is_dir():
            self.stdin = self._opened.enter_context(self.path.open("rb"))
        elif server.scratch.owner:
            self.path = _copied(self.path, server)

    def close(self) -> None:
        """Close the file."""
        self._opened.close()

    def argv(self, server: Server, *options: str) -> tuple[str | Path, ...]:
        """A command that reads it from its beginning."""
        if self.stdin:
            self.stdin.seek(0)
        return (server.programs / "pg_restore", *options, *(() if self.stdin else ("--format=d", self.path)))


async def read_contents(archive: Archive, server: Server) -> Contents:
    """The table of contents.

    Raises:
        NotRestored: it is cut off or damaged.
        Undone: this pg_restore cannot read it.
    """
    ended = await server.scratch.run(archive.argv(server, "--list"), stdin=archive.stdin)
    if ended.status:
        _raise(ended.messages)
    return sort_contents(ended.output.decode("utf-8", "replace").splitlines())


def sort_contents(lines: Iterable[str]) -> Contents:
    """What is restored and what is not, by the lines of ``pg_restore --list``.

    Args:
        lines: ``220; 1259 16434 TABLE public users app``; what begins with a semicolon is a comment.
    """
    kept: list[str] = []
    skipped: list[Skipped] = []
    extensions: list[str] = []
    owners: dict[str, None] = {}
    tables = 0
    for line in lines:
        found = _LINE.fullmatch(line)
        if not found:
            continue
        entry = found[2]
        owners[entry.rpartition(" ")[2]] = None
        tables += entry.startswith("TABLE ") and not entry.startswith(("TABLE DATA ", "TABLE ATTACH "))
        if extension := _EXTENSION.fullmatch(entry):
            extensions.append(extension[1])
        elif entry.startswith(_LEADS_OUT):
            reason = "a drill restores nothing that leads to other servers"
            skipped.append(Skipped(entry, reason, expected=True))
        elif entry.startswith(_TAKES_A_SUPERUSER):
            skipped.append(Skipped(entry, "it takes a superuser, and a drill restores as none", expected=True))
        elif not entry.startswith(_COMMENTS):
            kept.append(line)
    return Contents(tuple(kept), tuple(skipped), tuple(extensions), tuple(owners), tables)


async def restore_archive(archive: Archive, contents: Contents, server: Server) -> tuple[list[Failure], float]:
    """Restore it.

    Returns:
        The statements that failed, and the seconds it took.

    Raises:
        NotRestored: it is cut off or damaged.
        Undone: it could not be tried.
    """
    chosen = server.scratch.home / "contents"
    chosen.write_text("\n".join(contents.kept) + "\n", encoding="utf-8", errors="replace")
    server.scratch.give(chosen)
    options = ("--no-owner", "--no-tablespaces", f"--use-list={chosen}", f"--dbname={DATABASE}")
    started = time.monotonic()
    argv = archive.argv(server, *options)
    ended = await server.scratch.run(argv, stdin=archive.stdin, env=server.environment())
    took = time.monotonic() - started
    server.check()
    stop_if_lost(ended.messages, database_full=server.scratch.full())
    failures = list(archive_failures(ended.messages))
    if ended.status < 0:
        raise Undone(f"pg_restore was ended by signal {-ended.status}", "run the drill again")
    if ended.status and (not failures or "errors ignored on restore" not in ended.messages):
        _raise(ended.messages)
    return failures, took


def _raise(messages: str) -> None:
    errors = [failure.message for failure in archive_failures(messages)]
    last = errors[-1] if errors else (messages.strip().splitlines() or ["it said nothing"])[-1][:300]
    stop_if_broken(last)
    raise NotRestored(f"pg_restore gave up: {last}")


def _copied(folder: Path, server: Server) -> Path:
    """A copy of a dump in the directory format, which holds nothing but files."""
    size = sum(file.stat().st_size for file in folder.iterdir() if file.is_file())
    if size > server.scratch.max_disk:
        raise Undone(
            f"the dump alone takes {size / 1e6:.0f} MB, and the drill may use {server.scratch.max_disk / 1e6:.0f} MB",
            "raise drill_max_disk in [policy.backups]",
        )
    target = server.scratch.home / "dump"
    target.mkdir(mode=0o700)
    for file in folder.iterdir():
        if file.is_file():
            shutil.copyfile(file, target / file.name)
            server.scratch.give(target / file.name)
    server.scratch.give(target)
    return target


async def opened(path: Path, server: Server) -> Archive:
    """An archive that pg_restore can read.

    Raises:
        Undone: it cannot be read at all.
    """
    archive = Archive(path)
    try:
        await in_daemon_thread(archive.open, server)
    except OSError as error:
        raise Undone(f"{path} cannot be read: {error.strerror}", "let the audit's user read it") from None
    return archive
