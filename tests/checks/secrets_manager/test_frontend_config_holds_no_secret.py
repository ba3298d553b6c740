from __future__ import annotations

from auditor.facts.repository import Source
from checks.secrets_manager.frontend_config_holds_no_secret import frontend_config_holds_no_secret
from tests.checks.secrets_manager.siblings import the_tests

TestIt = the_tests(frontend_config_holds_no_secret, Source.FRONTEND, "no configuration of a frontend is tracked")
