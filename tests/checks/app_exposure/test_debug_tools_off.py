from __future__ import annotations

from auditor.facts.exposed_pages import PageKind
from checks.app_exposure.debug_tools_off import debug_tools_off
from tests.checks.app_exposure.pages import judged


def test_every_case():
    judged(debug_tools_off, PageKind.DEBUG, "debug tools")
