"""Directories are not listed."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.exposed_files import ExposedFiles, ExposureKind
from auditor.facts.exposed_verdicts import verdicts
from auditor.model import Finding, Level, Severity
from auditor.registry import check


@check("SEC015", level=Level.RECOMMENDED, severity=Severity.MEDIUM, references=("CWE-548", "ASVS-5.0-13.4.3"))
def directory_listing_off(exposed: ExposedFiles) -> Iterator[Finding]:
    """No directory, and no bucket, shows the list of its files.

    ## Why it matters
    A list makes everything in the folder known: uploads of other users, backups, old builds, files whose names nobody
    was meant to guess.

    ## How to fix it
    Switch it off where {subject} is served: `autoindex off;` in nginx, `Options -Indexes` in Apache, `file_server`
    without `browse` in Caddy, `"directoryListing": false` in `serve.json`, and for a bucket take the right to list away
    from everyone. A list that is meant to be public: waive it, with that reason.
    """
    yield from verdicts(exposed, ExposureKind.LISTING, "directory listings")
