"""The custom format of pg_dump, as far as it takes to see whether a file is whole.

Sources: ``ReadHead``, ``ReadToc`` and ``ReadOffset`` of PostgreSQL's pg_backup_archiver.c, ``_readBlockHeader`` and
``_skipData`` of pg_backup_custom.c.
"""

from __future__ import annotations

import codecs
import os
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

MAGIC = b"PGDMP"
CUSTOM, TAR, DIRECTORY = 1, 3, 5
FORMATS = {CUSTOM: "custom", TAR: "tar", DIRECTORY: "directory"}
"""The formats that such a table of contents is for (``ArchiveFormat`` of pg_backup.h)."""
PLAIN, GZIP, LZ4, ZSTD = range(4)
"""How data is compressed (``pg_compress_algorithm`` of common/compression.h)."""
KNOWN = ((1, 12), (1, 16))
"""Archive versions from PostgreSQL 9.0 on."""

_POSITION_NOT_SET, _POSITION_SET, _NO_DATA = 1, 2, 3
_DATA, _BLOBS = 1, 3
_END = 0
_ENCODING = re.compile(rb"SET client_encoding = '([A-Za-z0-9_-]{1,32})'")
_IS_TEXT = re.compile(r"(?:UTF|LATIN|ISO|WIN|KOI8|EUC|BIG5|GB|SJIS|SHIFT|UHC|JOHAB)", re.IGNORECASE)
"""How PostgreSQL's names of encodings begin (its documentation, section 24.3): Python has codecs of other things."""
_LONGEST_STRING = 1 << 28
_PART = 1 << 20
_MOST_ENTRIES = 2_000_000
"""What is read of a table of contents is kept in memory."""


class Cut(Exception):
    """The file ends before it is complete."""


class Damaged(Exception):
    """The file holds what pg_dump does not write."""


class Unknown(Damaged):
    """The file may be sound, but is of a version that this audit does not know."""


