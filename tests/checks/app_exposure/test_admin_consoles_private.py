from __future__ import annotations

from auditor.facts.exposed_pages import PageKind
from checks.app_exposure.admin_consoles_private import admin_consoles_private
from tests.checks.app_exposure.pages import judged


def test_every_case():
    judged(admin_consoles_private, PageKind.CONSOLE, "consoles")
