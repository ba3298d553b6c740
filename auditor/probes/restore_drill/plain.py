r"""Restores dumps that are SQL text, by psql in its restricted mode.

A plain dump is a program for psql, which obeys more than SQL: ``\!`` runs a command, ``\copy`` and ``\i`` read files.
psql refuses all of them between ``\restrict KEY`` and ``\unrestrict KEY``, wherever on a line they stand
(CVE-2025-8714); the key is made up here, so that no dump knows it. What pg_dump itself writes of them is taken out.
"""

from __future__ import annotations

import bisect
import re
import secrets
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from auditor.facts.restore_drill import Skipped
from auditor.probes.restore_drill.messages import Failure, plain_failures, stop_if_lost
from auditor.probes.restore_drill.outcomes import NotRestored, Undone
from auditor.probes.restore_drill.server import DATABASE, Server

HEAD = 1 << 16
"""Bytes at the beginning that are looked through before anything is restored."""
LONGEST_LINE = 64 << 20
"""Bytes; a row of a table is one line."""

_OWN = re.compile(rb"\\(?:un)?restrict [A-Za-z0-9]+\s*")
_CONNECT = re.compile(rb'\\connect (?:-reuse-previous=on )?(?:"((?:[^"]|"")+)"|(\S+))\s*')
_CONNINFO = re.compile(rb"""dbname='((?:[^'\\]|\\.)*)'""")
_COPY = re.compile(rb"COPY (.{1,500}?) (?:\([^\n]*\) )?FROM stdin(?: WITH [^\n]*)?;\s*")
_EXTENSION = re.compile(rb'CREATE EXTENSION IF NOT EXISTS ("(?:[^"]|"")+"|\S+) WITH SCHEMA ("(?:[^"]|"")+"|\S+);\s*')
_ABOUT_EXTENSIONS = (b"CREATE EXTENSION ", b"COMMENT ON EXTENSION ")
_CLEANING = re.compile(rb"(?:DROP|ALTER) [^\n]*;\s*")
"""Lines of ``pg_dump --clean``, which stand before the first entry."""
_OWNER = re.compile(rb'ALTER [A-Z ]{4,40} [^\n]{1,1000} OWNER TO ("(?:[^"]|"")+"|\S+);\s*')
_CLUSTER = b"PostgreSQL database cluster dump"
_SERVER = re.compile(rb"Dumped from database version (\d+)")
_ENTRY = re.compile(rb"-- (?:Data for )?Name: (.{1,300}?); Type: ([A-Z ]{1,40}); Schema: (.{1,100}?); Owner:")
_OUTSIDE = (b"DATABASE", b"DATABASE PROPERTIES", b"COMMENT", b"ACL", b"SECURITY LABEL")
"""Kinds of entries about the database itself."""
_ABOUT_DATABASE = re.compile(rb"DATABASE(?: PROPERTIES)? .*|(?:COMMENT|ACL|SECURITY LABEL) DATABASE .*")
"""Entries that are about the database itself, which is another one in a drill; psql connects anew after them."""
_BEFORE_EXTENSIONS = (*_OUTSIDE, b"SCHEMA", b"EXTENSION")
"""Kinds of entries before which an extension may come."""
_MOST_ENTRIES = 200_000
_COMPLETE = re.compile(rb"PostgreSQL database( cluster)? dump complete")


@dataclass(slots=True)
class Text:
    """What is learnt of a plain dump while it streams by."""

    wanted: str = ""
    """The database of a dump that holds several."""
    database: str = ""
    """The database that it connects to."""
    databases: list[str] = field(default_factory=list)
    extensions: dict[str, str] = field(default_factory=dict)
    """Names and schemas."""
    complete: bool = False
    """Whether the last words of pg_dump, or of pg_dumpall, are there."""
    cluster: bool = False
    """Whether pg_dumpall wrote it."""
    entries: list[tuple[int, str]] = field(default_factory=list)
    """The line at which each entry begins, and what it is: ``TABLE public.orders``."""
    tables: int = 0
    seconds: float = 0.0


