"""The database refuses connections without TLS."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.database import DatabaseTransport
from auditor.model import Confidence, Finding, Level, Severity, failed, passed
from auditor.registry import check


@check(
    "DB001",
    level=Level.MANDATORY,
    severity=Severity.HIGH,
    references=("CWE-319", "ASVS-5.0-12.3.1", "https://www.postgresql.org/docs/current/auth-pg-hba-conf.html"),
)
def plaintext_refused(transport: DatabaseTransport) -> Iterator[Finding]:
    """The database server refuses a connection that does not use TLS.

    ## Why it matters
    `ssl = on` only offers TLS. As long as the server also takes plaintext, one client without `sslmode` sends data,
    and with some methods the password, in the clear.

    ## How to fix it
    In pg_hba.conf use `hostssl` instead of `host` for every line that is not local, or on Supabase switch on
    "Enforce SSL on incoming connections". Let clients use `sslmode=verify-full`.
    """
    for answer in transport.answers:
        if answer.accepted:
            yield failed(
                answer.server,
                f"accepts a connection without TLS ({answer.message})",
                confidence=Confidence.PROVEN,
                server_said=answer.message,
            )
        else:
            yield passed(
                answer.server,
                "refuses a connection without TLS",
                confidence=Confidence.PROVEN,
                server_said=answer.message,
            )
