"""What is read of the checks is what importing them says."""

from __future__ import annotations

import sys
from types import ModuleType

import pytest

from auditor.declarations import declared_checks
from auditor.registry import builtin_checks

FINE = '''"""A check."""

from auditor.registry import check


@check(
    "ODD001",
    level=Level.RECOMMENDED,
    severity=Severity.LOW,
    references=("CWE-1",),
)
def odd(health: Health) -> Iterator[Finding]:
    """It is even.

    ## Why it matters
    It is odd.
    """
'''


def told(checks):
    return [(c.id, c.name, c.item, c.level, c.severity, c.references, c.title) for c in checks]


@pytest.fixture
def shipped(tmp_path, monkeypatch):
    """A folder of checks in place of the shipped ones."""
    package = ModuleType("checks")
    package.__path__ = [str(tmp_path)]
    monkeypatch.setitem(sys.modules, "checks", package)
    (tmp_path / "odd_ones").mkdir()
    return tmp_path / "odd_ones" / "odd.py"


def test_all_that_are_shipped():
    assert told(declared_checks()) == told(builtin_checks().checks)


def test_one(shipped):
    shipped.write_text(FINE)
    (found,) = declared_checks()
    assert told([found]) == [("ODD001", "odd", "odd-ones", "recommended", "low", ("CWE-1",), "It is even")]
    with pytest.raises(RuntimeError, match="odd was read, and not imported"):
        found.function()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"ODD001"', "NAME"),
        ("Level.RECOMMENDED", "LEVEL"),
        ("level=Level.RECOMMENDED,", ""),
        ("Severity.LOW", "Severity.NONE"),
        ('("CWE-1",)', "REFERENCES"),
        ('    """It is even.', "    'It is even.'"),
        ("def odd", "async def odd"),
    ],
)
def test_one_that_is_written_in_another_way_is_imported(shipped, old, new):
    shipped.write_text(FINE.replace(old, new))
    assert declared_checks() is None


def test_none(shipped):
    assert declared_checks() is None
