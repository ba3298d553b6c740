"""No secret is written into an image."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.literal_findings import literal_findings
from auditor.facts.repository import SecretLiterals, Source
from auditor.model import Finding, Level, Severity
from auditor.registry import check


@check(
    "ENV005",
    level=Level.MANDATORY,
    severity=Severity.CRITICAL,
    references=(
        "CWE-798",
        "CWE-522",
        "https://docs.docker.com/build/building/secrets/",
    ),
)
def dockerfile_holds_no_secret(repository: SecretLiterals) -> Iterator[Finding]:
    """No Dockerfile writes a secret into its image.

    ## Why it matters
    `ENV`, the default of an `ARG` and the text of a `RUN` line are part of the image: `docker history --no-trunc` shows
    them to everybody who can pull it, also when a later layer deletes the file.

    ## How to fix it
    1. Rotate the secret: it must count as known, in every image that was built.
    2. At build time: `RUN --mount=type=secret,id=NAME`, and `docker build --secret id=NAME,env=NAME`.
    3. At run time: a variable of the platform, or a Docker secret in `/run/secrets`.
    4. Build anew without a cache, and delete the old tags from the registry.
    """
    yield from literal_findings(repository, Source.DOCKERFILE, none="no Dockerfile is tracked")
