"""No tracked file of any kind holds a token, by its shape."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

from auditor.facts.literal_findings import NO_FILES, tells, told_one_by_one
from auditor.facts.repository import SecretLiterals, Source
from auditor.model import ALL, Confidence, Finding, Level, Severity, passed, unproven
from auditor.registry import check


@check(
    "ENV018",
    level=Level.MANDATORY,
    severity=Severity.CRITICAL,
    references=("CWE-798", "CWE-540", "ASVS-5.0-13.3.1"),
)
def no_token_in_any_file(repository: SecretLiterals) -> Iterator[Finding]:
    """No other tracked file holds a token of a provider.

    ## Why it matters
    Keys are pasted into READMEs, examples of environment files, SQL, fixtures and dumps as often as into settings. A
    token is one wherever it stands; robots search public repositories for them within minutes.

    Every tracked text file is searched by the shape of tokens. Packages of others, lock files and binary files are not;
    how many is in the evidence. What other checks tell, by the kind of file, is not told again.

    ## How to fix it
    1. Revoke the token at its provider: it must count as known.
    2. Write a placeholder in its place: `<your key>`.
    3. Before a private repository is made public, remove it from the history too (`git filter-repo --replace-text`).
    """
    told = [one for one in repository.literals if one.source is Source.OTHER and tells(one)]
    yield from told_one_by_one(told)
    missing = [one for one in repository.unread if one.source is Source.OTHER]
    for one in missing:
        yield unproven(one.path, one.reason, one.hint, aspect=one.reason)
    if not repository.tracked:
        yield unproven(ALL, NO_FILES, "point `repository` at a checkout")
    elif not told and not missing:
        files = repository.sweep.files
        yield passed(
            ALL, f"{files} text files hold no token", confidence=Confidence.INFERRED, **asdict(repository.sweep)
        )
