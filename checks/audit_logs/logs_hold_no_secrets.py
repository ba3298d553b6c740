"""No secret is in the logs."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.log_files import LogFiles
from auditor.facts.sightings import Sighting
from auditor.model import ALL, Confidence, Finding, Level, Severity, failed, passed, unproven
from auditor.registry import check


@check("LOG015", level=Level.MANDATORY, severity=Severity.HIGH, references=("CWE-532", "ASVS-5.0-16.2.5"))
def logs_hold_no_secrets(logs: LogFiles) -> Iterator[Finding]:
    """No bearer token, password, key or connection string is in the newest lines of the logs.

    ## Why it matters
    Logs are copied to more places, kept longer and read by more people than any secret should be. `log_statement`
    writes `create role ... password '...'` as it came; a dump of headers writes the session of whoever asked.

    ## How to fix it
    Replace what was found: it is known now. Leave Authorization and Cookie out of what is logged, take tokens out of
    URLs, and set passwords with psql's `password` command, which sends a verifier. Then delete the lines.
    """
    groups: dict[tuple[str, str, str], list[Sighting]] = {}
    for one in logs.sightings:
        groups.setdefault((one.place, one.rule, one.kind), []).append(one)
    for (place, rule, kind), found in groups.items():
        times = "once" if len(found) == 1 else f"{len(found)} times"
        very = "the very value that the audit was given, " if any(one.exact for one in found) else ""
        yield failed(
            place,
            f"{kind}: {very}{times}",
            confidence=Confidence.PROVEN,
            aspect=f"{rule} {kind}",
            kind=kind,
            count=len(found),
            lines=[one.line for one in found[:10]],
            length=found[0].length,
            prefix=found[0].prefix,
            lines_counted_from="the first of the newest lines that were read",
        )
    for reason in logs.unscanned:
        yield unproven(reason.partition(": ")[0], reason, "let the log be smaller, or a text", aspect="unscanned")
    if not logs.scanned_bytes and not logs.unscanned:
        yield unproven(ALL, "no line could be read", "correct [env.*.logs]")
    elif not logs.sightings and logs.scanned_bytes:
        yield passed(ALL, "none was found in the newest lines", scanned_bytes=logs.scanned_bytes)
