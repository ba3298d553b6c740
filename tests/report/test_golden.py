"""Every format, compared with a file that a person has read. `make golden` rewrites them."""

from __future__ import annotations

import pytest

from tests.report.sample import full
from tools.golden import GOLDEN, expected


@pytest.mark.parametrize("name", sorted(expected()))
def test_golden(name):
    assert expected()[name] == (GOLDEN / name).read_text(encoding="utf-8")


def test_no_golden_file_is_left_over():
    assert {path.name for path in GOLDEN.iterdir()} == set(expected())


def test_nothing_of_the_server_steers_the_terminal():
    for text in expected().values():
        assert "\x1b[31m|" not in text
        assert "\u202e" not in text.replace("\\u202e", "")


def test_no_line_begins_with_a_workflow_command():
    for name, text in expected().items():
        if name.endswith(".txt"):
            assert not [line for line in text.splitlines() if line.strip().startswith(("::", "##["))]


@pytest.mark.parametrize(
    ("name", "width"), [("console-80.txt", 80), ("console-100.txt", 100), ("console-120.txt", 120)]
)
def test_lines_fit_the_terminal(name, width):
    code = ("alter ", "see it:")
    too_long = [line for line in expected()[name].splitlines() if len(line) > width]
    assert [line for line in too_long if not line.strip().startswith(code)] == []


def test_the_sample_is_a_valid_report():
    assert full().verdict == "blocked"
