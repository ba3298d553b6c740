from __future__ import annotations

from auditor.facts.exposed_pages import PageKind
from checks.app_exposure.default_pages_replaced import default_pages_replaced
from tests.checks.app_exposure.pages import judged


def test_every_case():
    judged(default_pages_replaced, PageKind.DEFAULT, "default pages")
