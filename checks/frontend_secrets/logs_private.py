"""No log is served."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.exposed_files import ExposedFiles, ExposureKind
from auditor.facts.exposed_verdicts import verdicts
from auditor.model import Finding, Level, Severity
from auditor.registry import check


@check("SEC016", level=Level.RECOMMENDED, severity=Severity.HIGH, references=("CWE-532", "CWE-538", "ASVS-5.0-16.4.2"))
def logs_private(exposed: ExposedFiles) -> Iterator[Finding]:
    """No log of the server or of a build is served.

    ## Why it matters
    Logs hold the addresses of users, tokens in URLs, e-mail addresses, and stack traces.

    ## How to fix it
    Write logs to the standard output or outside of every web root, and delete {subject}. Tokens and links for resetting
    passwords that stand in it must count as known: revoke them.
    """
    yield from verdicts(exposed, ExposureKind.LOG, "logs")
