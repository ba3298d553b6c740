from __future__ import annotations

import bz2
import gzip
import lzma
import os
import random
import shutil
import struct
import subprocess
import sys
import tarfile
import zlib
from dataclasses import replace
from datetime import datetime
from importlib import import_module
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.facts.backups import DumpedTable
from auditor.probes.packed import Budget, OutOfTime
from auditor.probes.pgdump import DumpFile, read_custom_header, read_dump

DATA = Path(__file__).parent / "data"
BOUNDED = settings(deadline=None, max_examples=min(5000, int(os.environ.get("AUDIT_FUZZ", "200"))))

FILE = (DATA / "file.dump").read_bytes()
"""By pg_dump 18, with two tables and two large objects; it says where its data is."""
PIPED = (DATA / "piped.dump").read_bytes()
"""The same through a pipe: pg_dump could not go back to write down where its data is."""
HEAD = (DATA / "app-head.dump").read_bytes()
"""The first 4096 bytes of a dump by pg_dump 15."""
PLAIN = (DATA / "plain.sql").read_bytes()

SMALL = DumpFile("custom 1.16", "small", "18.6", started=datetime(2026, 11, 24, 3, 29, 9))  # noqa: DTZ001
NAMES, ROWS = ("public.t", "public.u"), (20, 0)
TABLES = replace(SMALL, tables=tuple(DumpedTable(name, None, has_data=True) for name in NAMES))
FULL = replace(SMALL, in_full=True, tables=tuple(map(DumpedTable, NAMES, ROWS, (True, True))))


CLUSTER = b"""--
-- PostgreSQL database cluster dump
--

\\connect template1

%s

\\connect small

%s
--
-- PostgreSQL database cluster dump complete
--

"""
ROLES = b"""--
-- PostgreSQL database cluster dump
--

CREATE ROLE app;

--
-- PostgreSQL database cluster dump complete
--

"""


def _importable(name: str) -> bool:
    try:
        import_module(name)
    except ImportError:
        return False
    return True


def read(folder, data, budget=None) -> DumpFile:
    path = folder / "a.dump"
    path.write_bytes(data)
    return read_dump(path, budget)


def integer(value) -> bytes:
    return struct.pack("<BI", value < 0, abs(value))


def string(value: bytes | None) -> bytes:
    return integer(-1) if value is None else integer(len(value)) + value


def archive(version, entries, *, kind=1, needs=(b"1", b"2"), moment=(20, 33, 9, 22, 10, 126, 0)) -> bytes:
    """An archive of the custom format: entries are number, state, position and block."""
    compression = b"\x01" if version >= (1, 15) else integer(-1)
    head = b"PGDMP" + bytes((*version, 0, 4, 8, kind)) + compression + b"".join(map(integer, moment))
    head += string(b"app") + string(b"15.18 (Debian 15.18-0+deb12u1)") + string(b"15.18") + integer(len(entries))
    for number, state, position, _ in entries:
        head += integer(number) + integer(state != 3) + string(b"1259") + string(b"16385") + string(b"t")
        head += string(b"TABLE") + integer(2) + string(b"CREATE") + string(b"DROP") + string(None) + string(b"public")
        head += string(b"") + (string(b"heap") if version >= (1, 14) else b"")
        head += (integer(ord("r")) if version >= (1, 16) else b"") + string(b"owner") + string(b"false")
        head += b"".join(map(string, needs)) + string(None) + bytes((state,)) + struct.pack("<Q", position)
    return head + b"".join(block for *_, block in entries)


def block(number, *pieces, kind=1) -> bytes:
    return bytes((kind,)) + integer(number) + b"".join(map(string, pieces)) + integer(0)


