"""No file of credentials is served."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.exposed_files import ExposedFiles, ExposureKind
from auditor.facts.exposed_verdicts import verdicts
from auditor.model import Finding, Level, Severity
from auditor.registry import check


@check(
    "SEC012",
    level=Level.MANDATORY,
    severity=Severity.CRITICAL,
    references=("CWE-538", "CWE-552", "CWE-522", "ASVS-5.0-13.3.1"),
)
def key_files_private(exposed: ExposedFiles) -> Iterator[Finding]:
    """No private key and no file of credentials is served.

    ## Why it matters
    Whoever has the key of a server, of a cloud account or of a registry is that server, that account, or publishes
    packages in its name.

    ## How to fix it
    1. Replace the key now, and revoke the old one where it was issued: certificates at their authority, keys of AWS
       and Google in their console, tokens of npm and PyPI in the account's settings, passwords of `.htpasswd` one by
       one. What Terraform's state names counts as known too.
    2. Take {subject} out of the folder that is served. Keys belong into a secrets manager, or into files that only the
       service can read, outside of every web root.
    3. Look through the provider's log for uses of the old key.
    """
    yield from verdicts(exposed, ExposureKind.KEY, "key files")
