from __future__ import annotations

from auditor.facts.repository import Source
from checks.secrets_manager.notebooks_hold_no_secret import notebooks_hold_no_secret
from tests.checks.secrets_manager.siblings import the_tests

TestIt = the_tests(notebooks_hold_no_secret, Source.NOTEBOOK, "no notebook is tracked")
