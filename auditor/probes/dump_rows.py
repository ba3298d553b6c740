"""Counts the rows in the data of a dump, block by block, without keeping any."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator

from auditor.facts.backups import DumpedTable
from auditor.probes.packed import Budget, zstd_parts
from auditor.probes.pgarchive import GZIP, PLAIN, ZSTD, Damaged, Entry
from auditor.probes.pgplain import HOLES

_COPY_ENDS = b"\\.\n\n\n"
"""What pg_dump writes behind the last row of COPY (``dumpTableData_copy``)."""
_INSERT, _ROW = b"\nINSERT INTO ", b"\n\t("
_PART = 1 << 20


class RowCounter:
    """Counts as data passes.

    COPY escapes the line breaks in values, so its lines are its rows. Of INSERT statements it counts the lines that
    begin one, or those that begin a row of one with several (``--rows-per-insert``): a value may hold such a line, so
    there may be fewer rows, and never none.

    Args:
        copied: the data is what COPY prints.
    """

    def __init__(self, *, copied: bool) -> None:
        self._copied = copied
        self._count = self._inner = 0
        self._tail = b"" if copied else b"\n"

    def feed(self, data: bytes) -> None:
        """The next bytes."""
        if self._copied:
            self._count += data.count(b"\n")
            self._tail = (self._tail + data[-len(_COPY_ENDS) :])[-len(_COPY_ENDS) :]
            return
        joined = self._tail + data
        self._count += joined.count(_INSERT)
        self._inner += joined.count(_ROW) - self._tail.count(_ROW)
        self._tail = joined[-len(_INSERT) + 1 :]

    @property
    def rows(self) -> int:
        """How many there were."""
        if self._copied:
            return self._count - (_COPY_ENDS.count(b"\n") if self._tail == _COPY_ENDS else 0)
        return max(self._count, self._inner)


def inflated(pieces: Iterable[bytes], packing: int) -> Iterator[bytes] | None:
    """What stored pieces hold; None when nothing here can decompress them.

    Args:
        pieces: of one entry.
        packing: from the header.

    Raises:
        Damaged: while it is read.
    """
    if packing == PLAIN:
        return iter(pieces)
    if packing == ZSTD:
        return zstd_parts(pieces)
    return _inflated(pieces) if packing == GZIP else None


def _inflated(pieces: Iterable[bytes]) -> Iterator[bytes]:
    machine = zlib.decompressobj()
    try:
        for piece in pieces:
            rest = piece
            while rest:
                yield machine.decompress(rest, _PART)
                if machine.eof:
                    break
                rest = machine.unconsumed_tail
        while not machine.eof and (left := machine.decompress(machine.unconsumed_tail, _PART)):
            yield left
    except zlib.error:
        raise Damaged("its compressed data is damaged") from None
    if not machine.eof:
        raise Damaged("its compressed data is damaged")


def counted(pieces: Iterable[bytes], packing: int, *, copied: bool, budget: Budget) -> int | None:
    """The rows of one table, all of its data read; None when nothing here can decompress it.

    Args:
        pieces: as they are stored.
        packing: from the header.
        copied: see :class:`RowCounter`.
        budget: how long it may take.

    Raises:
        Damaged: the data is.
        OutOfTime: there is none left.
    """
    data = inflated(pieces, packing)
    counter = RowCounter(copied=copied)
    for part in data if data is not None else pieces:
        budget.spend()
        if data is not None:
            if b"\0" in part:
                raise Damaged(HOLES)
            counter.feed(part)
    return counter.rows if data is not None else None


def dumped_tables(entries: Iterable[Entry], rows: dict[int, int | None]) -> tuple[DumpedTable, ...]:
    """The tables of a table of contents.

    Args:
        entries: all of it.
        rows: number of an entry to the rows that were counted in its data.
    """
    found: dict[str, DumpedTable] = {}
    for entry in entries:
        if entry.kind == "TABLE":
            found.setdefault(entry.name, DumpedTable(entry.name, None, has_data=False))
        elif entry.kind == "TABLE DATA":
            found[entry.name] = DumpedTable(entry.name, rows.get(entry.number), has_data=True)
    return tuple(found[name] for name in sorted(found))
