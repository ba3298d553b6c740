"""No copy of the data is served."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.exposed_files import ExposedFiles, ExposureKind
from auditor.facts.exposed_verdicts import verdicts
from auditor.model import Finding, Level, Severity
from auditor.registry import check


@check(
    "SEC013",
    level=Level.MANDATORY,
    severity=Severity.CRITICAL,
    references=("CWE-530", "CWE-538", "CWE-552", "ASVS-5.0-13.4.7"),
)
def dumps_private(exposed: ExposedFiles) -> Iterator[Finding]:
    """No dump, database file, archive or core dump is served.

    ## Why it matters
    It is all the data at once, past every policy and login, with the hashes of passwords; an archive of the project
    holds its configuration too, and the memory of a process its keys.

    ## How to fix it
    1. Delete {subject} from the server, and purge the CDN. Backups belong into a bucket of their own that is private.
    2. Find in the server's log who has it. Personal data that strangers could read is a breach: in the European Union
       it is reported within 72 hours (GDPR, article 33).
    3. Rotate what it holds: keys, tokens, sessions; passwords of users when their hashes are weak.
    """
    yield from verdicts(exposed, ExposureKind.DUMP, "dumps and archives")
