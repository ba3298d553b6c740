"""Next.js has no vulnerability that is known."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.next_build import NextBuild
from auditor.model import Confidence, Finding, Level, Severity, failed, not_applicable, passed, unproven
from auditor.registry import check


@check("EXP030", level=Level.MANDATORY, severity=Severity.CRITICAL, references=("CWE-1395", "ASVS-5.0-15.2.1"))
def next_patched(build: NextBuild) -> Iterator[Finding]:
    """The version of Next.js that the frontend tells has no published vulnerability.

    ## Why it matters
    React2Shell (CVE-2025-55182) ran the code of strangers on thousands of servers within days of its advisory. The
    version is in a script that everyone reads, so everyone knows which advisories apply.

    ## How to fix it
    Update within the same line, build and deploy again:

        npm install next@latest

    Where React2Shell was open, take the server for read by others: rotate every secret of its environment.
    """
    if not build.present:
        yield not_applicable("the frontend shows no sign of Next.js", build.frontend, others=list(build.others))
    elif not build.version:
        yield unproven(
            build.frontend,
            "it is Next.js, and its scripts do not tell which version",
            "compare the version in package-lock.json with the advisories by hand",
        )
    elif build.advisories:
        yield _vulnerable(build)
    else:
        yield passed(
            build.frontend,
            f"Next.js {build.version} has none of the advisories known on {build.as_of}",
            version=build.version,
            told_by=build.told_by,
            others=list(build.others),
        )


def _vulnerable(build: NextBuild) -> Finding:
    worst = build.advisories[0]
    more = f", and {len(build.advisories) - 1} more" if len(build.advisories) > 1 else ""
    return failed(
        build.frontend,
        f"Next.js {build.version} has {worst.cve or worst.id}: {worst.title}{more}",
        confidence=Confidence.OBSERVED,
        reproduce=f"curl -s '{build.told_by}' | grep -o 'window.next={{version:[^,}}]*'",
        version=build.version,
        severity=str(worst.severity),
        told_by=build.told_by,
        advisories=[
            {"advisory": one.id, "cve": one.cve, "severity": str(one.severity), "fixed_in": one.fixed}
            for one in build.advisories
        ],
    )
