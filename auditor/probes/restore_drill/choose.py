"""Finds the newest dump, and recognises what kind it is by its bytes."""

from __future__ import annotations

import glob
import gzip
import io
import shutil
import subprocess
import tarfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import IO, cast

from auditor.probes.dump_files import dump_files
from auditor.probes.pgarchive import MAGIC, Cut, Damaged, Header, Reader, read_header
from auditor.probes.restore_drill.outcomes import NotRestored, Undone
from auditor.probes.restore_drill.plain import HEAD, LONGEST_LINE

_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
_SEALED = {
    b"age-encryption.org/": "age",
    b"-----BEGIN AGE": "age",
    b"-----BEGIN PGP": "PGP",
    b"\x85": "PGP",
    b"\x8c": "PGP",
    b"\xc3": "PGP",
    b"Salted__": "OpenSSL",
}
_PACKED = {
    b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz",
    b"\x04\x22\x4d\x18": "lz4",
    b"PK\x03\x04": "zip",
    b"7z\xbc\xaf": "7-Zip",
}
_BESIDE = {
    ".md",
    ".txt",
    ".log",
    ".json",
    ".sha1",
    ".sha256",
    ".sha512",
    ".md5",
    ".asc",
    ".sig",
    ".sh",
    ".toml",
    ".yml",
}
"""Endings of files that lie beside dumps and are none."""
_DUMP = (b"PostgreSQL database dump", b"PostgreSQL database cluster dump")
_TAR_HEAD = 512