def first_look(head: bytes) -> tuple[int, bool, bool]:
    """The server's major version (0: unknown), whether it is of a whole cluster, and whether it connects by itself."""
    version = _SERVER.search(head)
    return int(version[1]) if version else 0, _CLUSTER in head, _connects(head)


def _connects(head: bytes) -> bool:
    """Whether it was made with ``--create``: it connects before anything that is in a database."""
    for line in head.splitlines():
        if _CONNECT.fullmatch(line):
            return True
        if (entry := _ENTRY.match(line)) and entry[2] not in _OUTSIDE:
            return False
    return False


def restorable(lines: Iterable[bytes], text: Text, *, wait_for_connect: bool) -> Iterator[bytes]:
    """The lines that psql is given, as many as the dump has, so that psql's line numbers are its own.

    Args:
        lines: of the dump.
        text: is filled in.
        wait_for_connect: leave out what is said to other databases: a dump with ``--create``, or of a whole cluster.
    """
    here = not wait_for_connect
    copying = begun = data = about = False
    before = b"\n"
    for number, line in enumerate(lines, 1):
        if copying:
            copying = line.rstrip(b"\r\n") != b"\\."
            yield line if here else b"\n"
            continue
        # what pg_dump begins, it begins after an empty line; the body of a function may hold anything
        first = not before.strip()
        if (
            first
            and (text.cluster or (wait_for_connect and (about or not here)))
            and (connect := _CONNECT.fullmatch(line))
        ):
            here, begun, about, line = _connected(connect, text), False, False, b"\n"
        elif data and first and line.startswith(b"COPY ") and _COPY.fullmatch(line):
            copying = True
        elif line.startswith(b"-- "):
            if entry := _note(number, line, text):
                about = bool(_ABOUT_DATABASE.fullmatch(entry))
                begun, data = not about, entry.startswith(b"TABLE DATA ")
        elif line.startswith(b"CREATE TABLE "):
            text.tables += here
        own = bool(_OWN.fullmatch(line))
        left_out = own or about or (first and _left_out(line)) or (not begun and _CLEANING.fullmatch(line))
        yield line if here and not left_out else b"\n"
        before = b"\n" if own else line


def _connected(found: re.Match[bytes], text: Text) -> bool:
    name = (found[1] or found[2]).replace(b'""', b'"')
    if inner := _CONNINFO.search(name):
        name = inner[1]
    database = name.decode("utf-8", "replace")
    text.databases.append(database)
    if text.wanted and database != text.wanted:
        return False
    text.database = database
    return True


def _note(number: int, line: bytes, text: Text) -> bytes:
    """What pg_dump says in a comment; kind and name of the entry that begins, if one does."""
    if found := _ENTRY.match(line):
        if len(text.entries) < _MOST_ENTRIES:
            name, kind, schema = (part.decode("utf-8", "replace") for part in found.groups())
            text.entries.append((number, f"{kind} {name}" if schema == "-" else f"{kind} {schema}.{name}"))
        return found[2] + b" " + found[1]
    if found := _COMPLETE.search(line):
        text.complete = text.complete or not text.cluster or bool(found[1])
    return b""


def _left_out(line: bytes) -> bool:
    """What the drill does by itself (extensions), and what it does not do (owners)."""
    return line.startswith(_ABOUT_EXTENSIONS) or (line.startswith(b"ALTER ") and bool(_OWNER.fullmatch(line)))


def extensions_of(head: bytes, database: str = "") -> tuple[dict[str, str], bool]:
    """The extensions that a dump creates, and the schema of each, and whether these are all of them.

    pg_dump writes them at the beginning.

    Args:
        head: of the dump.
        database: of a dump that holds several, the one that counts.
    """
    found: dict[str, str] = {}
    here, complete, section = not database, False, Text(wanted=database)
    for line in head.splitlines():
        if connect := _CONNECT.fullmatch(line):
            complete = complete or (here and bool(database))
            here = _connected(connect, section)
        elif not here:
            continue
        elif entry := _ENTRY.match(line):
            complete = complete or entry[2] not in _BEFORE_EXTENSIONS
        elif match := _EXTENSION.fullmatch(line):
            name, schema = (part.decode("utf-8", "replace").strip('"').replace('""', '"') for part in match.groups())
            found[name] = schema
    return found, complete


