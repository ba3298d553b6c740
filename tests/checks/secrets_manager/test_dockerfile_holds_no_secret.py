from __future__ import annotations

from auditor.facts.repository import Source
from checks.secrets_manager.dockerfile_holds_no_secret import dockerfile_holds_no_secret
from tests.checks.secrets_manager.siblings import the_tests

TestIt = the_tests(dockerfile_holds_no_secret, Source.DOCKERFILE, "no Dockerfile is tracked")
