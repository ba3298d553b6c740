"""No file of configuration or source is served."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.exposed_files import ExposedFiles, ExposureKind
from auditor.facts.exposed_verdicts import verdicts
from auditor.model import Finding, Level, Severity
from auditor.registry import check


@check(
    "SEC014", level=Level.RECOMMENDED, severity=Severity.MEDIUM, references=("CWE-538", "CWE-552", "ASVS-5.0-13.4.7")
)
def configuration_files_private(exposed: ExposedFiles) -> Iterator[Finding]:
    """No configuration and no source of the server side is served: compose files, Dockerfiles, migrations, Python.

    ## Why it matters
    They name every service, port, version and variable, often with passwords beside them, and they show that the
    project's own folder is the web root.

    ## How to fix it
    Serve the build's output and nothing else: not the project's folder, not the image's working directory
    (`StaticFiles(directory=".")`, `root /app;`). A secret in {subject} must count as known: rotate it.
    """
    yield from verdicts(exposed, ExposureKind.CONFIGURATION, "configuration files")
