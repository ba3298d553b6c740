"""No repository is served."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.exposed_files import ExposedFiles, ExposureKind
from auditor.facts.exposed_verdicts import verdicts
from auditor.model import Finding, Level, Severity
from auditor.registry import check


@check("SEC011", level=Level.MANDATORY, severity=Severity.HIGH, references=("CWE-527", "CWE-538", "ASVS-5.0-13.4.1"))
def version_control_private(exposed: ExposedFiles) -> Iterator[Finding]:
    """No .git, .svn or .hg folder is served.

    ## Why it matters
    From `.git` anyone rebuilds the whole source and its history, with every secret that was ever committed and deleted
    again.

    ## How to fix it
    1. Deploy what the build made, not a checkout: `COPY` of the build's output in the last stage, `.git` in
       `.dockerignore`.
    2. Have the server refuse it until then, for example in nginx:

        location ~ "/[.](?!well-known/)" { return 404; }

    3. Rotate every secret that is or was in the repository (`git log -p`): it must count as known, as must tokens in
       the URLs of `.git/config`.
    """
    yield from verdicts(exposed, ExposureKind.VERSION_CONTROL, "repositories")
