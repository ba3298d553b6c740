from __future__ import annotations

from auditor.facts.exposed_pages import PageKind
from checks.app_exposure.status_pages_private import status_pages_private
from tests.checks.app_exposure.pages import judged


def test_every_case():
    judged(status_pages_private, PageKind.STATUS, "status pages")
