from __future__ import annotations

from auditor.facts.exposed_files import ExposureKind
from checks.frontend_secrets.directory_listing_off import directory_listing_off
from tests.checks.frontend_secrets.exposed import judged


def test_files_and_origins():
    judged(directory_listing_off, ExposureKind.LISTING, "directory listings")
