"""No secret is written out in the configuration of a frontend."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.literal_findings import literal_findings
from auditor.facts.repository import SecretLiterals, Source
from auditor.model import Finding, Level, Severity
from auditor.registry import check


@check(
    "ENV007",
    level=Level.MANDATORY,
    severity=Severity.CRITICAL,
    references=(
        "CWE-798",
        "CWE-200",
        "ASVS-5.0-13.3.1",
    ),
)
def frontend_config_holds_no_secret(repository: SecretLiterals) -> Iterator[Finding]:
    """No frontend configuration holds a secret literal.

    ## Why it matters
    What next.config and its likes hold in `env`, `define` or `publicRuntimeConfig` is compiled into the scripts that
    every visitor downloads, whatever it is called.

    ## How to fix it
    1. Rotate the secret: it must count as published.
    2. Let code that runs on the server read it from its environment; take it out of `env` and `define`.
    3. Build and deploy anew, and purge the CDN.
    """
    yield from literal_findings(repository, Source.FRONTEND, none="no configuration of a frontend is tracked")