class TestRealDumps:
    @pytest.mark.parametrize("data", [FILE, PIPED], ids=["file", "piped"])
    def test_whole(self, tmp_path, data):
        assert read(tmp_path, data) == TABLES
        assert read(tmp_path, data, Budget(60)) == FULL

    @pytest.mark.parametrize("data", [FILE, PIPED], ids=["file", "piped"])
    def test_cut_off_anywhere(self, tmp_path, data):
        path = tmp_path / "a.dump"
        path.write_bytes(data)
        problems = []
        for size in reversed(range(5, len(data))):
            os.truncate(path, size)
            problems.insert(0, read_dump(path).problem)
            if size % 23 == 0 or len(data) - size < 100:
                assert read_dump(path, Budget(60)).problem
        assert set(problems) == {"it ends inside its header", "it is cut off"}
        assert problems == sorted(problems, reverse=True, key=lambda problem: "header" in problem)

    def test_the_first_4_kb_of_a_larger_one(self, tmp_path):
        assert read(tmp_path, HEAD) == DumpFile(
            "custom 1.14",
            "app",
            "15.18",
            "it is cut off",
            datetime(2026, 11, 22, 9, 33, 21),  # noqa: DTZ001
        )

    @pytest.mark.parametrize("data", [FILE, PIPED], ids=["file", "piped"])
    def test_followed_by_something_else(self, tmp_path, data):
        assert read(tmp_path, data + b"\0" * 10).problem == "its data is damaged"
        assert read(tmp_path, data + b"\0" * 10, Budget(60)).problem == "its data is damaged"

    def test_the_table_of_contents_of_a_folder(self, tmp_path):
        found = read(tmp_path, (DATA / "toc.dat").read_bytes())
        assert found.problem == "it is only the table of contents of a dump in another format"
        assert found.server_version == "18.6"

    def test_plain(self, tmp_path):
        plain = DumpFile("plain", server_version="18.6")
        full = replace(plain, in_full=True, tables=FULL.tables)
        assert (read(tmp_path, PLAIN), read(tmp_path, PLAIN, Budget(60))) == (plain, full)
        for name, pack in (("gzip", gzip.compress), ("bzip2", bz2.compress), ("xz", lzma.compress)):
            assert read(tmp_path, pack(PLAIN)) == replace(plain, format=f"plain, {name}")
            assert read(tmp_path, pack(PLAIN), Budget(60)) == replace(full, format=f"plain, {name}")

    def test_plain_and_large(self, tmp_path):
        large = PLAIN.replace(b"--\n-- Name", b"-- " + b"x" * 300_000 + b"\n--\n-- Name", 1)
        assert len(large) > 300_000
        assert read(tmp_path, large) == DumpFile("plain", server_version="18.6")
        assert read(tmp_path, gzip.compress(large)).problem == ""
        for cut in (large[:-600], gzip.compress(large[:-600])):
            for budget in (None, Budget(60)):
                assert read(tmp_path, cut, budget).problem == "its end is missing: pg_dump did not finish"


class TestHeader:
    def test_it_is_read(self):
        assert read_custom_header(FILE[:200]) == SMALL
        assert read_custom_header(HEAD).database == "app"

    @pytest.mark.parametrize("size", range(11))
    def test_too_short(self, size):
        assert read_custom_header(FILE[:size]) == DumpFile("custom", problem="it ends inside its header")

    @pytest.mark.parametrize("version", [(1, 12), (1, 13), (1, 14), (1, 15), (1, 16)])
    def test_known_versions(self, version):
        found = read_custom_header(archive(version, []))
        assert found == DumpFile(
            f"custom 1.{version[1]}",
            "app",
            "15.18",
            started=datetime(2026, 11, 22, 9, 33, 20),  # noqa: DTZ001
        )

    @pytest.mark.parametrize("version", [(1, 0), (1, 11), (1, 17), (2, 0), (0, 14), (255, 255)])
    def test_unknown_versions(self, version):
        name = "{}.{}".format(*version)
        assert read_custom_header(archive(version, [])) == DumpFile(
            f"custom {name}",
            unread=f"its archive version is {name}, and this audit reads 1.12 to 1.16",
            hint="update the audit, or look at it with pg_restore of its own version",
        )

    @pytest.mark.parametrize("moment", [(61, 0, 0, 1, 0, 126, 0), (0,) * 7, (0, 0, 0, 1, 0, 10**9, 0), (-1,) * 7])
    def test_a_time_that_is_none(self, moment):
        found = read_custom_header(archive((1, 16), [], moment=moment))
        assert (found.started, found.problem) == (None, "")


