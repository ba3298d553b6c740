from __future__ import annotations

from auditor.facts.exposed_files import ExposureKind
from checks.frontend_secrets.logs_private import logs_private
from tests.checks.frontend_secrets.exposed import judged


def test_files_and_origins():
    judged(logs_private, ExposureKind.LOG, "logs")
