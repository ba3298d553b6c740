from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.facts.log_rules import CLASSES, is_on, lets_through, main_level, milliseconds, pgaudit_classes


@pytest.mark.parametrize("value", ["on", "ON", "true", "t", "tr", "yes", "y", "1", " on "])
def test_on(value):
    assert is_on(value)


@pytest.mark.parametrize("value", ["off", "of", "false", "no", "0", "", "o", "2", "onn"])
def test_off(value):
    assert not is_on(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [("0", 0), ("-1", -1), ("250", 250), ("1s", 1000), ("1.5 s", 1500), ("2min", 120_000), ("1h", 3_600_000),
     ("1d", 86_400_000), ("500us", 0.5), ("", None), ("s", None), ("1 week", None), ("1e3", None)],
)  # fmt: skip
def test_milliseconds(value, expected):
    assert milliseconds(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [("", set()), ("none", set()), ("all", CLASSES), ("all,-read", CLASSES - {"read"}), ("-all, ddl", {"ddl"}),
     ("ddl,,role", None), ("nope", None), ("ddl, nope", None), ("- ddl", None), ('"none"', set())],
)  # fmt: skip
def test_classes(value, expected):
    assert pgaudit_classes(value) == expected


@pytest.mark.parametrize(
    ("threshold", "level", "through"),
    [
        ("warning", "log", True),
        ("error", "log", True),
        ("log", "log", True),
        ("fatal", "log", False),
        ("log", "error", False),
        ("warning", "notice", False),
        ("warning", "info", False),
        ("info", "info", True),
        ("", "warning", True),
    ],
)
def test_thresholds(threshold, level, through):
    assert lets_through(threshold, level) is through


def test_levels_by_process():
    assert main_level("warning, backend:fatal, checkpointer:debug1") == "fatal"
    assert main_level("checkpointer:debug1, error") == "error"


@given(st.text(max_size=30))
def test_any_value(value):
    assert is_on(value) in (True, False)
    milliseconds(value)
    pgaudit_classes(value)
    assert lets_through(value, "log") in (True, False)
