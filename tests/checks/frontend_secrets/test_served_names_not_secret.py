from __future__ import annotations

from auditor.facts.names import classify
from auditor.facts.served import FileKind, Served, ServedFile
from auditor.facts.sightings import Nature
from auditor.facts.variables import PublicVariable
from auditor.model import Confidence, Gap, Outcome
from checks.frontend_secrets.served_names_not_secret import served_names_not_secret

SITE = "https://app.test"
SCRIPT = ServedFile(f"{SITE}/a.js", FileKind.SCRIPT, 9)
PAIRED = {"value_length": 9, "served_at": f"{SITE}/a.js", "served_line": 2, "served_column": 7}


def variable(name: str, **more) -> PublicVariable:
    return PublicVariable(name, classify(name, public=True), f"{SITE}/a.js.map", 4, "source map", **more)


def judge(*variables: PublicVariable, files=(SCRIPT,), gaps=()):
    return list(served_names_not_secret(Served(SITE, files, variables=variables, gaps=gaps)))


def test_a_weak_password():
    name = "NEXT_PUBLIC_ADMIN_PASSWORD"
    [finding] = judge(variable(name), variable(name, confidence=Confidence.PROVEN, **PAIRED))
    assert (finding.outcome, finding.subject, finding.confidence) == (Outcome.FAIL, name, Confidence.PROVEN)
    assert finding.message == (
        "is named like a secret, and its value is in what every browser downloads: "
        "https://app.test/a.js, line 2, column 7"
    )
    assert finding.evidence["named_in"] == "https://app.test/a.js.map:4"


def test_a_name_alone():
    [finding] = judge(variable("NEXT_PUBLIC_JWT_SECRET"))
    assert (finding.outcome, finding.confidence) == (Outcome.FAIL, Confidence.INFERRED)


def test_a_secret_under_another_name():
    [finding] = judge(variable("BILLING", value_kind="Stripe key", value_nature=Nature.SECRET, **PAIRED))
    assert finding.outcome is Outcome.FAIL
    assert finding.message.startswith("holds a secret: Stripe key")


def test_nothing_secret():
    [finding] = judge(variable("NEXT_PUBLIC_URL", **PAIRED), variable("NEXT_PUBLIC_ACME_TOKEN", **PAIRED))
    assert (finding.outcome, finding.evidence) == (
        Outcome.PASS,
        {"variables": 2, "scripts": 1, "inline_scripts": 0, "maps": 0},
    )


def test_no_script():
    [finding] = judge(files=())
    assert finding.outcome is Outcome.ERROR


def test_scripts_that_stand_in_the_pages_alone():
    [finding] = served_names_not_secret(Served(SITE, (), inline_scripts=2))
    assert (finding.outcome, finding.message) == (
        Outcome.PASS,
        "none of 0 variables that 2 scripts in the pages, their maps and settings name is a secret",
    )


def test_what_could_not_be_read_is_no_pass():
    assert judge(files=(), gaps=(Gap(SITE, "cannot be read"),)) == []
