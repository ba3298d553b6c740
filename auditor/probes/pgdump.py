"""Reads what a file made by pg_dump says of itself, without running PostgreSQL's tools."""

from __future__ import annotations

import io
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

from auditor.facts.backups import DumpedTable
from auditor.probes import pgarchive, pgplain
from auditor.probes.dump_rows import counted, dumped_tables
from auditor.probes.packed import PACKING_ERRORS, Budget, OutOfTime, Unreadable, packing, unpacked
from auditor.probes.pgarchive import (
    CUSTOM,
    DIRECTORY,
    FORMATS,
    MAGIC,
    TAR,
    Cut,
    Damaged,
    Entry,
    Header,
    Reader,
    Unknown,
    data_blocks,
    prove_whole,
    read_entries,
    read_header,
)
from auditor.probes.tarred import is_tar, members

_HEAD = 65_536
_TAIL = 4096
_ENDLESS = 1 << 50
"""The size of what is compressed: nobody knows it before the end."""
_TOC = "toc.dat"
_LARGEST_TOC = 1 << 28
_BLOBS = "BLOBS"
_SUFFIXES = ("", ".gz", ".lz4", ".zst")
"""Of the data files of the directory format."""
_QUICK_SECONDS = 3600.0
_ENCRYPTED = (
    *(b"age-encryption.org/", b"-----BEGIN AGE ENCRYPTED", b"-----BEGIN PGP MESSAGE"),
    *(b"Salted__", b"U2FsdGVkX1"),  # OpenSSL's, and the same in base64
)
_ENCRYPTED_SUFFIXES = (".gpg", ".pgp", ".age", ".enc", ".aes")
_SIGNATURE = b"-----BEGIN PGP SIGNATURE"

_UNPACK = "name the dump itself, as pg_dump writes it; for a base backup, the report of the tool that makes it"
NO_ROWS = "it holds no rows of any table, as with --schema-only"
NO_DEFINITIONS = "it holds rows and no definition of any table, as with --data-only"
_NO_TABLES = "it holds no table"
CUT, HEADLESS = "it is cut off", "it ends inside its header"


@dataclass(frozen=True, slots=True)
class DumpFile:
    """What the file says."""

    format: str = ""
    """Such as ``custom 1.16`` or ``plain, gzip``."""
    database: str = ""
    server_version: str = ""
    problem: str = ""
    """What is wrong with it; empty when nothing was found."""
    started: datetime | None = None
    """When pg_dump began, by the clock and in the zone of its machine, whichever that is."""
    unread: str = ""
    """Why nobody can tell whether it is sound."""
    hint: str = ""
    """What would settle that."""
    partial: str = ""
    """Why it is no backup of a database even if it is whole."""
    encrypted: bool = False
    in_full: bool = False
    """Every byte was read, and what is compressed was decompressed."""
    tables: tuple[DumpedTable, ...] | None = None
    """With their rows, where they were counted; None when the tables are not known."""
    by_database: dict[str, tuple[DumpedTable, ...]] | None = None
    """Of a dump of several databases."""


def read_dump(path: Path, budget: Budget | None = None, quick: Budget | None = None) -> DumpFile:
    """Recognise a dump and look for signs that it is incomplete.

    Args:
        path: a file in the custom, tar or plain format, compressed or not, or a folder in the directory format.
        budget: given, every byte is read and the rows of tables are counted, as long as that lasts.
        quick: without it: how long a look from end to end may take.

    Raises:
        OSError: the file cannot be read.
        OutOfTime: the budget is used up.
    """
    quick = quick or Budget(_QUICK_SECONDS)
    if path.is_dir():
        return _folder(path, budget)
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
        if not head:
            return DumpFile(problem="it is empty")
        if head.startswith(_SIGNATURE):
            return DumpFile("signature", partial="it is a signature, and no dump")
        if head.startswith(_ENCRYPTED) or (path.suffix.lower() in _ENCRYPTED_SUFFIXES and not _in_the_clear(head)):
            return DumpFile("encrypted", encrypted=True)
        kind = packing(head)
        if not kind:
            return _one(stream, head, stream.seek(0, os.SEEK_END), budget, quick)
    try:
        found = _packed(path, head, budget or quick, count=budget is not None)
    except Unreadable as unreadable:
        return DumpFile(kind, unread=unreadable.reason, hint=unreadable.hint)
    except (*PACKING_ERRORS, Damaged, OSError) as error:
        if isinstance(error, OSError) and error.errno:
            raise
        return DumpFile(kind, problem="the compressed file is cut off or damaged")
    return replace(found, format=f"{found.format}, {kind}" if found.format else kind)