class Form(StrEnum):
    """Which program restores it."""

    ARCHIVE = "archive"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Dump:
    """A dump, recognised."""

    path: Path
    form: Form
    format: str
    """For people: ``custom 1.16``, ``plain, gzipped``."""
    packing: str = ""
    """``gzip`` or ``zstd``."""
    head: bytes = b""
    """The beginning of a plain dump, unpacked."""
    header: Header | None = None
    version: tuple[int, int] = (0, 0)
    """Of the archive."""

    @property
    def database(self) -> str:
        """Its database, when it says so."""
        return self.header.database if self.header else ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file or folder that the checklist names."""

    changed: datetime
    size: int
    path: Path


def candidates(patterns: Iterable[str]) -> list[Candidate]:
    """Dump files and folders, the newest first."""
    named = tuple(patterns)
    files, _ = dump_files(named)
    folders = {path.parent for _, _, path in files if path.name == "toc.dat"}
    folders |= {Path(name) for pattern in named for name in glob.glob(pattern, recursive=True) if _is_dump(Path(name))}  # noqa: PTH207
    found = [
        Candidate(datetime.fromtimestamp(changed, UTC), size, path)
        for changed, size, path in files
        if path.parent not in folders and path not in folders and path.suffix.lower() not in _BESIDE
    ]
    for folder in folders:
        with suppress(OSError):
            status = [file.stat() for file in folder.iterdir() if file.is_file()]
            changed = max(one.st_mtime for one in status)
            found.append(Candidate(datetime.fromtimestamp(changed, UTC), sum(one.st_size for one in status), folder))
    return sorted(found, key=lambda one: (one.changed, str(one.path)), reverse=True)


def _is_dump(path: Path) -> bool:
    return path.is_dir() and (path / "toc.dat").is_file()


def recognise(path: Path) -> Dump:
    """What kind of dump it is.

    Raises:
        NotRestored: it is none, or its beginning is damaged.
        Undone: it is encrypted, or packed in a way that is not known.
        OSError: it cannot be read.
    """
    if path.is_dir():
        return _archive(path, path / "toc.dat", "directory")
    with path.open("rb") as stream:
        head = stream.read(HEAD)
    if not head:
        raise NotRestored("it is empty")
    if head.startswith(MAGIC):
        return _archive(path, path, "custom")
    if _is_tar(head):
        return _tar(path)
    packing = "gzip" if head.startswith(_GZIP) else "zstd" if head.startswith(_ZSTD) else ""
    if packing:
        with unpacked(path, packing) as inner:
            head = _begun(inner)
    return _by_text(path, packing, head)


def _by_text(path: Path, packing: str, head: bytes) -> Dump:
    if packing and (head.startswith(MAGIC) or _is_tar(head)):
        raise Undone(f"it is an archive inside {packing}", f"unpack it, or use pg_dump's own --compress={packing}")
    if any(words in head for words in _DUMP):
        return Dump(
            path,
            Form.PLAIN,
            f"plain, {packing}ped" if packing == "gzip" else f"plain{packing and ', zstd'}",
            packing,
            head,
        )
    for magic, name in _SEALED.items():
        if head.startswith(magic):
            raise Undone(f"it is encrypted ({name})", "run the drill where it can be decrypted, on the decrypted dump")
    for magic, name in _PACKED.items():
        if head.startswith(magic):
            raise Undone(
                f"it is packed with {name}, which a drill does not read", "use gzip, zstd or pg_dump --compress"
            )
    raise NotRestored("it does not look like a dump of PostgreSQL")


def _is_tar(head: bytes) -> bool:
    return len(head) >= _TAR_HEAD and head[257:262] == b"ustar"


def _archive(path: Path, file: Path, name: str) -> Dump:
    with file.open("rb") as stream:
        reader = Reader(stream, file.stat().st_size)
        return _headed(path, reader, name)


def _tar(path: Path) -> Dump:
    try:
        with tarfile.open(path, "r:") as tar:
            for member in (tar.next() for _ in range(1)):
                if member is None or member.name != "toc.dat" or not member.isfile():
                    raise NotRestored("it does not look like a dump of PostgreSQL")
                file = cast("IO[bytes]", tar.extractfile(member))
                return _headed(path, Reader(io.BytesIO(file.read(HEAD)), member.size), "tar")
    except (tarfile.TarError, OSError, EOFError):
        pass
    raise NotRestored("its table of contents is damaged")


def _headed(path: Path, reader: Reader, name: str) -> Dump:
    header = None
    try:
        header = read_header(reader)
    except Cut:
        raise NotRestored("it ends inside its header") from None
    except Damaged as damaged:
        if reader.version < (1, 17):
            raise NotRestored(str(damaged)) from None
    return Dump(path, Form.ARCHIVE, "{} {}.{}".format(name, *reader.version), header=header, version=reader.version)


def _begun(lines: Iterable[bytes]) -> bytes:
    head = bytearray()
    for line in lines:
        head += line
        if len(head) >= HEAD:
            break
    return bytes(head)


class unpacked:  # noqa: N801  used like a function
    """The lines of a plain dump, unpacked; a context manager.

    Iterating raises NotRestored when the file is cut off or damaged, and Undone without a program that unpacks it.
    """

    def __init__(self, path: Path, packing: str) -> None:
        self.path, self.packing = path, packing
        self._process: subprocess.Popen[bytes] | None = None
        self._file: IO[bytes] | None = None

    def __enter__(self) -> Iterator[bytes]:
        if self.packing == "zstd":
            self._file = self._zstd()
        elif self.packing == "gzip":
            self._file = cast("IO[bytes]", gzip.open(self.path))
        else:
            self._file = self.path.open("rb")
        return self._lines(self._file)

    def __exit__(self, *_: object) -> None:
        if self._file:
            self._file.close()
        if self._process:
            self._process.kill()
            self._process.wait()

    def _zstd(self) -> IO[bytes]:
        with suppress(ImportError):  # Python 3.14
            from compression import zstd  # type: ignore[import-not-found,unused-ignore]

            return cast("IO[bytes]", zstd.open(self.path))
        program = shutil.which("zstd")
        if program is None:
            raise Undone("it is packed with zstd, and here is no zstd", "install zstd")
        with self.path.open("rb") as source:
            self._process = subprocess.Popen(
                [program, "-dcq"], stdin=source, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
            )
        return cast("IO[bytes]", self._process.stdout)

    def _lines(self, file: IO[bytes]) -> Iterator[bytes]:
        try:
            while line := file.readline(LONGEST_LINE):
                yield line
        except (EOFError, gzip.BadGzipFile, zlib.error):
            raise NotRestored("the compressed file is cut off or damaged") from None
        except OSError as error:
            raise NotRestored(f"it cannot be read to its end: {error.strerror or error}") from None
        except Exception as error:
            if type(error).__name__ != "ZstdError":
                raise
            raise NotRestored("the compressed file is cut off or damaged") from None
        if self._process and self._process.wait():
            raise NotRestored("the compressed file is cut off or damaged")
