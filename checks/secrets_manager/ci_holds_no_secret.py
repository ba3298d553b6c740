"""No secret is written out in a CI file."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.literal_findings import literal_findings
from auditor.facts.repository import SecretLiterals, Source
from auditor.model import Finding, Level, Severity
from auditor.registry import check


@check(
    "ENV006",
    level=Level.MANDATORY,
    severity=Severity.CRITICAL,
    references=(
        "CWE-798",
        "CWE-540",
        "ASVS-5.0-13.3.1",
    ),
)
def ci_holds_no_secret(repository: SecretLiterals) -> Iterator[Finding]:
    """No CI file holds a secret literal.

    ## Why it matters
    A CI file is read by everybody who can read the repository, and by every fork; its variables are printed in logs,
    where only those are masked that the CI knows to be secret.

    ## How to fix it
    1. Rotate the secret: it must count as known.
    2. Store the new value as a secret of the CI, and reference it: `${{ secrets.NAME }}` (GitHub), a masked and
       protected variable (GitLab), a context (CircleCI), a secured variable (Bitbucket), a variable group (Azure).
    3. Better: no stored secret at all. Let the CI prove who it is by OIDC, where the provider takes that.
    """
    yield from literal_findings(repository, Source.CI, none="no CI file is tracked")