def _in_the_clear(head: bytes) -> bool:
    """Whatever its name says: it is text, or something that the audit knows."""
    return head.isascii() or head.startswith(MAGIC) or is_tar(head) or pgplain.BEGIN in head or bool(packing(head))


def read_custom_header(head: bytes) -> DumpFile:
    """The header of the custom format (archive versions 1.12 to 1.16).

    Args:
        head: the first bytes of the file.
    """
    return _archive(BytesIO(head), len(head), None, whole=False)


def _one(stream: BinaryIO, head: bytes, size: int, budget: Budget | None, quick: Budget) -> DumpFile:
    """A file that is not compressed."""
    stream.seek(0)
    if head.startswith(MAGIC):
        return _archive(stream, size, budget, quick)
    if is_tar(head):
        return _tar(stream, budget or quick, count=budget is not None)
    if budget is not None:
        return _plain(pgplain.read_all(stream, budget), in_full=True)
    stream.seek(max(0, size - _TAIL))
    return _plain(pgplain.read_ends(head, stream.read()), in_full=False)


def _packed(path: Path, head: bytes, budget: Budget, *, count: bool) -> DumpFile:
    with unpacked(path, head) as packed:
        stream = io.BufferedReader(cast("Any", packed), _HEAD)
        try:
            inner = stream.peek(_HEAD)
            if inner.startswith(MAGIC):
                return _archive(cast("BinaryIO", stream), _ENDLESS, budget)
            if is_tar(inner):
                return _tar(stream, budget, count=count)
            if count:
                return _plain(pgplain.read_all(stream, budget), in_full=True)
            return _plain(pgplain.read_ends(*pgplain.ends_of(stream, budget)), in_full=False)
        finally:
            stream.detach()


def _archive(
    stream: BinaryIO, size: int, budget: Budget | None, quick: Budget | None = None, *, whole: bool = True
) -> DumpFile:
    """The custom format: in full with a budget, else as far as it takes to see whether it is whole."""
    reader = Reader(stream, size)
    header: Header | None = None
    found = DumpFile()
    try:
        header = read_header(reader)
        if header.format != CUSTOM:
            found = replace(found, problem="it is only the table of contents of a dump in another format")
        elif whole:
            entries = read_entries(reader)
            rows = {} if budget is None else _rows(reader, header, entries, budget)
            if budget is None:
                prove_whole(reader, entries, quick.spend if quick else lambda: None)
            found = _contents(found, entries, rows, in_full=budget is not None)
    except Unknown as unknown:
        found = replace(
            found, unread=str(unknown), hint="update the audit, or look at it with pg_restore of its own version"
        )
    except Cut:
        found = replace(found, problem=CUT if header else HEADLESS)
    except Damaged as damaged:
        found = replace(found, problem=str(damaged))
    return _headed(found, "custom", reader, header)


def _rows(reader: Reader, header: Header, entries: Iterable[Entry], budget: Budget) -> dict[int, int | None]:
    by_number = {entry.number: entry for entry in entries}
    awaited = {entry.number for entry in by_number.values() if entry.awaited}
    rows: dict[int, int | None] = {}
    for number, pieces in data_blocks(reader):
        entry = by_number.get(number)
        if entry is None:
            raise Damaged("its data is damaged")
        awaited.discard(number)
        budget.spend()
        if pieces is not None:
            rows[number] = counted(pieces, header.packing, copied=entry.copied, budget=budget)
    if awaited:
        raise Cut
    return rows


