from __future__ import annotations

from auditor.facts.exposed_files import ExposureKind
from checks.frontend_secrets.version_control_private import version_control_private
from tests.checks.frontend_secrets.exposed import judged


def test_files_and_origins():
    judged(version_control_private, ExposureKind.VERSION_CONTROL, "repositories")
