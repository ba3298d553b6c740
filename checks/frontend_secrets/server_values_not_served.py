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

    The audit looks for the passwords in its database URLs and for every secret in the file that `--env-file` names: as
    they are, and in base64, URL and JSON form. They are sent nowhere. The Supabase keys of the checklist are looked for
    in the same way, and judged by SEC001.

    ## Why it matters
    A password has no shape: only who knows it can find it in a page. When its very value is served, there is nothing
    to argue about.

    ## How to fix it
    1. Change the value now, wherever it is used: it must count as known.
    2. Find how it got there: props of a client component, what `getServerSideProps` or a loader returns, a variable
       with a public prefix, `env` of `next.config`, a settings file that the container writes when it starts.
    3. Build and deploy again, and purge the CDN.
    """
    exact = [one for one in served.sightings if one.rule == "exact"]
    found = [one for one in exact if not one.kind.startswith("Supabase")]
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
            written=one.written,
            name=one.name,
        )
    if found:
        return
    if not served.known_values:
        yield not_applicable(
            "the audit was given no secret of the server to look for: set supabase.service_key, or use --env-file"
        )
        return
    others = served.known_values - len({one.kind for one in exact})
    if others <= 0:
        yield not_applicable("the only values that the audit was given are Supabase keys: SEC001 judges them")
    elif served.files:
        yield passed(
            served.frontend,
            f"none of {others} values is in {len(served.files)} files",
            confidence=Confidence.PROVEN,
            values=others,
            files=len(served.files),
        )
