from __future__ import annotations

import pytest

from auditor.facts.names import classify
from auditor.facts.sightings import Nature
from auditor.facts.variables import PublicVariable, PublicVariables
from auditor.model import Confidence, Gap, Location, Outcome
from checks.frontend_secrets.public_names_not_secret import public_names_not_secret


def variable(name: str, place: str = ".env", line: int = 1, source: str = ".env file", **more) -> PublicVariable:
    return PublicVariable(name, classify(name, public=True), place, line, source, **more)


def judge(*variables: PublicVariable, gaps=()):
    return list(public_names_not_secret(PublicVariables((".env",), variables, gaps)))


def test_a_secret_name():
    [finding] = judge(
        variable("VITE_JWT_SECRET", "src/a.ts", 7, "source file"),
        variable("VITE_JWT_SECRET", ".env", 3, value_length=9),
        variable("VITE_URL"),
    )
    assert (finding.outcome, finding.subject, finding.confidence) == (
        Outcome.FAIL,
        "VITE_JWT_SECRET",
        Confidence.INFERRED,
    )
    assert finding.location == Location(".env", 3)
    assert finding.evidence["places"] == [".env:3", "src/a.ts:7"]
    assert finding.evidence["value_length"] == 9


@pytest.mark.parametrize("name", ["VITE_ACME_TOKEN", "VITE_SITE_KEY"])
def test_a_secret_value_under_another_name(name):
    secret = variable(name, value_length=40, value_kind="GitHub token", value_nature=Nature.SECRET)
    [finding] = judge(secret)
    assert finding.outcome is Outcome.FAIL
    assert finding.message == "is public by its name, and holds a secret: GitHub token"


def test_the_whole_environment():
    [finding] = judge(variable("process.env", "vite.config.ts", 2, "bundler configuration"))
    assert (finding.outcome, finding.message) == (
        Outcome.FAIL,
        "the whole environment of the build is written into scripts",
    )


def test_nothing_secret():
    public = variable("VITE_ACME_TOKEN", value_length=9, value_kind="anon key", value_nature=Nature.PUBLIC)
    [finding] = judge(public, variable("VITE_URL"))
    assert (finding.outcome, finding.evidence) == (Outcome.PASS, {"variables": 2, "look_at": ["VITE_ACME_TOKEN"]})


def test_no_public_variable():
    [finding] = judge()
    assert finding.outcome is Outcome.NOT_APPLICABLE


def test_what_could_not_be_read_is_no_pass():
    assert judge(gaps=(Gap(".env", "cannot be read"),)) == []
