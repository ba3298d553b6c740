from __future__ import annotations

from auditor.facts.repository import Source
from checks.secrets_manager.ci_holds_no_secret import ci_holds_no_secret
from tests.checks.secrets_manager.siblings import the_tests

TestIt = the_tests(ci_holds_no_secret, Source.CI, "no CI file is tracked")
