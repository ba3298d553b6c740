"""No secret is written out in a tracked environment or compose file."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.repository import SecretLiterals
from auditor.model import Confidence, Finding, Level, Location, Severity, failed, passed
from auditor.registry import check


@check(
    "ENV001",
    level=Level.MANDATORY,
    severity=Severity.CRITICAL,
    references=("CWE-798", "CWE-540", "ASVS-5.0-13.3.1"),
)
def no_secret_literals(repository: SecretLiterals) -> Iterator[Finding]:
    """No tracked .env or compose file holds a secret literal.

    ## Why it matters
    What is tracked is copied to every clone, fork, CI cache and backup, and stays in the history after it is deleted.

    ## How to fix it
    1. Rotate the secret: it must count as known.
    2. Put the new value into the secrets manager of the platform and reference it as `${NAME}` (or a Docker secret).
    3. `git rm --cached {subject}` when the whole file is private, and add it to `.gitignore`.
    """
    for literal in repository.literals:
        yield failed(
            literal.path,
            f"{literal.key} is written out: {literal.kind}, {literal.length} characters",
            confidence=Confidence.INFERRED,
            location=Location(literal.path, literal.line),
            aspect=literal.key,
            key=literal.key,
            kind=literal.kind,
            length=literal.length,
        )
    spoiled = {literal.path for literal in repository.literals}
    for path in repository.files:
        if path not in spoiled:
            yield passed(path, "holds no secret literal", confidence=Confidence.INFERRED)
    if not repository.files and not repository.gaps:
        yield passed("*", "no environment or compose file is tracked", confidence=Confidence.INFERRED)
