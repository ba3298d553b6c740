from __future__ import annotations

from auditor.facts.exposed_pages import PageKind
from checks.app_exposure.development_server_off import development_server_off
from tests.checks.app_exposure.pages import judged


def test_every_case():
    judged(development_server_off, PageKind.DEVELOPMENT, "development servers")
