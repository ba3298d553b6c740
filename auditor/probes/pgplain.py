"""Reads dumps in SQL: what pg_dump and pg_dumpall write in their plain format."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import IO

from auditor.facts.backups import DumpedTable
from auditor.probes.packed import Budget
from auditor.probes.pgarchive import encoding

BEGIN = b"PostgreSQL database dump"
CLUSTER_BEGIN = b"PostgreSQL database cluster dump"
_END = b"-- PostgreSQL database dump complete"
_CLUSTER_END = b"-- PostgreSQL database cluster dump complete"
_DATA, _IN_SCHEMA = b"-- Data for Name: ", b"; Type: TABLE DATA; Schema: "
_HEAD = 65_536
_TAIL = 4096
_NO_DUMP = "it does not look like a dump of PostgreSQL"
_UNFINISHED = "its end is missing: pg_dump did not finish"
HOLES = "it holds zero bytes, which pg_dump never writes into text: a part of it was lost"
_LONGEST_LINE = 1 << 20
_OFTEN = 4096
"""Lines between two looks at the clock."""

_NAME = rb'("(?:[^"]|"")*"|[^\s."(]+)\.("(?:[^"]|"")*"|[^\s."(]+)'
_CREATE = re.compile(rb"CREATE (?:UNLOGGED )?TABLE (?:IF NOT EXISTS )?" + _NAME)
_COPY = re.compile(rb"COPY " + _NAME + rb"[^\n]*FROM stdin;")
_INSERT = re.compile(rb"INSERT INTO " + _NAME)
_INSERT_MANY = re.compile(rb"INSERT INTO " + _NAME + rb"[^\n]* VALUES\r?\n")
_CONNECT = re.compile(rb"\\connect (?:-reuse-previous=on )?(\S[^\r\n]*)")
_VERSION = re.compile(rb"-- Dumped from database version ([0-9][0-9A-Za-z.]*)")
_INNER = re.compile(rb"dbname='((?:[^'\\]|\\.)*)'")


@dataclass(slots=True)
class PlainDump:
    """What a dump in SQL says."""

    problem: str = ""
    cluster: bool = False
    """By pg_dumpall."""
    databases: list[str] = field(default_factory=list)
    """Those that it connects to."""
    server_version: str = ""
    encoding: str = "utf-8"
    """Of its names, as Python calls it."""
    rows: dict[tuple[str, str], int] = field(default_factory=dict)
    """Database and table with data, to its rows; only when it was read in full."""
    defined: set[tuple[str, str]] = field(default_factory=set)
    whole_databases: int = 0
    """By pg_dumpall: how many databases are dumped to their end."""

    @property
    def here(self) -> str:
        """The database that it is connected to."""
        return self.databases[-1] if self.databases else ""

    def tables(self) -> tuple[DumpedTable, ...]:
        """The tables, by name."""
        return tuple(table for _, tables in sorted(self.by_database().items()) for table in tables)

    def by_database(self) -> dict[str, tuple[DumpedTable, ...]]:
        """The tables of each database, by name."""
        found: dict[str, list[DumpedTable]] = {name: [] for name in self.databases}
        for database, name in sorted(self.defined | set(self.rows)):
            rows = self.rows.get((database, name))
            found.setdefault(database, []).append(DumpedTable(name, rows, has_data=rows is not None))
        return {database: tuple(tables) for database, tables in found.items()}


def read_ends(first: bytes, last: bytes) -> PlainDump:
    """What the two ends of a dump in SQL say.

    Args:
        first: its first 64 KiB.
        last: its last 4 KiB.
    """
    found = PlainDump(cluster=CLUSTER_BEGIN in first)
    if BEGIN not in first and not found.cluster:
        found.problem = _NO_DUMP
        return found
    for line in first.split(b"\n"):
        _note(found, line)
    if not _ended(found, last.split(b"\n")):
        found.problem = _UNFINISHED
    return found


def ends_of(stream: IO[bytes], budget: Budget) -> tuple[bytes, bytes]:
    """The first and the last bytes of a stream that can only be read from one end to the other.

    Raises:
        OutOfTime: it takes too long.
    """
    first = last = _filled(stream, _HEAD)
    while block := stream.read(1 << 20):
        budget.spend()
        last = (last + block)[-_TAIL:]
    return first, last[-_TAIL:]


def _filled(stream: IO[bytes], size: int) -> bytes:
    """As many bytes as there are: a pipe may give less at once."""
    data = b""
    while len(data) < size and (more := stream.read(size - len(data))):
        data += more
    return data


def read_all(stream: IO[bytes], budget: Budget) -> PlainDump:
    """Every line of a dump in SQL, with the rows of each table.

    Args:
        stream: the dump, at its beginning.
        budget: how long it may take.

    Raises:
        OutOfTime: it takes too long.
    """
    found = PlainDump()
    copying: tuple[str, str] | None = None
    inserting: tuple[str, str] | None = None
    tail: list[bytes] = []
    count = 0
    began = holes = False
    while line := stream.readline(_LONGEST_LINE):
        count += 1
        holes = holes or b"\0" in line
        if count % _OFTEN == 0:
            budget.spend()
        if copying:
            copying = _copied(found, copying, line)
            continue
        if not began:
            found.cluster = found.cluster or CLUSTER_BEGIN in line
            began = found.cluster or BEGIN in line
        if inserting and line.startswith(b"\t("):
            found.rows[inserting] += 1
            continue
        copying = _note(found, line)
        inserting = (found.here, _table(named, found.encoding)) if (named := _INSERT_MANY.match(line)) else None
        if inserting:
            found.rows[inserting] -= 1  # its rows follow
        if line.startswith(b"-- PostgreSQL"):
            tail = [line]
            found.whole_databases += line.rstrip() == _END
    whole = not copying and _ended(found, tail)
    found.problem = (HOLES if holes else "") if began and whole else (_UNFINISHED if began else _NO_DUMP)
    return found


def _copied(found: PlainDump, table: tuple[str, str], line: bytes) -> tuple[str, str] | None:
    """The table that the next line belongs to."""
    if line.rstrip(b"\r\n") == b"\\.":
        return None
    if line.endswith(b"\n"):  # only the end of a line too long to read at once counts
        found.rows[table] += 1
    return table


def _note(found: PlainDump, line: bytes) -> tuple[str, str] | None:
    """Keep what a line says; the table whose rows follow it."""
    if line.startswith(b"COPY ") and (named := _COPY.match(line)):
        table = (found.here, _table(named, found.encoding))
        found.rows.setdefault(table, 0)
        return table
    if line.startswith(b"INSERT INTO ") and (named := _INSERT.match(line)):
        table = (found.here, _table(named, found.encoding))
        found.rows[table] = found.rows.get(table, 0) + 1
    elif line.startswith(_DATA):
        _note_data(found, line[len(_DATA) :])
    elif line.startswith(b"CREATE ") and (named := _CREATE.match(line)):
        found.defined.add((found.here, _table(named, found.encoding)))
    elif line.startswith(b"SET client_encoding"):
        found.encoding = encoding(line) or found.encoding
    elif line.startswith(b"\\connect ") and (named := _CONNECT.match(line)):
        found.databases.append(_connected(named[1]))
    elif line.startswith(b"-- Dumped from") and not found.server_version and (named := _VERSION.match(line)):
        found.server_version = named[1].decode("ascii", "replace")
    return None


def _note_data(found: PlainDump, rest: bytes) -> None:
    """The line above the rows of a table; with ``--inserts`` it is all that an empty one has."""
    name, between, rest = rest.partition(_IN_SCHEMA)
    schema, behind, _ = rest.partition(b"; Owner:")
    if between and behind:
        table = f"{schema.decode(found.encoding, 'replace')}.{name.decode(found.encoding, 'replace')}"
        found.rows.setdefault((found.here, table), 0)


def _ended(found: PlainDump, lines: list[bytes]) -> bool:
    end = _CLUSTER_END if found.cluster else _END
    return any(line.rstrip() == end for line in lines)


def _connected(written: bytes) -> str:
    if written.startswith(b'"') and (inner := _INNER.search(written)):
        return inner[1].replace(b"\\'", b"'").decode("utf-8", "replace")
    # pg_dump writes a name; what somebody else has written may hold a password
    return "" if b"=" in written or b"://" in written else _bare(written.strip())


def _table(named: re.Match[bytes], code: str) -> str:
    return f"{_bare(named[1], code)}.{_bare(named[2], code)}"


def _bare(name: bytes, code: str = "utf-8") -> str:
    if name.startswith(b'"') and name.endswith(b'"') and len(name) > 1:
        name = name[1:-1].replace(b'""', b'"')
    return name.decode(code, "replace")
