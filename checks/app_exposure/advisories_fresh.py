"""The advisories are fresh."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.next_build import NextBuild
from auditor.facts.policy import ExposurePolicy
from auditor.model import Confidence, Finding, Level, Severity, failed, not_applicable, passed
from auditor.registry import check


@check("EXP033", level=Level.RECOMMENDED, severity=Severity.LOW, references=("CWE-1104",))
def advisories_fresh(build: NextBuild, policy: ExposurePolicy) -> Iterator[Finding]:
    """The advisories of Next.js that the audit compares with are not old.

    ## Why it matters
    A version that has no known vulnerability by a table of last year may have ten.

    ## How to fix it
    Update the audit (`pip install -U stack-audit`), or raise `[policy.exposure] advisories_max_age` and read
    https://nextjs.org/blog yourself.
    """
    if not build.present:
        yield not_applicable("the frontend shows no sign of Next.js", build.frontend)
        return
    judge = passed if build.age_days <= policy.advisories_max_age.days else failed
    yield judge(
        "*",
        f"the advisories are of {build.as_of}, {build.age_days} days ago",
        confidence=Confidence.PROVEN,
        age_days=build.age_days,
        max_age_days=policy.advisories_max_age.days,
    )
