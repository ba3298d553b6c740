"""Reports go where they were asked for: whole or not at all, and never in the place of a device."""

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path

import pytest

from auditor.cli.output import Target, check_writable, parse_targets, write_file
from auditor.errors import UsageError


@pytest.mark.parametrize(
    ("values", "targets"),
    [
        ([], [Target("console", None)]),
        (["json"], [Target("json", None)]),
        (["json-v1=-"], [Target("json", None)]),
        (["markdown=a=b.md"], [Target("markdown", Path("a=b.md"))]),
        (["console", "json=x"], [Target("console", None), Target("json", Path("x"))]),
    ],
)
def test_targets(values, targets):
    assert parse_targets(values) == targets


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (["jsn"], "--report jsn: there is no such format; did you mean json?"),
        (["pdf"], "--report pdf: there is no such format; use one of console, json, json-v1, markdown, html"),
        (["sarif"], "--report sarif: this format is not there yet; use one of console, json, json-v1, markdown, html"),
        (["json="], "--report json=: a path is missing after the equals sign; leave both out for stdout"),
        (["json", "console"], "--report: only one report can go to stdout; give the others a path: FORMAT=PATH"),
        (["json=x", "markdown=x"], "--report: two reports have the same path; the second would replace the first"),
    ],
)
def test_targets_that_cannot_be(values, message):
    with pytest.raises(UsageError) as caught:
        parse_targets(values)
    assert str(caught.value) == message


def test_a_file_is_written_and_its_folder_left_clean(tmp_path):
    write_file(tmp_path / "report.json", "é\n")
    assert [path.name for path in tmp_path.iterdir()] == ["report.json"]
    assert (tmp_path / "report.json").read_text(encoding="utf-8") == "é\n"


def test_a_new_file_has_the_mode_that_the_umask_gives(tmp_path):
    previous = os.umask(0o027)
    try:
        write_file(tmp_path / "report.json", "x")
    finally:
        os.umask(previous)
    assert stat.S_IMODE((tmp_path / "report.json").stat().st_mode) == 0o640


def test_an_old_file_keeps_its_mode(tmp_path):
    path = tmp_path / "report.json"
    path.write_text("old")
    path.chmod(0o600)
    write_file(path, "new")
    assert (path.read_text(), stat.S_IMODE(path.stat().st_mode)) == ("new", 0o600)


def test_a_reader_of_the_old_file_keeps_the_old_text(tmp_path):
    path = tmp_path / "report.json"
    path.write_text("old")
    with path.open() as reader:
        write_file(path, "new")
        assert reader.read() == "old"


def test_a_symlink_keeps_pointing(tmp_path):
    (tmp_path / "real.json").write_text("old")
    (tmp_path / "link.json").symlink_to("real.json")
    write_file(tmp_path / "link.json", "new")
    assert (tmp_path / "link.json").is_symlink()
    assert (tmp_path / "real.json").read_text() == "new"


def test_a_dangling_symlink_makes_its_target(tmp_path):
    (tmp_path / "link.json").symlink_to("real.json")
    write_file(tmp_path / "link.json", "new")
    assert (tmp_path / "link.json").is_symlink()
    assert (tmp_path / "real.json").read_text() == "new"


def test_a_device_stays_a_device():
    before = Path("/dev/null").stat()
    check_writable([Path("/dev/null")])
    write_file(Path("/dev/null"), "text")
    after = Path("/dev/null").stat()
    assert stat.S_ISCHR(after.st_mode)
    assert (before.st_rdev, before.st_ino) == (after.st_rdev, after.st_ino)


def test_a_link_to_a_device_stays_too(tmp_path):
    (tmp_path / "null").symlink_to("/dev/null")
    write_file(tmp_path / "null", "text")
    assert (tmp_path / "null").is_symlink()
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)


def test_a_fifo_is_written_into(tmp_path):
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    read: list[str] = []
    ready = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    os.set_blocking(ready, True)
    reader = threading.Thread(target=lambda: read.append(os.read(ready, 100).decode()))
    write_file(fifo, "text")
    reader.start()
    reader.join()
    os.close(ready)
    assert read == ["text"]
    assert stat.S_ISFIFO(fifo.stat().st_mode)


def test_a_fifo_that_nobody_reads_is_a_sentence_and_no_hang(tmp_path):
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    with pytest.raises(UsageError, match=r"fifo cannot be written: nobody reads from it"):
        write_file(fifo, "text")


def test_a_folder_and_a_missing_folder_are_found_before_the_audit(tmp_path):
    with pytest.raises(UsageError, match=r"is a folder; name a file in it"):
        check_writable([tmp_path])
    with pytest.raises(UsageError, match=r"there is no folder .*missing; create it first"):
        check_writable([tmp_path / "missing" / "report.json"])


def test_checking_leaves_nothing(tmp_path):
    check_writable([tmp_path / "report.json"])
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_a_sentence():
    with pytest.raises(UsageError, match=r"/dev/full cannot be written: No space left on device"):
        write_file(Path("/dev/full"), "text")
