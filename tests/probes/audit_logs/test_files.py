"""Log files of every kind are read at their ends, or it is said why not."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import threading
import time
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.probes.audit_logs import files
from auditor.probes.audit_logs.files import End, described, find, head, is_binary, tail, text_of, web_root

LINES = b"".join(b"line %d\n" % number for number in range(1000))


def write(path: Path, data: bytes, mode=0o640, at: float | None = None) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    path.chmod(mode)
    if at is not None:
        os.utime(path, (at, at))
    return path


class TestFinding:
    def test_newest_first_and_each_once(self, tmp_path):
        for name, at in (("a.log", 30), ("a.log.1", 20), ("a.log.2.gz", 10)):
            write(tmp_path / name, b"x\n", at=at)
        (tmp_path / "link.log").symlink_to(tmp_path / "a.log")
        found, problems = find([f"{tmp_path}/*log*", f"{tmp_path}/a.log"])
        assert {one.path.name for one in found[:1]} <= {"a.log", "link.log"}
        assert [one.status.st_mtime for one in found] == [30, 20, 10]
        assert problems == []

    def test_a_link_out_of_a_web_root_and_one_into_it(self, tmp_path):
        served = write(tmp_path / "public" / "a.log", b"x")
        (tmp_path / "a.log").symlink_to(served)
        private = write(tmp_path / "b.log", b"x")
        (tmp_path / "public" / "b.log").symlink_to(private)
        for names in (["a.log"], ["public/a.log"], ["b.log", "public/b.log"], ["public/b.log", "b.log"]):
            found, _ = find([f"{tmp_path}/{name}" for name in names])
            assert [described(one).web_root for one in found] == [str(tmp_path / "public")]
        found, _ = find([f"{tmp_path}/b.log"])
        assert [described(one).web_root for one in found] == [""]

    def test_what_is_no_file(self, tmp_path):
        os.mkfifo(tmp_path / "pipe.log")
        (tmp_path / "folder.log").mkdir()
        (tmp_path / "gone.log").symlink_to(tmp_path / "nowhere")
        (tmp_path / "loop.log").symlink_to(tmp_path / "loop.log")
        found, problems = find([f"{tmp_path}/*.log"])
        assert found == []
        assert problems == [f"{tmp_path}/loop.log cannot be read: Too many levels of symbolic links"]

    def test_too_many(self, tmp_path, monkeypatch):
        monkeypatch.setattr(files, "MOST_MATCHES", 3)
        for number in range(5):
            write(tmp_path / f"{number}.log", b"")
        found, problems = find([f"{tmp_path}/*.log"])
        assert len(found) == 3
        assert problems == [f"more than 3 files match {tmp_path}/*.log: the rest was not looked at"]


class TestReading:
    def test_a_small_file(self, tmp_path):
        assert tail(write(tmp_path / "a", LINES)) == End(LINES)
        assert head(write(tmp_path / "a", LINES), 10) == End(LINES[:10])

    def test_the_end_begins_with_a_whole_line(self, tmp_path):
        assert tail(write(tmp_path / "a", LINES), 25) == End(b"line 998\nline 999\n", whole=False)

    @pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
    def test_packed(self, tmp_path, pack):
        path = write(tmp_path / "a", pack(LINES))
        assert tail(path, 25) == End(b"line 998\nline 999\n", whole=False)
        assert tail(path) == End(LINES)
        assert head(path, 7) == End(b"line 0\n")

    @pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
    def test_packed_and_cut_off(self, tmp_path, pack):
        path = write(tmp_path / "a", pack(os.urandom(4000))[:-20])
        assert tail(path).problem.startswith("it cannot be read: ")

    def test_a_bomb_is_left(self, tmp_path, monkeypatch):
        monkeypatch.setattr(files, "UNPACKED_BYTES", 1_000_000)
        found = tail(write(tmp_path / "a", gzip.compress(b"x" * 50_000_000)), 100)
        assert found.problem.startswith("it unpacks to more than 1")
        assert len(found.data) <= 100

    def test_time_is_up(self, tmp_path):
        assert tail(write(tmp_path / "a", gzip.compress(LINES)), until=time.monotonic() - 1).problem

    @pytest.mark.parametrize(
        ("data", "problem"),
        [
            (
                b"LPKSHHRH" + b"\0" * 100,
                "it is systemd's journal: give a command, journalctl --output=short-iso --unit=...",
            ),
            (b"\x28\xb5\x2f\xfd" + b"x" * 100, "it is packed with zstd, which the audit does not unpack"),
        ],
    )
    def test_what_cannot_be_read(self, tmp_path, data, problem):
        path = write(tmp_path / "a", data)
        assert (tail(path).problem, head(path).problem) == (problem, problem)

    def test_gone(self, tmp_path):
        assert tail(tmp_path / "none").problem == "it cannot be read: No such file or directory"
        assert tail(tmp_path).problem in (
            "it cannot be read: it is no regular file",
            "it cannot be read: Is a directory",
        )

    def test_a_pipe_is_not_waited_for(self, tmp_path):
        os.mkfifo(tmp_path / "pipe")
        ended = threading.Event()

        def read():
            assert tail(tmp_path / "pipe").problem
            ended.set()

        threading.Thread(target=read, daemon=True).start()
        assert ended.wait(10)

    @given(st.binary(max_size=300), st.integers(1, 400))
    @settings(deadline=None, max_examples=100)
    def test_any_bytes(self, tmp_path_factory, data, most):
        path = tmp_path_factory.getbasetemp() / "any"
        path.write_bytes(data)
        found = tail(path, most)
        assert found.problem or data.endswith(found.data)
        assert len(found.data) <= most
        assert isinstance(text_of(data), str)
        assert is_binary(data) in (True, False)


class TestText:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
    def test_encodings(self, encoding):
        text = "2026-11-26 05:14:30 GET /api/mé 200\n"
        assert text_of(text.encode(encoding)) == text

    def test_binary(self):
        assert is_binary(bytes(range(256)) * 10)
        assert not is_binary("été \x1b[32mINFO\x1b[0m\n".encode() * 10)
        assert not is_binary("été\n".encode("latin-1") * 3 + b"plain text " * 10)
        assert not is_binary(b"")


class TestPrivacy:
    def test_modes(self, tmp_path):
        for mode in (0o600, 0o640, 0o660):
            assert not described(find([str(write(tmp_path / "a.log", b"", mode))])[0][0]).world_readable

    def test_whoever_may_pass_may_read(self):
        # pytest's own folders are closed to others
        folder = Path("/var/tmp") / f"audit-{os.getpid()}"
        try:
            write(folder / "a.log", b"", 0o644)
            folder.chmod(0o755)
            found = described(find([f"{folder}/a.log"])[0][0])
            assert (found.world_readable, found.mode) == (True, "0644")
            folder.chmod(0o750)
            assert not described(find([f"{folder}/a.log"])[0][0]).world_readable
        finally:
            (folder / "a.log").unlink()
            folder.rmdir()

    @pytest.mark.parametrize(
        ("path", "root"),
        [
            ("/app/frontend/public/app.log", "/app/frontend/public"),
            ("/app/public/logs/x/app.log", "/app/public"),
            ("/usr/share/nginx/html/error.log", "/usr/share/nginx/html"),
            ("/var/www/html/app.log", "/var/www/html"),
            ("/app/.next/static/app.log", "/app/.next/static"),
            ("/srv/Static/app.log", "/srv/Static"),
        ],
    )
    def test_web_roots(self, path, root):
        assert web_root(PurePosixPath(path)) == root

    @pytest.mark.parametrize(
        "path", ["/var/log/app.log", "/var/www/app/logs/app.log", "/app/logs/public.log", "/srv/app/log/a.log"]
    )
    def test_no_web_roots(self, path):
        assert web_root(PurePosixPath(path)) == ""
