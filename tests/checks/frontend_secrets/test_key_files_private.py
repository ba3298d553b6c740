from __future__ import annotations

from auditor.facts.exposed_files import ExposureKind
from checks.frontend_secrets.key_files_private import key_files_private
from tests.checks.frontend_secrets.exposed import judged


def test_files_and_origins():
    judged(key_files_private, ExposureKind.KEY, "key files")
