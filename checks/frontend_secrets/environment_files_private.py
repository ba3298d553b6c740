"""No environment file is served."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.exposed_files import ExposedFiles, ExposureKind
from auditor.facts.exposed_verdicts import verdicts
from auditor.model import Finding, Level, Severity
from auditor.registry import check


@check(
    "SEC010", level=Level.MANDATORY, severity=Severity.CRITICAL, references=("CWE-538", "CWE-552", "ASVS-5.0-13.4.7")
)
def environment_files_private(exposed: ExposedFiles) -> Iterator[Finding]:
    """Neither the frontend nor the API serves a .env file, a copy of one, or one of a folder beside it.

    ## Why it matters
    A `.env` file holds the service key, the database's password and the secret that signs sessions. Scanners ask every
    new host for it within minutes of its certificate; nobody has to guess anything.

    ## How to fix it
    1. Rotate every value of the file now: it must count as known, however short it was there.
    2. Take it out of the folder that is served, and out of the image: add `.env*` to `.dockerignore`, serve `dist/`,
       `public/` or `.next/static/` and never the project's own folder.
    3. Have the server refuse what begins with a dot, for example in nginx:

        location ~ "/[.](?!well-known/)" { return 404; }

    4. A file that is served through `/static../` shows an alias without its slash: write `location /static/` with
       `alias /srv/static/;`, both with the slash at the end.
    5. Purge the CDN, and look through its logs and the server's for `{subject}`.
    """
    yield from verdicts(exposed, ExposureKind.ENVIRONMENT, "environment files")
