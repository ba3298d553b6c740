"""No secret is written out in Terraform, Helm, Kubernetes, Supabase or nginx files."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.literal_findings import literal_findings
from auditor.facts.repository import SecretLiterals, Source
from auditor.model import Finding, Level, Severity
from auditor.registry import check


@check(
    "ENV009",
    level=Level.MANDATORY,
    severity=Severity.CRITICAL,
    references=(
        "CWE-798",
        "CWE-540",
        "ASVS-5.0-13.3.1",
    ),
)
def infrastructure_files_hold_no_secret(repository: SecretLiterals) -> Iterator[Finding]:
    """No infrastructure file holds a secret literal.

    ## Why it matters
    Manifests are applied by people and machines with wide rights, and copied from stage to stage. The `data` of a
    Kubernetes Secret is base64, which hides nothing; a Terraform state holds every secret that it ever saw.

    ## How to fix it
    1. Rotate the secret: it must count as known.
    2. Terraform: a `sensitive` variable without default, or a data source of the secrets manager; its
       state in a backend.
    3. Kubernetes and Helm: External Secrets, Sealed Secrets, or SOPS. Supabase: `env(NAME)` in `config.toml`.
    4. nginx: `include` a file that is not tracked.
    """
    yield from literal_findings(repository, Source.INFRASTRUCTURE, none="no infrastructure file is tracked")
