"""No secret is written out in a tracked environment or compose file."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.literal_findings import literal_findings
from auditor.facts.repository import SecretLiterals, Source
from auditor.model import Finding, Level, Severity
from auditor.registry import check


@check(
    "ENV001",
    level=Level.MANDATORY,
    severity=Severity.CRITICAL,
    references=(
        "CWE-798",
        "CWE-540",
        "ASVS-5.0-13.3.1",
    ),
)
def no_secret_literals(repository: SecretLiterals) -> Iterator[Finding]:
    """No tracked .env or compose file holds a secret literal.

    ## Why it matters
    What is tracked is copied to every clone, fork, CI cache and backup, and stays in the history after it is deleted.
    Default values (`changeme`) and files for tests and development are judged by checks of their own.

    ## How to fix it
    1. Rotate the secret: it must count as known.
    2. Put the new value into the secrets manager of the platform and reference it as `${NAME}` (or a Docker secret).
    3. `git rm --cached {subject}` when the whole file is private, and add it to `.gitignore`.
    """
    yield from literal_findings(
        repository, Source.ENV_FILE, Source.COMPOSE, none="no environment or compose file is tracked"
    )