def _headed(found: DumpFile, name: str, reader: Reader, header: Header | None) -> DumpFile:
    format_ = "{} {}.{}".format(name, *reader.version) if any(reader.version) else name
    if header is None:
        return replace(found, format=format_)
    return replace(
        found,
        format=format_,
        database=header.database,
        server_version=header.server_version,
        started=header.started,
    )


def _contents(found: DumpFile, entries: list[Entry], rows: dict[int, int | None], *, in_full: bool) -> DumpFile:
    return replace(
        found,
        tables=dumped_tables(entries, rows),
        partial=_partial({entry.kind for entry in entries}),
        in_full=in_full and None not in rows.values(),
    )


def _partial(kinds: set[str]) -> str:
    if "TABLE DATA" in kinds:
        # what extensions keep in tables of their own comes back with them
        return "" if kinds & {"TABLE", "EXTENSION"} else NO_DEFINITIONS
    return NO_ROWS if "TABLE" in kinds else _NO_TABLES


def _plain(plain: pgplain.PlainDump, *, in_full: bool) -> DumpFile:
    names = {name for name in plain.databases if name} - ({"template1"} if plain.cluster else set())
    everything = plain.cluster or len(names) > 1
    partial = ""
    if in_full and not plain.problem:
        if plain.cluster and not plain.whole_databases:
            partial = "it holds no database, as with --globals-only"
        elif not plain.rows:
            partial = NO_ROWS if plain.defined else _NO_TABLES
        elif not plain.defined:
            partial = NO_DEFINITIONS
    return DumpFile(
        "plain, all databases" if plain.cluster else "plain",
        "" if everything else next(iter(names), ""),
        plain.server_version,
        plain.problem,
        partial=partial,
        in_full=in_full and not plain.problem,
        tables=plain.tables() if in_full and not everything else None,
        by_database=plain.by_database() if in_full and everything else None,
    )


def _toc(data: bytes, expected: int) -> tuple[Reader, Header, list[Entry]]:
    reader = Reader(BytesIO(data), len(data))
    header = read_header(reader)
    # the table of contents in a tar archive says tar, or custom in old versions; that of a folder says directory
    return reader, header, read_entries(reader, expected)


def _tar(stream: IO[bytes], budget: Budget, *, count: bool) -> DumpFile:
    found, reader, header = DumpFile("tar"), Reader(BytesIO(), 0), None
    entries: list[Entry] = []
    files: dict[str, int | None] = {}
    try:
        for name, content in members(stream):
            budget.spend()
            if header is None:
                if name != _TOC:
                    raise Unreadable("it is a tar archive, and none that pg_dump wrote", _UNPACK)
                reader, header, entries = _toc(_joined(content), TAR)
                by_file = {entry.file: entry for entry in entries if entry.file}
            else:
                entry = by_file.get(name)
                counting = count and entry is not None and entry.kind == "TABLE DATA"
                copied = bool(entry and entry.copied)
                files[name] = counted(content, pgarchive.PLAIN, copied=copied, budget=budget) if counting else None
        if header is None or not all(_in_tar(entry, files) for entry in entries):
            raise Cut
        rows = {entry.number: files[entry.file] for entry in entries if entry.kind == "TABLE DATA" and entry.file}
        found = _contents(found, entries, rows, in_full=count)
    except Unreadable as unreadable:
        return DumpFile("tar", unread=unreadable.reason, hint=unreadable.hint)
    except Unknown as unknown:
        found = replace(found, unread=str(unknown), hint="update the audit")
    except Cut:
        found = replace(found, problem=CUT if header else HEADLESS)
    except Damaged as damaged:
        found = replace(found, problem=str(damaged))
    return _headed(found, FORMATS[TAR], reader, header)


