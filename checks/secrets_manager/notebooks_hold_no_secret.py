"""No secret is written out in a notebook."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.literal_findings import literal_findings
from auditor.facts.repository import SecretLiterals, Source
from auditor.model import Finding, Level, Severity
from auditor.registry import check


@check(
    "ENV010",
    level=Level.MANDATORY,
    severity=Severity.CRITICAL,
    references=(
        "CWE-798",
        "CWE-540",
        "ASVS-5.0-13.3.1",
    ),
)
def notebooks_hold_no_secret(repository: SecretLiterals) -> Iterator[Finding]:
    """No notebook holds a secret literal.

    ## Why it matters
    Notebooks are shared freely, and keep what their cells printed: a key in an environment that was shown once stays in
    the file.

    ## How to fix it
    1. Rotate the secret: it must count as known.
    2. Read it with `os.environ["NAME"]` or `getpass`.
    3. Clear the outputs: `jupyter nbconvert --clear-output --inplace {subject}`, and let `nbstripout` do so at each
       commit.
    """
    yield from literal_findings(repository, Source.NOTEBOOK, none="no notebook is tracked")
