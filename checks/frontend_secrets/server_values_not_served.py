"""The server's own secrets are not in what the frontend serves."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.served import Served
from auditor.model import Confidence, Finding, Level, Severity, failed, not_applicable, passed
from auditor.registry import check


@check(
    "SEC002",
    level=Level.MANDATORY,
    severity=Severity.CRITICAL,
    references=("CWE-200", "CWE-522", "ASVS-5.0-13.3.1", "ASVS-5.0-14.2.4"),
)
def server_values_not_served(served: Served) -> Iterator[Finding]:
    """No value of the server's own secrets is in what the frontend serves.

    The audit looks for the values of `supabase.service_key`, of the passwords in its database URLs, and of every
    secret in the file that `--env-file` names: as they are, and in base64, URL and JSON form. They are sent nowhere.

    ## Why it matters
    A password has no shape: only who knows it can find it in a page. When its very value is served, there is nothing
    to argue about.

    ## How to fix it
    1. Change the value now, wherever it is used: it must count as known.
    2. Find how it got there: props of a client component, what `getServerSideProps` or a loader returns, a variable
       with a public prefix, `env` of `next.config`, a settings file that the container writes when it starts.
    3. Build and deploy again, and purge the CDN.
    """
    found = [one for one in served.sightings if one.rule == "exact"]
    for one in found:
        written = f", {one.written}" if one.written else ""
        yield failed(
            one.place,
            f"holds the very value of the {one.kind} ({one.length} characters{written}) "
            f"at line {one.line}, column {one.column}",
            confidence=Confidence.PROVEN,
            aspect=f"{one.kind}:{one.line}:{one.column}",
            kind=one.kind,
            length=one.length,
            line=one.line,
            column=one.column,
            **{key: value for key, value in (("written", one.written), ("name", one.name)) if value},
        )
    if found:
        return
    if not served.known_values:
        yield not_applicable(
            "the audit was given no secret of the server to look for: set supabase.service_key, or use --env-file"
        )
    elif served.files:
        yield passed(
            served.frontend,
            f"none of {served.known_values} values is in {len(served.files)} files",
            confidence=Confidence.PROVEN,
            values=served.known_values,
            files=len(served.files),
        )
