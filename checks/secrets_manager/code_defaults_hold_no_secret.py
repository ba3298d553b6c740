"""No default in code, and no settings file, is a secret."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.literal_findings import literal_findings
from auditor.facts.repository import SecretLiterals, Source
from auditor.model import Finding, Level, Severity
from auditor.registry import check


@check(
    "ENV008",
    level=Level.MANDATORY,
    severity=Severity.CRITICAL,
    references=(
        "CWE-798",
        "CWE-540",
        "ASVS-5.0-13.3.1",
    ),
)
def code_defaults_hold_no_secret(repository: SecretLiterals) -> Iterator[Finding]:
    """No default in code, script or settings file is a secret.

    ## Why it matters
    `os.getenv("JWT_SECRET", "…")`, the default of a settings class and `process.env.X || "…"` are what production runs
    with on the day that the variable is missing: silently, and with a secret that every reader of the code knows.

    Names are not judged in tests, migrations, translations and built files; tokens of providers are found there too.

    ## How to fix it
    1. Rotate the secret: it must count as known.
    2. Have no default: let the application refuse to start (`SECRET_KEY: SecretStr` in pydantic-settings,
       `os.environ["X"]`).
    3. Put the new value into the secrets manager of the platform.
    """
    yield from literal_findings(repository, Source.CODE, none="no code is tracked that could be read")
