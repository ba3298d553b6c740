"""Files for tests and development hold no secret of their own."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.literal_findings import NO_FILES, told_one_by_one
from auditor.facts.repository import DEFAULT_VALUE, SecretLiterals
from auditor.model import ALL, Confidence, Finding, Level, Severity, passed, unproven
from auditor.registry import check


@check(
    "ENV019",
    level=Level.RECOMMENDED,
    severity=Severity.LOW,
    references=("CWE-798", "ASVS-5.0-13.3.1"),
)
def development_files_hold_no_secret(repository: SecretLiterals) -> Iterator[Finding]:
    """Files for tests and development hold no secret of their own.

    ## Why it matters
    A password of a local database harms nobody, as long as it is nowhere else. It often is: what works is copied.

    What is for development is told by the file's name (`compose.dev.yml`, `.env.test`, `tests/`) or by the host that a
    URL opens (`localhost`). Tokens of providers are no part of this: they are real wherever they stand.

    ## How to fix it
    1. Make sure that the value is used nowhere else; rotate it where it is.
    2. Let the stack for development make its own: `openssl rand -hex 16 > .env`, or a plain default such as `postgres`.
    """
    told = [one for one in repository.literals if one.development and one.kind != DEFAULT_VALUE]
    yield from told_one_by_one(told)
    missing = [one for one in repository.unread if one.path == ALL]
    for one in missing:
        yield unproven(one.path, one.reason, one.hint, aspect=one.reason)
    if not repository.tracked:
        yield unproven(ALL, NO_FILES, "point `repository` at a checkout")
    elif not told and not missing:
        yield passed(ALL, "no file for development holds a secret of its own", confidence=Confidence.INFERRED)
