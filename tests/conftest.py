"""What several tests build on."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from auditor.checklist.model import Checklist, Environment, Item
from auditor.facts.policy import POLICIES
from auditor.model import Level

NOW = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _quiet_environment(monkeypatch):
    """CI variables and colour switches of the machine must not change what tests see."""
    for name in ("CI", "GITHUB_ACTIONS", "GITLAB_CI", "NO_COLOR", "FORCE_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)


def pytest_make_parametrize_id(val):
    """Shorter ids: some values are megabytes, and an id goes to and fro between the processes, and into reports."""
    if isinstance(val, str | bytes) and len(val) > 300:
        return f"{val[:60]!r} and {len(val) - 60} more"
    return None


def make_checklist(**changes) -> Checklist:
    """A checklist with one mandatory and one recommended item."""
    values = {
        "path": None,
        "sha256": "0" * 64,
        "items": (
            Item("rls", {"en": "RLS", "fr": "RLS activé"}, Level.MANDATORY),
            Item("backups", {"en": "Backups"}, Level.RECOMMENDED),
        ),
        "check_levels": {},
        "environment": Environment("test"),
        "policies": {policy: policy() for policy in POLICIES.values()},
        "waivers": (),
        "plugins": (),
        "secrets": (),
    }
    return Checklist(**{**values, **changes})
