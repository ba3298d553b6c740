"""No private key and no key store is tracked."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.literal_findings import NO_FILES
from auditor.facts.repository import SecretLiterals, Source
from auditor.model import ALL, Confidence, Finding, Level, Location, Severity, failed, passed, unproven
from auditor.registry import check


@check(
    "ENV017",
    level=Level.MANDATORY,
    severity=Severity.CRITICAL,
    references=("CWE-321", "CWE-540", "ASVS-5.0-13.3.1"),
)
def no_key_files_tracked(repository: SecretLiterals) -> Iterator[Finding]:
    """No private key and no key store is tracked.

    ## Why it matters
    Whoever has a clone has the key: of the server's certificate, of a deployment's SSH account, of signed tokens. A
    passphrase slows them down only. Keys that tests made for themselves, in folders of tests, are not told.

    ## How to fix it
    1. Make a new key pair, and put the new public half where the old one is trusted.
    2. Revoke the certificate, or take the old key out of `authorized_keys`.
    3. `git rm --cached {subject}`, and add its pattern to `.gitignore`; keep the new one in the secrets manager.
    """
    keys = [one for one in repository.literals if one.source is Source.KEY_FILE]
    told = [one for one in keys if not one.development]
    for key in told:
        yield failed(
            key.path,
            f"a {key.kind} is tracked",
            confidence=Confidence.INFERRED,
            location=Location(key.path, key.line),
            kind=key.kind,
            length_bytes=key.length,
            severity=key.severity.value,
        )
    missing = [one for one in repository.unread if one.source is Source.KEY_FILE]
    for one in missing:
        yield unproven(one.path, one.reason, one.hint, aspect=one.reason)
    if not repository.tracked:
        yield unproven(ALL, NO_FILES, "point `repository` at a checkout")
    elif not told and not missing:
        yield passed(
            ALL,
            f"none of {repository.tracked} tracked files is a private key",
            confidence=Confidence.INFERRED,
            count=repository.tracked,
            keys_of_tests=len(keys),
        )
