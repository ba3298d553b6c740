"""A file that is no checklist is refused with one sentence that says what it is instead."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from auditor.checklist.source import LARGEST, read
from auditor.errors import ChecklistError, Problem

WRITE_ONE = "check --config, or write a checklist with `audit init`"


def refusal(path: Path) -> Problem:
    with pytest.raises(ChecklistError) as caught:
        read(path)
    (problem,) = caught.value.problems
    return problem


def said(path: Path, content: bytes) -> tuple[str, int | None, str]:
    path.write_bytes(content)
    problem = refusal(path)
    assert problem == Problem(problem.message, str(path), problem.line, "", problem.remedy)
    return problem.message, problem.line, problem.remedy


@pytest.mark.parametrize(
    ("content", "message", "line", "remedy"),
    [
        (b"", "the file is empty", None, "write a checklist with `audit init`"),
        (b" \n\t\n", "the file is empty", None, "write a checklist with `audit init`"),
        (b"\xef\xbb\xbfa = 1", "the file begins with a byte order mark", 1, "save it again as UTF-8 without BOM"),
        ("a = 1".encode("utf-16"), "the file is UTF-16, not UTF-8", None, "save it again as UTF-8"),
        (b"a = 1\nb = '\xe9'", "the file is not UTF-8", 2, "save it again as UTF-8"),
        (
            b"a = 1\nb = foo\n",
            "the file is not valid TOML: invalid value, at column 5",
            2,
            'put text between quotes: name = "value"',
        ),
        (
            b"a = 1\nb",
            "the file is not valid TOML: expected '=' after a key in a key/value pair, at its end",
            2,
            "write each setting as name = value",
        ),
        (
            b"[env.prod]\n[env.prod]\n",
            'the file is not valid TOML: cannot declare "env.prod" twice, at column 10',
            2,
            "keep one of the two and delete the other",
        ),
        (
            b"a = 1\na = 2\n",
            "the file is not valid TOML: cannot overwrite a value, at column 6",
            2,
            "the same name is given more than once: keep one and delete the other",
        ),
        (
            b'a = "x\nb = 1\n',
            "the file is not valid TOML: illegal character '\\n', at column 7",
            1,
            'close the text with a quote on the same line, or use """ for several lines',
        ),
        (
            b"a = 2027-02-30\n",
            "the file is not valid TOML: invalid date or datetime, at column 5",
            1,
            "write a date as 2027-01-31",
        ),
        (
            b"a = 1 b\n",
            "the file is not valid TOML: expected newline or end of document after a statement, at column 7",
            1,
            "see https://toml.io",
        ),
        (
            b"a = 1\rb = 2",
            "the file is not valid TOML: expected newline or end of document after a statement, at column 6",
            1,
            "see https://toml.io",
        ),
        (b"a = " + b"9" * 5000, "the file holds a number with too many digits", None, "shorten it"),
        (b"a = " + b"[" * 5000, "the tables and lists are nested too deeply", None, "a checklist needs five levels"),
        (
            b"\n" + b"a." * 40 + b"a = 1",
            "the tables and lists are nested too deeply",
            2,
            "a checklist needs five levels",
        ),
        (b"#" * 10_000_000, "the file is larger than 1,000,000 bytes", None, "check that this is the right file"),
    ],
)
def test_what_is_no_checklist(tmp_path, content, message, line, remedy):
    assert said(tmp_path / "checklist.toml", content) == (message, line, remedy)


def test_a_missing_file(tmp_path):
    path = tmp_path / "checklist.toml"
    assert refusal(path) == Problem("there is no such file", str(path), None, "", WRITE_ONE)
    assert refusal(path / "x") == Problem("there is no such file", str(path / "x"), None, "", WRITE_ONE)


def test_a_folder(tmp_path):
    assert refusal(tmp_path) == Problem("this is a folder, not a file", str(tmp_path), None, "", WRITE_ONE)


def test_a_file_that_may_not_be_read(tmp_path, monkeypatch):
    path = tmp_path / "checklist.toml"

    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    assert refusal(path) == Problem(
        "the file may not be read by this user", str(path), None, "", "give this user the right to read it"
    )


def test_a_name_that_no_file_can_have(tmp_path):
    long, nul = tmp_path / ("x" * 5000), tmp_path / "a\0b"
    assert refusal(long).message == "the file cannot be read: File name too long"
    assert refusal(nul).message == "the file cannot be read: the name is not one a file can have"


def test_an_endless_device_is_not_read_to_its_end():
    assert refusal(Path("/dev/zero")).message == "the file is larger than 1,000,000 bytes"


def test_a_link_to_itself(tmp_path):
    path = tmp_path / "checklist.toml"
    path.symlink_to(path)
    assert refusal(path).message == f"the file cannot be read: {os.strerror(40)}"


def test_the_largest_file_is_read_in_full(tmp_path):
    path = tmp_path / "checklist.toml"
    path.write_bytes(b"a = 1\n".ljust(LARGEST - 1, b"#") + b"\n")
    assert read(path).data == {"a": 1}


def test_what_a_source_holds(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = Path("checklist.toml")
    path.write_bytes(b"a = 1\r\n[b]\r\n")
    source = read(path)
    assert (source.path, source.text, source.data) == (path, "a = 1\r\n[b]\r\n", {"a": 1, "b": {}})
    assert source.lines == {("a",): 1, ("b",): 2}
    assert source.sha256 == hashlib.sha256(b"a = 1\r\n[b]\r\n").hexdigest()
    assert source.folder == tmp_path