class TestArchives:
    @pytest.mark.parametrize("needs", [(), (b"1", b"2")])
    @pytest.mark.parametrize("version", [(1, 12), (1, 13), (1, 14), (1, 15), (1, 16)])
    def test_every_version_is_followed(self, tmp_path, version, needs):
        one, two = block(7, b"rows", b"more"), block(9)
        entries = [(5, 3, 0, b""), (7, 1, 0, one), (9, 1, 0, two)]
        data = archive(version, entries, needs=needs)
        assert read(tmp_path, data).problem == ""
        assert {read(tmp_path, data[:size]).problem for size in range(len(data) - 60, len(data))} == {"it is cut off"}

    def test_cut_between_two_tables(self, tmp_path):
        entries = [(7, 1, 0, block(7, b"rows")), (9, 1, 0, b"")]
        assert read(tmp_path, archive((1, 16), entries)).problem == "it is cut off"

    def test_cut_before_the_last_table(self, tmp_path):
        start = len(archive((1, 16), [(7, 2, 0, b""), (9, 2, 0, b"")]))
        one, two = block(7, b"rows"), block(9, b"more")
        entries = [(7, 2, start, one), (9, 2, start + len(one), two)]
        assert read(tmp_path, archive((1, 16), entries)).problem == ""
        assert read(tmp_path, archive((1, 16), entries)[: -len(two)]).problem == "it is cut off"

    def test_some_positions_are_known(self, tmp_path):
        start = len(archive((1, 16), [(7, 2, 0, b""), (9, 1, 0, b"")]))
        entries = [(7, 2, start, block(7, b"rows")), (9, 1, 0, block(9))]
        assert read(tmp_path, archive((1, 16), entries)).problem == ""
        entries = [(7, 2, start, block(7, b"rows")), (9, 1, 0, b"")]
        assert read(tmp_path, archive((1, 16), entries)).problem == "it is cut off"

    def test_only_the_position_of_the_last_is_known(self, tmp_path):
        one, two = block(7, b"rows"), block(9, b"more")
        start = len(archive((1, 16), [(7, 1, 0, one), (9, 2, 0, b"")]))
        entries = [(7, 1, 0, one), (9, 2, start, two)]
        assert read(tmp_path, archive((1, 16), entries)).problem == ""

    @pytest.mark.parametrize("state", [0, 4, 255])
    def test_a_state_that_is_none(self, tmp_path, state):
        assert read(tmp_path, archive((1, 16), [(7, state, 0, b"")])).problem == "its table of contents is damaged"

    @pytest.mark.parametrize("kind", [0, 2, 4, 255])
    def test_a_block_of_no_kind(self, tmp_path, kind):
        assert read(tmp_path, archive((1, 16), [(7, 1, 0, block(7, kind=kind))])).problem == "its data is damaged"

    def test_a_piece_of_negative_length(self, tmp_path):
        data = b"\x01" + integer(7) + integer(-5) + integer(0)
        assert read(tmp_path, archive((1, 16), [(7, 1, 0, data)])).problem == "its data is damaged"

    def test_only_a_schema(self, tmp_path):
        found = read(tmp_path, archive((1, 16), [(7, 3, 0, b"")]))
        assert (found.problem, found.partial) == ("", "it holds no rows of any table, as with --schema-only")