async def restore_plain(lines: Iterable[bytes], text: Text, server: Server, *, wait_for_connect: bool) -> list[Failure]:
    """Restore it.

    Args:
        lines: of the dump.
        text: is filled in.
        server: an empty database.
        wait_for_connect: as for :func:`restorable`.

    Returns:
        The statements that failed. psql goes on after each, as pg_restore does: all of them are told.

    Raises:
        NotRestored: it is cut off, or can be read no further.
        Undone: it could not be tried.
    """
    key = secrets.token_hex(16)
    await _demand_restricted_mode(server, key)

    def fed() -> Iterator[bytes]:
        yield f"\\restrict {key}\n".encode()
        yield from _blocks(restorable(lines, text, wait_for_connect=wait_for_connect))

    argv = (server.programs / "psql", "-X", "-q", "--set=ON_ERROR_STOP=0", "--output=/dev/null", f"--dbname={DATABASE}")
    started = time.monotonic()
    ended = await server.scratch.run((*argv, "--file=-"), feed=fed(), env=server.environment())
    text.seconds = time.monotonic() - started
    server.check()
    stop_if_lost(ended.messages, database_full=server.scratch.full())
    if isinstance(ended.fed, (NotRestored, Undone)):
        raise ended.fed
    if ended.fed is not None:
        raise NotRestored(f"it cannot be read to its end: {ended.fed}")
    if ended.status:  # statements that fail are no reason for it to
        last = (ended.messages.strip().splitlines() or ["it said nothing"])[-1][:300]
        raise Undone(f"psql ended with status {ended.status}: {last}", "run the drill again")
    return list(named_failures(ended.messages, text.entries))


async def _demand_restricted_mode(server: Server, key: str) -> None:
    argv = (server.programs / "psql", "-X", "-q", f"--dbname={DATABASE}", "--file=-")
    script = (f"\\restrict {key}\n".encode(), b"\\echo obeyed\n")
    ended = await server.scratch.run(argv, feed=script, env=server.environment())
    if b"obeyed" in ended.output or "restricted" not in ended.messages:
        server.check()
        raise Undone(
            "psql has no restricted mode here, without which a plain dump could run any program",
            "update PostgreSQL: 13.22, 14.19, 15.14, 16.10, 17.6, 18 and newer have it (CVE-2025-8714)",
        )


def named_failures(messages: str, entries: list[tuple[int, str]]) -> Iterator[Failure]:
    """Failed statements by the entry that they are in; what fails amid the data of a table is told once.

    When ``COPY`` itself fails, psql takes the rows that follow for statements.

    Args:
        messages: of psql, whose first line is the audit's own.
        entries: the line at which each entry begins, in order, and what it is.
    """
    told: set[str] = set()
    starts = [first for first, _ in entries]
    for line, message in plain_failures(messages):
        at = bisect.bisect_right(starts, line - 1) - 1
        entry = entries[at][1] if at >= 0 else f"line {line - 1}"
        if entry.startswith("TABLE DATA "):
            if entry in told:
                continue
            told.add(entry)
        yield Failure(entry, message)


def _blocks(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Many lines at once: a call for each would take longer than the restore."""
    held: list[bytes] = []
    size = 0
    for line in lines:
        held.append(line)
        size += len(line)
        if size > HEAD:
            yield b"".join(held)
            held, size = [], 0
    yield b"".join(held)


def left_out(text: Text) -> list[Skipped]:
    """What of it was not restored because it is of other databases."""
    others = [name for name in dict.fromkeys(text.databases) if name != text.database]
    return [Skipped(f"DATABASE {name}", "a drill restores the live database alone", expected=True) for name in others]
