"""Whose backup it is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from checks.backups.restored_identity import restored_identity
from tests.checks.backups.drills import GOOD, outcomes


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({"database": "staging"}, "fail"),
        ({"database": ""}, "error"),
        ({"cluster": "7"}, "pass"),
        ({"cluster": "8"}, "fail"),
    ],
)
def test_of_another_database(changes, outcome):
    assert [one for one, _ in outcomes(restored_identity, replace(GOOD, **changes))] == [outcome]
