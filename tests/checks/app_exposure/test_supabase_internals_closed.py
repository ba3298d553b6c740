from __future__ import annotations

from auditor.facts.exposed_pages import PageKind
from checks.app_exposure.supabase_internals_closed import supabase_internals_closed
from tests.checks.app_exposure.pages import judged


def test_every_case():
    judged(supabase_internals_closed, PageKind.SUPABASE, "internal routes of Supabase")
