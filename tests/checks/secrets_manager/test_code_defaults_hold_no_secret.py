from __future__ import annotations

from auditor.facts.repository import Source
from checks.secrets_manager.code_defaults_hold_no_secret import code_defaults_hold_no_secret
from tests.checks.secrets_manager.siblings import the_tests

TestIt = the_tests(code_defaults_hold_no_secret, Source.CODE, "no code is tracked that could be read")
