from __future__ import annotations

from auditor.facts.build_contexts import BuildContext, BuildContexts, Copied
from auditor.model import Confidence, Gap, Location, failed, not_applicable, passed
from checks.secrets_manager.env_files_ignored_by_docker import env_files_ignored_by_docker

SEEN = {"context": ".", "named_by": "compose.yml:3", "ignore_file": ".dockerignore"}
OUT = Copied(".env", True, "environment file", True, ".env*", 1)
IN = Copied(".env.local", False, "environment file", True, "!.env.local", 2)


def judge(*contexts, gaps=()):
    return list(env_files_ignored_by_docker(BuildContexts(contexts, gaps)))


def build(*copies, ignore_file=".dockerignore", line=3):
    return BuildContext("Dockerfile", ".", "compose.yml:3", ignore_file, line, copies)


def test_left_out():
    assert judge(build(OUT)) == [
        passed(
            "Dockerfile",
            "copies whole folders of ., and .dockerignore leaves files of secrets out",
            confidence=Confidence.INFERRED,
            aspect=".",
            asked_about=[".env"],
            **SEEN,
        )
    ]


def test_left_in():
    assert judge(build(OUT, IN)) == [
        failed(
            "Dockerfile",
            "copies whole folders of ., and .dockerignore does not leave out .env.local",
            confidence=Confidence.INFERRED,
            location=Location(".dockerignore", 2),
            aspect=".",
            copied=[".env.local"],
            there_now=[".env.local"],
            taken_back_by=["!.env.local"],
            **SEEN,
        )
    ]


def test_no_ignore_file():
    (found,) = judge(build(Copied(".env", False, "environment file"), ignore_file=""))
    assert (found.outcome, found.message, found.location) == (
        "fail",
        "copies whole folders of ., and no .dockerignore leaves out .env",
        Location("Dockerfile", 3),
    )


def test_named_files_only():
    assert judge(build(line=0)) == [
        passed("Dockerfile", "copies named files only", confidence=Confidence.INFERRED, aspect=".", **SEEN)
    ]


def test_no_build():
    assert judge() == [not_applicable("no Dockerfile is tracked, and no compose file builds an image")]
    assert judge(gaps=(Gap("a", "b"),)) == []