@dataclass(frozen=True, slots=True)
class Header:
    """What the first bytes say."""

    format: int
    """1 for the custom format; tar and folders have such a file inside."""
    started: datetime | None
    """Local time of the machine that pg_dump ran on; nothing says in which zone."""
    database: str
    server_version: str
    packing: int = GZIP
    """How the data is compressed."""
    pg_dump_version: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the table of contents."""

    number: int
    tag: str
    kind: str
    """Such as ``TABLE`` or ``TABLE DATA``."""
    schema: str
    copied: bool
    """Its data is what COPY prints, and no INSERT statements."""
    state: int
    """Of its data, in the custom format."""
    position: int
    file: str
    """That holds its data, in the other formats; empty when it has none."""

    @property
    def awaited(self) -> bool:
        """In the custom format: there is data of it in the file.

        Raises:
            Damaged: its state is none.
        """
        if self.state not in {_POSITION_NOT_SET, _POSITION_SET, _NO_DATA}:
            raise Damaged("its table of contents is damaged")
        return self.state != _NO_DATA

    @property
    def name(self) -> str:
        """``schema.table``."""
        return f"{self.schema}.{self.tag}"


class Reader:
    """Reads numbers and strings the way the archive writes them.

    Args:
        stream: the file, at its beginning.
        size: bytes in it.
    """

    def __init__(self, stream: BinaryIO, size: int) -> None:
        self.stream = stream
        self.size = size
        self.version = (0, 0)
        self.int_size = self.offset_size = 0
        self.encoding = "utf-8"

    def take(self, count: int) -> bytes:
        """The next bytes.

        Raises:
            Cut: there are not that many.
        """
        data = self.stream.read(count)
        if len(data) < count:
            raise Cut
        return data

    def skip(self, count: int) -> None:
        """Leave bytes out.

        Raises:
            Cut: there are not that many.
        """
        if count > self.size or self.stream.seek(count, os.SEEK_CUR) > self.size:
            raise Cut

    def byte(self) -> int:
        """One byte."""
        return self.take(1)[0]

    def integer(self) -> int:
        """A sign and the magnitude."""
        sign, *magnitude = self.take(1 + self.int_size)
        value = int.from_bytes(bytes(magnitude), "little")
        return -value if sign else value

    def string(self) -> bytes | None:
        """A length and that many bytes; None when the length is negative."""
        length = self.integer()
        if length > min(self.size, _LONGEST_STRING):
            raise Cut
        return None if length < 0 else self.take(length)


def read_header(reader: Reader) -> Header:
    """The header. The reader knows the version afterwards, even when this fails.

    Raises:
        Cut: it ends inside its header.
        Damaged: of a version that this audit does not know.
    """
    reader.take(len(MAGIC))
    major, minor, _revision, int_size, offset_size, kind = reader.take(6)
    reader.version, reader.int_size, reader.offset_size = (major, minor), int_size, offset_size
    if not KNOWN[0] <= reader.version <= KNOWN[1]:
        known = f"{KNOWN[0][0]}.{KNOWN[0][1]} to {KNOWN[1][0]}.{KNOWN[1][1]}"
        raise Unknown(f"its archive version is {major}.{minor}, and this audit reads {known}")
    packing = reader.byte() if reader.version >= (1, 15) else (GZIP if reader.integer() else PLAIN)
    second, minute, hour, day, month, year, _dst = (reader.integer() for _ in range(7))
    database, server, pg_dump = ((reader.string() or b"").decode("utf-8", "replace") for _ in range(3))
    return Header(
        kind,
        _moment(year + 1900, month + 1, day, hour, minute, second),
        database,
        server.split(" ")[0],
        packing,
        pg_dump.split(" ")[0],
    )


def _moment(*parts: int) -> datetime | None:
    try:
        return datetime(*parts)  # type: ignore[arg-type]  # noqa: DTZ001  the file names no zone
    except (ValueError, OverflowError):
        return None


def read_entries(reader: Reader, format_: int = CUSTOM) -> list[Entry]:
    """The table of contents.

    Args:
        reader: right behind the header.
        format_: from the header.

    Raises:
        Cut: the file ends too early.
        Damaged: it cannot be followed.
    """
    count = reader.integer()
    if count < 0 or count > reader.size:
        raise Damaged("its table of contents is damaged")
    if count > _MOST_ENTRIES:
        raise Unknown(f"its table of contents has more than {_MOST_ENTRIES} lines")
    return [_entry(reader, format_) for _ in range(count)]


def prove_whole(reader: Reader, entries: Iterable[Entry], spend: Callable[[], None] = lambda: None) -> None:
    """Follow the table of contents to the data and the data to the end of the file.

    Args:
        reader: right behind the table of contents.
        entries: the table of contents.
        spend: called for every piece of data; may raise to end it.

    Raises:
        Cut: the file ends too early, or data of a table is not there.
        Damaged: it cannot be followed.
    """
    pending: set[int] = set()
    last = 0
    for entry in entries:
        if entry.state == _POSITION_NOT_SET:
            pending.add(entry.number)
        elif entry.state == _POSITION_SET:
            last = max(last, entry.position)
        elif entry.state != _NO_DATA:
            raise Damaged("its table of contents is damaged")
    if last >= reader.size:
        raise Cut
    if last and not pending:
        # pg_dump has written down where everything is: what matters is that the last piece is all there
        reader.stream.seek(last)
    while reader.stream.tell() < reader.size:
        pending.discard(_block(reader, spend))
    if pending:
        raise Cut


def data_blocks(reader: Reader) -> Iterator[tuple[int, Iterator[bytes] | None]]:
    """The data, entry by entry: its number, and its pieces as they are stored, which the caller reads to their end.

    Large objects are passed over: there are no pieces of theirs.

    Args:
        reader: right behind the table of contents.

    Raises:
        Cut: the file ends too early.
        Damaged: it cannot be followed.
    """
    while kind := reader.stream.read(1):
        number = reader.integer()
        if kind[0] == _DATA:
            yield number, _data(reader)
        elif kind[0] == _BLOBS:
            while reader.integer() != _END:
                for _ in _data(reader):
                    pass
            yield number, None
        else:
            raise Damaged("its data is damaged")


def _data(reader: Reader) -> Iterator[bytes]:
    while (length := reader.integer()) != _END:
        if length < 0:
            raise Damaged("its data is damaged")
        while length:
            part = reader.take(min(length, _PART))
            length -= len(part)
            yield part


def _entry(reader: Reader, format_: int) -> Entry:
    number = reader.integer()
    reader.integer()  # whether it has data
    _, _, tag, kind = (reader.string() for _ in range(4))  # first two oids
    reader.integer()  # section
    # SQL to make, drop and copy; schema, tablespace, access method
    made, _, copied, schema, *_ = (reader.string() for _ in range(6 if reader.version >= (1, 14) else 5))
    if reader.version >= (1, 16):
        reader.integer()  # relkind
    for _ in range(2):  # owner, oids
        reader.string()
    while reader.string() is not None:  # dependencies
        pass
    state, position, file = _NO_DATA, 0, ""
    if format_ == CUSTOM:
        state = reader.byte()
        position = int.from_bytes(reader.take(reader.offset_size), "little")
    else:
        file = _text(reader.string())
    if kind == b"ENCODING":  # stands before all names
        reader.encoding = encoding(made or b"") or reader.encoding
    name, kind_, schema_ = (_text(text, reader.encoding) for text in (tag, kind, schema))
    return Entry(number, name, kind_, schema_, bool(copied), state, position, file)


def _text(value: bytes | None, code: str = "utf-8") -> str:
    return (value or b"").decode(code, "replace")


def encoding(statement: bytes) -> str:
    """What Python calls the encoding that a SET of client_encoding names; empty when there is none that it knows."""
    named = _ENCODING.match(statement)
    if named is None:
        return ""
    name = named[1].decode("ascii")
    try:
        return codecs.lookup(f"cp{name[3:]}" if name.startswith("WIN") else name).name if _IS_TEXT.match(name) else ""
    except LookupError:
        return ""


def _block(reader: Reader, spend: Callable[[], None]) -> int:
    """Pass over the data of one entry; its number."""
    kind, number = reader.byte(), reader.integer()
    if kind == _DATA:
        _pieces(reader, spend)
    elif kind == _BLOBS:
        while reader.integer() != _END:
            _pieces(reader, spend)
    else:
        raise Damaged("its data is damaged")
    return number


def _pieces(reader: Reader, spend: Callable[[], None]) -> None:
    while (length := reader.integer()) != _END:
        spend()
        if length < 0:
            raise Damaged("its data is damaged")
        reader.skip(length)
