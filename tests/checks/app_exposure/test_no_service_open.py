from __future__ import annotations

from auditor.facts.open_ports import Access
from checks.app_exposure.no_service_open import no_service_open
from tests.checks.app_exposure.ports import judged


def test_the_check():
    judged(no_service_open, Access.OPEN)
