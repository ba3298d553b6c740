"""Runs the probes of backups as the engine would."""

from __future__ import annotations

from functools import cache

from auditor.checklist.model import BackupSources
from auditor.facts.backups import Backups, Release, RestoreTools
from auditor.facts.policy import BackupPolicy
from auditor.model import Finding
from auditor.probes.backups.archiving import archiving
from auditor.probes.backups.gather import backups
from auditor.probes.backups.live import live_tables
from auditor.redact import Secret
from auditor.registry import Check, builtin_checks
from tests.probes.net.running import run
from tests.probes.stand import way


def gather(*, url: str = "", environment: dict | None = None, **sources) -> Backups:
    """The backups of these sources."""

    async def main():
        given = {"backups": BackupSources(**sources), **(environment or {})}
        if url:
            given["database"] = Secret(url, "database URL")
        async with way(**given) as one:
            return await backups(one.environment, one.databases, one.http)

    return run(main())


def everything(url: str, **sources) -> dict[type, object]:
    """All facts that the checks of backups take, from a live server."""

    async def main():
        async with way(database=Secret(url, "database URL"), backups=BackupSources(**sources)) as one:
            return [
                await backups(one.environment, one.databases, one.http),
                await archiving(one.databases),
                await live_tables(one.databases),
            ]

    given = [*run(main()), BackupPolicy(), Release(None), RestoreTools(None)]
    return {type(fact): fact for fact in given}


@cache
def checks() -> dict[str, Check]:
    """Those of backups, by id."""
    return {one.id: one for one in builtin_checks().checks if one.item == "backups" and one.id < "BAK030"}


def judged(facts: dict[type, object], check_id: str) -> list[Finding]:
    """What a check says of facts."""
    check = checks()[check_id]
    return list(check.function(*(facts[need] for need in check.needs())))


def outcomes(facts: dict[type, object]) -> dict[str, list[str]]:
    """Check ids to the outcomes of their findings."""
    return {one: [str(finding.outcome) for finding in judged(facts, one)] for one in checks()}
