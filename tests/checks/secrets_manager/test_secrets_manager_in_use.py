from __future__ import annotations

from auditor.facts.secrets_manager import (
    ManagerReference,
    NamedSecret,
    Naming,
    PlainFile,
    Reach,
    Scope,
    SecretsManagement,
)
from auditor.model import Confidence, Location, failed, passed
from checks.secrets_manager.secrets_manager_in_use import secrets_manager_in_use

READ = NamedSecret("DB_PASSWORD", "a.py", 1, Naming.READ)
PASSED = NamedSecret("API_KEY", "compose.yml", 5, Naming.PASSED)
DOCKER = ManagerReference("Docker secrets", "compose.yml", 3, "secret db (external)", variables=("DB_PASSWORD",))


def judge(*secrets, references=(), **more):
    return list(secrets_manager_in_use(SecretsManagement(3, references, secrets, **more)))


def test_the_table_of_coverage():
    assert judge(READ, PASSED, references=(DOCKER,)) == [
        passed(
            "*",
            "Docker secrets; all 2 variables of a secret's name have a source",
            confidence=Confidence.INFERRED,
            variables=[
                {"variable": "API_KEY", "source": "handed on by reference, compose.yml:5"},
                {"variable": "DB_PASSWORD", "source": "Docker secrets, compose.yml:3"},
            ],
            managers=["Docker secrets"],
            references=["compose.yml:3 secret db (external)"],
        )
    ]


def test_a_plain_file():
    assert judge(READ, plain_files=(PlainFile("compose.yml", 4, ".env", "api"),)) == [
        failed(
            ".env",
            "api reads its variables from this plain file, and nothing shows a secrets manager for DB_PASSWORD",
            confidence=Confidence.INFERRED,
            location=Location("compose.yml", 4),
            plain_files=["compose.yml:4 .env"],
            variables=[{"variable": "DB_PASSWORD", "source": "none that can be seen"}],
            managers=[],
            references=[],
        )
    ]


def test_only_ci():
    ci = ManagerReference("GitHub Actions secrets", "x", 1, "y", Scope.CI, Reach.NAMED, ("DB_PASSWORD",))
    (found,) = judge(READ, references=(ci,))
    assert (found.outcome, found.message) == (
        "error",
        "1 variables of a secret's name (DB_PASSWORD): only CI uses GitHub Actions secrets",
    )


def test_silence():
    (found,) = judge()
    assert (found.outcome, found.message) == (
        "error",
        "no reference to a secrets manager, and no variable of a secret's name, was found",
    )


def test_a_plain_file_beside_a_manager_that_lacks_some():
    other = NamedSecret("X_SECRET", "a.py", 1, Naming.READ)
    (found,) = judge(READ, other, references=(DOCKER,), plain_files=(PlainFile("c", 1, ".env", "a"),))
    assert (found.outcome, found.message) == (
        "error",
        "Docker secrets, and 1 of 2 variables have no source that can be seen: X_SECRET",
    )
