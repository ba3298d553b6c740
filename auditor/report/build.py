"""Makes the report from a decided run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from auditor.engine import Facts
from auditor.gate import CheckResult, Gated, GatedFinding, ItemResult, WaiverResult
from auditor.model import ALL, Confidence, Disposition, Level, Outcome
from auditor.plan import Plan
from auditor.redact import Redactor
from auditor.report.model import (
    CheckRow,
    FactRow,
    FindingCounts,
    FindingRow,
    ItemRow,
    LeftOutRow,
    LevelCounts,
    OutcomeCounts,
    Place,
    Report,
    Run,
    Summary,
    Tool,
    WaiverRow,
)

MANY = 50
"""More passing findings of one check than this become one that counts them."""


def build_report(
    gated: Gated, plan: Plan, facts: Facts, *, run: Run, version: str, lang: str, redactor: Redactor, exit_code: int
) -> Report:
    """The report of a run.

    Args:
        gated: what was decided.
        plan: for what was left out.
        facts: what was gathered and what was not.
        run: when, where and how.
        version: of the tool.
        lang: language of the item titles.
        redactor: the checklist's own words (reasons, owners) pass through it too.
        exit_code: what the command will return.
    """
    return Report(
        tool=Tool(version=version),
        run=without_secrets(run, redactor),
        verdict=gated.verdict.value,
        exit_code=exit_code,
        summary=_summary(gated.checks),
        items=[_item(item, lang) for item in gated.items],
        checks=[_check(result) for result in gated.checks],
        left_out=[
            LeftOutRow(id=left.check.id, name=left.check.name, item=left.check.item, reason=left.reason)
            for left in plan.left_out
        ],
        facts=_facts(facts),
        waivers=[_waiver(waiver, redactor) for waiver in gated.waivers],
    )


def without_secrets(run: Run, redactor: Redactor) -> Run:
    """Without the secrets that others may have written into it: in names of branches and folders, and in addresses.

    Its own ids and digests are left as they are: they look like tokens, and are none.
    """
    git, ci, checklist = run.git, run.ci, run.checklist
    if git is not None and git.branch is not None:
        git = git.model_copy(update={"branch": redactor.text(git.branch)})
    if ci is not None and ci.url is not None:
        ci = ci.model_copy(update={"url": redactor.text(ci.url)})
    checklist = checklist.model_copy(update={"path": redactor.text(checklist.path)})
    return run.model_copy(update={"git": git, "ci": ci, "checklist": checklist})


def _summary(results: Sequence[CheckResult]) -> Summary:
    findings = Counter(
        gated.disposition
        for result in results
        for gated in result.findings
        if gated.finding.outcome in (Outcome.FAIL, Outcome.ERROR, Outcome.MANUAL)
    )
    return Summary(
        checks=OutcomeCounts.model_validate(_counts(results)),
        mandatory=_level(results, Level.MANDATORY),
        recommended=_level(results, Level.RECOMMENDED),
        findings=FindingCounts(
            open=findings[Disposition.OPEN],
            waived=findings[Disposition.WAIVED],
            baselined=findings[Disposition.BASELINED],
        ),
    )


def _counts(results: Iterable[CheckResult]) -> dict[str, int]:
    return dict(Counter(result.outcome.value for result in results))


def _level(results: Iterable[CheckResult], level: Level) -> LevelCounts:
    own = [result for result in results if result.level is level]
    return LevelCounts.model_validate({"total": len(own), **_counts(own)})


def _item(result: ItemResult, lang: str) -> ItemRow:
    return ItemRow(
        id=result.item.id,
        title=result.item.title(lang),
        level=result.item.level,
        outcome=result.outcome,
        checks=[check.check.id for check in result.checks],
    )


def _check(result: CheckResult) -> CheckRow:
    check = result.check
    return CheckRow(
        id=check.id,
        name=check.name,
        title=check.title,
        item=check.item,
        level=result.level,
        severity=check.severity,
        outcome=result.outcome,
        references=list(check.references),
        duration_ms=round(result.duration_ms, 3),
        findings=_findings(result),
    )


def _findings(result: CheckResult) -> list[FindingRow]:
    passes = [g for g in result.findings if g.finding.outcome is Outcome.PASS]
    if len(passes) <= MANY:
        return [_finding(result, gated) for gated in result.findings]
    rest = [_finding(result, gated) for gated in result.findings if gated.finding.outcome is not Outcome.PASS]
    return [_together(passes), *rest]


def _together(passes: Sequence[GatedFinding]) -> FindingRow:
    weakest = max((g.finding.confidence for g in passes), key=list(Confidence).index)
    return FindingRow(
        outcome=Outcome.PASS,
        subject=ALL,
        message=f"{len(passes)} subjects: {passes[0].finding.message}",
        confidence=weakest,
        disposition=Disposition.OPEN,
        fingerprint=passes[0].fingerprint,
        evidence={"count": len(passes), "first_subjects": [g.finding.subject for g in passes[:5]]},
    )


def _finding(result: CheckResult, gated: GatedFinding) -> FindingRow:
    finding = gated.finding
    fix = result.check.fix.replace("{subject}", finding.subject) if finding.outcome is Outcome.FAIL else ""
    place = Place(path=finding.location.path, line=finding.location.line) if finding.location else None
    return FindingRow(
        outcome=finding.outcome,
        subject=finding.subject,
        message=finding.message,
        confidence=finding.confidence,
        disposition=gated.disposition,
        fingerprint=gated.fingerprint,
        evidence=dict(finding.evidence),
        remediation=finding.remediation or fix,
        reproduce=finding.reproduce,
        location=place,
    )


def _facts(facts: Facts) -> list[FactRow]:
    named: Mapping[str, type] = {fact.__name__: fact for fact in facts}
    return [
        FactRow(
            name=name,
            state="gathered" if facts[fact].available else "unavailable",
            duration_ms=round(facts[fact].duration_ms, 3),
            error=facts[fact].error or None,
            hint=facts[fact].hint or None,
        )
        for name, fact in sorted(named.items())
    ]


def _waiver(result: WaiverResult, redactor: Redactor) -> WaiverRow:
    waiver = result.waiver
    return WaiverRow(
        check=result.check_id,
        subject=redactor.text(waiver.subject),
        reason=redactor.text(waiver.reason),
        owner=redactor.text(waiver.owner),
        expires=waiver.expires,
        state=result.state.value,
    )