class TestOtherFiles:
    def test_empty(self, tmp_path):
        assert read(tmp_path, b"") == DumpFile(problem="it is empty")

    @pytest.mark.parametrize("data", [b"\n", b"hello", b"PGDM", b"SQLite format 3\0", b"-- PostgreSQL", b"\xff" * 9])
    def test_something_else(self, tmp_path, data):
        assert read(tmp_path, data) == DumpFile("plain", problem="it does not look like a dump of PostgreSQL")

    def test_gzip_cut_off(self, tmp_path):
        packed = gzip.compress(PLAIN, mtime=0)
        expected = DumpFile("gzip", problem="the compressed file is cut off or damaged")
        assert {read(tmp_path, packed[:size]) for size in range(2, len(packed))} == {expected}

    def test_gzip_damaged(self, tmp_path):
        packed = bytearray(gzip.compress(random.Random(1).randbytes(20_000)))
        packed[5000:5100] = bytes(100)
        assert "damaged" in read(tmp_path, bytes(packed)).problem

    def test_gzip_of_something_that_does_not_inflate(self, tmp_path):
        """zlib tells it with an error of its own."""
        packed = gzip.compress(b"")[:10] + b"\x07" + b"x" * 30
        with pytest.raises(zlib.error):
            zlib.decompress(packed, 31)
        assert "damaged" in read(tmp_path, packed).problem

    def test_a_file_that_cannot_be_read(self, tmp_path):
        with pytest.raises(OSError, match="No such file"):
            read_dump(tmp_path / "none")

    @pytest.mark.parametrize(
        ("name", "data"),
        [
            ("a.dump.gpg", b"\x85\x02\x0c" + b"x" * 90),
            ("a.dump.age", b"age-encryption.org/v1\n"),
            ("a.dump", b"-----BEGIN PGP MESSAGE-----\n"),
            ("a", b"Salted__" + bytes(40)),
            ("a.sql.enc", b"U2FsdGVkX1" + b"9" * 60),
        ],
    )
    def test_encrypted(self, tmp_path, name, data):
        (tmp_path / name).write_bytes(data)
        assert read_dump(tmp_path / name) == DumpFile("encrypted", encrypted=True)

    @pytest.mark.parametrize("data", [b"insert into t values (1);", PLAIN, FILE, gzip.compress(PLAIN, mtime=0)])
    def test_encrypted_by_its_name_alone(self, tmp_path, data):
        (tmp_path / "a.sql.gpg").write_bytes(data)
        assert not read_dump(tmp_path / "a.sql.gpg").encrypted

    def test_a_signature(self, tmp_path):
        found = read(tmp_path, b"-----BEGIN PGP SIGNATURE-----\n")
        assert (found.partial, found.encrypted) == ("it is a signature, and no dump", False)

    @pytest.mark.parametrize(
        ("magic", "name"), [(b"\x04\x22\x4d\x18", "lz4"), (b"PK\x03\x04", "zip"), (b"7z\xbc\xaf\x27\x1c", "7z")]
    )
    def test_what_cannot_be_unpacked_is_not_called_damaged(self, tmp_path, magic, name):
        found = read(tmp_path, magic + b"x" * 90)
        assert found.unread == f"it is compressed with {name}, which the audit cannot read"
        assert not found.problem

    @pytest.mark.parametrize("name", ["app/toc.dat", "backup_label", "PG_VERSION"])
    def test_a_tar_archive_of_something_else(self, tmp_path, name):
        """Such as a base backup, or a folder that was packed."""
        stream = BytesIO()
        with tarfile.open(fileobj=stream, mode="w") as archive_:
            archive_.addfile(tarfile.TarInfo(name))
        for data in (stream.getvalue(), gzip.compress(stream.getvalue())):
            found = read(tmp_path, data)
            assert (found.unread, found.problem) == ("it is a tar archive, and none that pg_dump wrote", "")

    @pytest.mark.skipif(not shutil.which("zstd"), reason="needs the program zstd")
    @pytest.mark.parametrize("way", ["module", "program"])
    def test_zstd(self, tmp_path, monkeypatch, way):
        if way == "program":
            monkeypatch.setitem(sys.modules, "zstandard", None)
            monkeypatch.setitem(sys.modules, "compression.zstd", None)
        elif not any(map(_importable, ("compression.zstd", "zstandard"))):
            pytest.skip("needs Python 3.14, or the package zstandard")
        packed = subprocess.run(["zstd", "-q"], input=PLAIN, stdout=subprocess.PIPE, check=True).stdout
        assert read(tmp_path, packed) == DumpFile("plain, zstd", server_version="18.6")
        assert read(tmp_path, packed, Budget(60)).tables == FULL.tables
        for size in (6, len(packed) // 2, len(packed) - 1):
            for budget in (None, Budget(60)):
                assert read(tmp_path, packed[:size], budget).problem == "the compressed file is cut off or damaged"
        archive_ = subprocess.run(["zstd", "-q"], input=PIPED, stdout=subprocess.PIPE, check=True).stdout
        assert read(tmp_path, archive_) == replace(FULL, format="custom 1.16, zstd")
        assert read(tmp_path, archive_[:-9]).problem == "the compressed file is cut off or damaged"

    def test_zstd_with_nothing_to_read_it(self, tmp_path, monkeypatch):
        monkeypatch.setattr(shutil, "which", lambda _: None)
        monkeypatch.setitem(sys.modules, "zstandard", None)
        monkeypatch.setitem(sys.modules, "compression.zstd", None)
        found = read(tmp_path, b"\x28\xb5\x2f\xfd" + b"x" * 90)
        assert (found.unread, found.problem) == ("it is compressed with zstd, which nothing here can read", "")

    def test_time_that_runs_out(self, tmp_path):
        for data in (FILE, PLAIN * 2000, gzip.compress(FILE)):
            with pytest.raises(OutOfTime):
                read(tmp_path, data, Budget(0))

    def test_a_dump_of_all_databases(self, tmp_path):
        whole = CLUSTER % (PLAIN, PLAIN)
        found = read(tmp_path, whole, Budget(60))
        tables = {"template1": FULL.tables, "small": FULL.tables}
        assert found == DumpFile("plain, all databases", "", "18.6", in_full=True, by_database=tables)
        assert read(tmp_path, whole[:-70]).problem == "its end is missing: pg_dump did not finish"
        assert read(tmp_path, whole[:-70], Budget(60)).problem == "its end is missing: pg_dump did not finish"

    def test_only_roles(self, tmp_path):
        found = read(tmp_path, ROLES, Budget(60))
        assert found.partial == "it holds no database, as with --globals-only"

    def test_only_definitions(self, tmp_path):
        schema = b"".join(
            line for line in PLAIN.splitlines(keepends=True) if not line.startswith((b"COPY", b"\\.", b"-- Data for"))
        )
        assert read(tmp_path, schema, Budget(60)).partial == "it holds no rows of any table, as with --schema-only"

    def test_only_rows(self, tmp_path):
        rows = b"".join(line for line in PLAIN.splitlines(keepends=True) if not line.startswith(b"CREATE TABLE"))
        told = "it holds rows and no definition of any table, as with --data-only"
        assert read(tmp_path, rows, Budget(60)).partial == told


REAL = st.sampled_from([FILE, PIPED, HEAD, PLAIN, gzip.compress(PLAIN, mtime=0)])


@st.composite
def damaged(draw) -> bytes:
    """A real dump with a few bytes changed and perhaps cut off."""
    data = bytearray(draw(REAL))
    for _ in range(draw(st.integers(1, 6))):
        data[draw(st.integers(0, len(data) - 1))] = draw(st.integers(0, 255))
    return bytes(data[: draw(st.integers(0, len(data)))])


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("dumps")


class TestAnything:
    @given(data=damaged() | st.binary(max_size=300).map(lambda rest: b"PGDMP" + rest) | st.binary(max_size=300))
    @BOUNDED
    def test_any_file_is_read(self, folder, data):
        assert isinstance(read(folder, data), DumpFile)
        assert isinstance(read(folder, data, Budget(60)), DumpFile)

    @given(damaged() | st.binary(max_size=200))
    @BOUNDED
    def test_any_header_is_read(self, data):
        assert isinstance(read_custom_header(data), DumpFile)
