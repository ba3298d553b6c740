"""What it shares with its siblings is in ``siblings``."""

from __future__ import annotations

from auditor.facts.repository import Source
from auditor.model import Confidence, Location, failed
from checks.secrets_manager.no_secret_literals import no_secret_literals
from tests.checks.secrets_manager.siblings import facts, literal, the_tests

NONE = "no environment or compose file is tracked"
TestEnvFiles = the_tests(no_secret_literals, Source.ENV_FILE, NONE)
TestComposeFiles = the_tests(no_secret_literals, Source.COMPOSE, NONE)


def test_each_literal_is_told():
    other = literal(Source.ENV_FILE, 4, "", kind="Stripe secret key", column=7, prefix="sk_live_", rotate="https://x")
    [_, found, _] = no_secret_literals(facts(Source.ENV_FILE, literal(Source.ENV_FILE), other))
    assert found == failed(
        "a",
        "a secret is written out: Stripe secret key, 12 characters",
        confidence=Confidence.INFERRED,
        remediation="Revoke it at https://x, then put the new value into the secrets manager.",
        location=Location("a", 4),
        aspect="Stripe secret key",
        severity="high",
        key="",
        kind="Stripe secret key",
        length=12,
        column=7,
        prefix="sk_live_",
    )


def test_lines_that_come_and_go_change_no_identity():
    """Two of a name in one file are told apart all the same."""

    def aspects(shift):
        found = [literal(Source.ENV_FILE, line + shift, key) for line, key in ((1, "A"), (2, "A"), (3, ""), (4, ""))]
        return [one.aspect for one in no_secret_literals(facts(Source.ENV_FILE, *found)) if one.outcome == "fail"]

    assert aspects(0) == aspects(7) == ["A", "A 2", "value of a secret variable", "value of a secret variable 2"]
