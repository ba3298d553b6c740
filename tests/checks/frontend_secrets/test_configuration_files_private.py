from __future__ import annotations

from auditor.facts.exposed_files import ExposureKind
from checks.frontend_secrets.configuration_files_private import configuration_files_private
from tests.checks.frontend_secrets.exposed import judged


def test_files_and_origins():
    judged(configuration_files_private, ExposureKind.CONFIGURATION, "configuration files")
