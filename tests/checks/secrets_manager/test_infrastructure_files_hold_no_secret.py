from __future__ import annotations

from auditor.facts.repository import Source
from checks.secrets_manager.infrastructure_files_hold_no_secret import infrastructure_files_hold_no_secret
from tests.checks.secrets_manager.siblings import the_tests

TestIt = the_tests(infrastructure_files_hold_no_secret, Source.INFRASTRUCTURE, "no infrastructure file is tracked")
