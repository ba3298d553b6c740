from __future__ import annotations

from auditor.facts.exposed_files import ExposureKind
from checks.frontend_secrets.dumps_private import dumps_private
from tests.checks.frontend_secrets.exposed import judged


def test_files_and_origins():
    judged(dumps_private, ExposureKind.DUMP, "dumps and archives")