def _in_tar(entry: Entry, files: Iterable[str]) -> bool:
    """Its data is there. That of large objects lies in files with names of their own, listed in ``blobs….toc``."""
    if entry.kind == _BLOBS:
        return any(name.startswith(_BLOBS.lower()) for name in files)
    return not entry.file or entry.file in files


def _joined(content: Iterator[bytes]) -> bytes:
    data = b""
    for part in content:
        data += part
        if len(data) > _LARGEST_TOC:
            raise Damaged("its table of contents is damaged")
    return data


def _folder(path: Path, budget: Budget | None) -> DumpFile:
    """The directory format. pg_dump writes its table of contents last."""
    toc = path / _TOC
    if not toc.is_file():
        return DumpFile(FORMATS[DIRECTORY], problem="it has no table of contents: pg_dump did not finish")
    if toc.stat().st_size > _LARGEST_TOC:
        return DumpFile(FORMATS[DIRECTORY], problem="its table of contents is damaged")
    found, reader, header = DumpFile(FORMATS[DIRECTORY]), Reader(BytesIO(), 0), None
    data = toc.read_bytes()
    try:
        reader = Reader(BytesIO(data), len(data))
        header = read_header(reader)
        entries = read_entries(reader, DIRECTORY)
        rows = _folder_rows(path, entries, budget)
        found = _contents(found, entries, rows, in_full=budget is not None)
    except Unreadable as unreadable:
        found = replace(found, unread=unreadable.reason, hint=unreadable.hint, tables=None)
    except Unknown as unknown:
        found = replace(found, unread=str(unknown), hint="update the audit")
    except Cut:
        found = replace(found, problem="its table of contents is cut off" if header else HEADLESS)
    except (Damaged, *PACKING_ERRORS) as damaged:
        text = str(damaged) if isinstance(damaged, Damaged) else "a compressed file in it is cut off or damaged"
        found = replace(found, problem=text)
    return _headed(found, FORMATS[DIRECTORY], reader, header)


def _folder_rows(path: Path, entries: Iterable[Entry], budget: Budget | None) -> dict[int, int | None]:
    rows: dict[int, int | None] = {}
    for entry in entries:
        if not entry.file:
            continue
        file = _data_file(path, entry.file)
        if file is None:
            raise Damaged(f"the data of {entry.name} is not there" if entry.schema else "data is not there")
        if file.stat().st_size == 0 and entry.kind == "TABLE DATA":
            raise Damaged(f"the data of {entry.name} is cut off")
        if entry.kind == _BLOBS:
            _prove_blobs(path, file)
        if budget is not None and entry.kind == "TABLE DATA":
            rows[entry.number] = _file_rows(file, entry, budget)
    return rows


def _prove_blobs(path: Path, listing: Path) -> None:
    """Each line of the list is a number and the name of a file with a large object."""
    with listing.open("rb") as lines:
        for line in lines:
            _, _, name = line.decode("utf-8", "replace").strip().partition(" ")
            if name and _data_file(path, name) is None:
                raise Damaged(f"the large object {name} is not there")


def _data_file(path: Path, name: str) -> Path | None:
    if "/" in name or name in {".", ".."}:
        raise Damaged("its table of contents is damaged")
    return next((file for suffix in _SUFFIXES if (file := path / (name + suffix)).is_file()), None)


def _file_rows(file: Path, entry: Entry, budget: Budget) -> int | None:
    with file.open("rb") as stream:
        head = stream.read(8)
    try:
        with unpacked(file, head) as data:
            parts = iter(lambda: data.read(1 << 20), b"")
            return counted(parts, pgarchive.PLAIN, copied=entry.copied, budget=budget)
    except Unreadable:
        return None


__all__ = ["NO_DEFINITIONS", "NO_ROWS", "DumpFile", "OutOfTime", "read_custom_header", "read_dump"]
