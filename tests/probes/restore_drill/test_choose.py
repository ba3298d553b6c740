"""Which file is the newest dump, and of which kind."""

from __future__ import annotations

import gzip
import io
import os
import shutil
import subprocess
import tarfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.probes.restore_drill.binaries import Programs, choose, exactly
from auditor.probes.restore_drill.choose import Form, candidates, recognise, unpacked
from auditor.probes.restore_drill.outcomes import NotRestored, Undone
from tests.probes.restore_drill.fuzz import FUZZ
from tests.probes.restore_drill.servers import DATA

DUMP = (DATA / "app.dump").read_bytes()
TEXT = b"--\n-- PostgreSQL database dump\n--\n\nSELECT 1;\n"


def place(folder, name, content, changed=1_790_000_000):
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_bytes(content)
    os.utime(folder / name, (changed, changed))


class TestCandidates:
    def test_the_newest_first(self, tmp_path):
        for number in (2, 3, 1):
            place(tmp_path, f"{number}.dump", DUMP, 1_790_000_000 + number)
        assert [one.path.name for one in candidates((f"{tmp_path}/*",))] == ["3.dump", "2.dump", "1.dump"]

    def test_folders_are_one_dump(self, tmp_path):
        place(tmp_path, "a/toc.dat", DUMP)
        place(tmp_path, "a/1.dat.gz", b"123", 1_790_000_007)
        [found] = candidates((f"{tmp_path}/*", f"{tmp_path}/**/*"))
        assert (found.path.name, found.size, found.changed.timestamp()) == ("a", len(DUMP) + 3, 1_790_000_007)

    @pytest.mark.parametrize("name", ["README.md", "app.dump.sha256", "backup.log", "make.sh"])
    def test_what_lies_beside(self, tmp_path, name):
        place(tmp_path, name, b"x")
        assert candidates((f"{tmp_path}/*",)) == []


class TestKinds:
    @pytest.mark.parametrize("name", ["app.dump", "app-by-pg18.dump"])
    def test_custom(self, name):
        found = recognise(DATA / name)
        assert (found.form, found.database) == (Form.ARCHIVE, "app")
        assert found.format == ("custom 1.14" if name == "app.dump" else "custom 1.16")

    def test_plain(self, tmp_path):
        for name, content in (("a", TEXT), ("b", gzip.compress(TEXT)), ("c", b"\xef\xbb\xbf" + TEXT)):
            place(tmp_path, name, content)
            assert recognise(tmp_path / name).form is Form.PLAIN

    def test_tar(self, tmp_path):
        with tarfile.open(tmp_path / "a.tar", "w", format=tarfile.USTAR_FORMAT) as tar:
            member = tarfile.TarInfo("toc.dat")
            member.size = len(DUMP)
            tar.addfile(member, io.BytesIO(DUMP))
        assert recognise(tmp_path / "a.tar").format == "tar 1.14"

    @pytest.mark.parametrize(
        ("content", "error", "reason"),
        [
            (b"", NotRestored, "it is empty"),
            (b"\0" * 9000, NotRestored, "it does not look like a dump of PostgreSQL"),
            (DUMP[:9], NotRestored, "it ends inside its header"),
            (gzip.compress(b"hello"), NotRestored, "it does not look like a dump of PostgreSQL"),
            (gzip.compress(TEXT)[:20], NotRestored, "the compressed file is cut off or damaged"),
            (gzip.compress(DUMP), Undone, "it is an archive inside gzip"),
            (b"-----BEGIN PGP MESSAGE-----", Undone, "it is encrypted (PGP)"),
            (b"BZh91AY", Undone, "it is packed with bzip2, which a drill does not read"),
        ],
        ids=["empty", "zeros", "head", "gzipped text", "cut gzip", "gzipped archive", "pgp", "bzip2"],
    )
    def test_others(self, tmp_path, content, error, reason):
        place(tmp_path, "x", content)
        with pytest.raises(error) as caught:
            recognise(tmp_path / "x")
        assert caught.value.reason == reason

    def test_a_tar_of_something_else(self, tmp_path):
        with tarfile.open(tmp_path / "a.tar", "w") as tar:
            tar.addfile(tarfile.TarInfo("README"), io.BytesIO())
        with pytest.raises(NotRestored):
            recognise(tmp_path / "a.tar")

    @given(st.binary(max_size=700), st.sampled_from([b"", DUMP[:200], TEXT, b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd"]))
    @FUZZ
    def test_any_bytes(self, tmp_path_factory, tail, head):
        path = tmp_path_factory.getbasetemp() / "any"
        path.write_bytes(head + tail)
        try:
            found = recognise(path)
            with unpacked(path, found.packing) as lines:
                list(lines)
        except (NotRestored, Undone):
            pass


@pytest.mark.skipif(not shutil.which("zstd"), reason="takes the program zstd")
@pytest.mark.parametrize("cut", [0, 5])
def test_zstd(tmp_path, cut):
    packed = subprocess.run(["zstd", "-cq"], input=TEXT * 9, capture_output=True, check=True).stdout
    place(tmp_path, "a.zst", packed[: len(packed) - cut])
    with unpacked(tmp_path / "a.zst", "zstd") as lines:
        if cut:
            with pytest.raises(NotRestored, match="the compressed file is cut off or damaged"):
                list(lines)
        else:
            assert b"".join(lines) == TEXT * 9
            assert recognise(tmp_path / "a.zst").format == "plain, zstd"


class TestPrograms:
    FIFTEEN, SIXTEEN, EIGHTEEN = (Programs(DATA, f"{major}.1", major) for major in (15, 16, 18))

    @pytest.mark.parametrize(
        ("least", "wanted", "major"),
        [(15, 15, 15), (15, 16, 16), (14, 13, 15), (17, 15, 18), (15, 17, 15), (0, 0, 15), (15, 18, 18), (16, 15, 16)],
    )
    def test_the_live_version_else_the_next(self, least, wanted, major):
        there = (self.EIGHTEEN, self.FIFTEEN, self.SIXTEEN)
        assert choose(there, least, wanted, "it").major == major

    def test_none_is_new_enough(self):
        with pytest.raises(Undone) as caught:
            choose((self.FIFTEEN,), 17, 15, "its archive version 1.16 takes pg_restore 17 or newer")
        assert caught.value.reason == (
            f"its archive version 1.16 takes pg_restore 17 or newer, and here is PostgreSQL 15.1 in {DATA}"
        )

    def test_files_of_a_cluster_take_their_own_version(self):
        assert exactly((self.EIGHTEEN, self.FIFTEEN), 15, "it").major == 15
        with pytest.raises(Undone, match=r"it is of 17, and here is PostgreSQL 18\.1"):
            exactly((self.EIGHTEEN,), 17, "it is of 17")
