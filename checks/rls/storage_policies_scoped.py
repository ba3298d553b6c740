"""Storage is not open to everyone."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.catalog import API_ROLES, PUBLIC, Catalog, RowPolicy
from auditor.facts.decisions import REVIEW, Decisions, decisions_of
from auditor.facts.row_trials import RowTrials, Trial
from auditor.model import Confidence, Finding, Level, Severity, failed, not_applicable, passed, unproven
from auditor.registry import check

_OBJECTS = "storage.objects"
_BY_OBJECT = {"name", "owner", "owner_id", "path_tokens", "metadata", "user_metadata", "id"}
_SETTING = "current_setting("
_SIDES = (("using", ("SELECT", "UPDATE", "DELETE", "ALL")), ("check", ("INSERT", "UPDATE", "ALL")))
_DEEDS = {"SELECT": "see", "UPDATE": "change", "DELETE": "delete", "ALL": "see and change", "INSERT": "upload"}


@check("RLS018", level=Level.MANDATORY, severity=Severity.HIGH, references=("CWE-434", "CWE-862", "ASVS-5.0-8.2.2"))
def storage_policies_scoped(catalog: Catalog, trials: RowTrials) -> Iterator[Finding]:
    """Strangers can neither upload files nor list those of others.

    ## Why it matters
    An INSERT policy for anon turns the bucket into a free file host, with your name on it. A SELECT policy that
    looks at nothing but the bucket lists every file of every user.

    ## How to fix it
    Scope the policy to the caller's own folder:

        using (bucket_id = 'docs' and (storage.foldername(name))[1] = (select auth.uid())::text)
    """
    policies = [policy for policy in catalog.policies if policy.table == _OBJECTS and policy.permissive]
    decisions = decisions_of(catalog, trials)
    if not policies and not catalog.gaps:
        yield not_applicable("storage.objects has no policy, or there is no storage")
    for policy in policies:
        if problem := _problem(policy):
            yield _failed(policy, problem, Confidence.OBSERVED)
        elif problem := _tried(policy, decisions):
            yield _failed(policy, problem, Confidence.PROVEN)
        elif trial := _untried(policy, decisions):
            reason = f"policy {policy.name} could not be tried as {trial.role}: {trial.reason}"
            yield unproven(_OBJECTS, reason, trial.hint or REVIEW, aspect=policy.name)
        else:
            yield passed(_OBJECTS, f"policy {policy.name} is scoped", aspect=policy.name)


def _failed(policy: RowPolicy, problem: str, confidence: Confidence) -> Finding:
    return failed(
        _OBJECTS,
        f"policy {policy.name} {problem}",
        confidence=confidence,
        aspect=policy.name,
        policy=policy.name,
        command=policy.command,
        roles=list(policy.roles),
        columns=list(policy.columns),
    )


def _problem(policy: RowPolicy) -> str:
    """What its text tells."""
    strangers = {"anon", PUBLIC} & set(policy.roles)
    anyone = {*strangers, "authenticated"} & set(policy.roles)
    asks = (
        any(not name.startswith("storage.") for name in policy.functions) or _SETTING in f"{policy.check}{policy.using}"
    )
    own = [name for name in policy.functions if not name.startswith(("auth.", "storage."))]
    scoped = bool(_BY_OBJECT & set(policy.columns)) or bool(own)
    if policy.command in ("INSERT", "ALL") and strangers and not asks:
        return f"lets {', '.join(sorted(strangers))} upload"
    if policy.command in ("SELECT", "ALL") and anyone and not scoped:
        return "lists the files of everyone"
    if policy.command in ("UPDATE", "DELETE", "ALL") and anyone and not (scoped and asks):
        return "lets everyone change the files of others"
    return ""


def _tried(policy: RowPolicy, decisions: Decisions) -> str:
    """What it does with somebody else's file."""
    for role in API_ROLES:
        for side, commands in (
            ("using", ("SELECT", "UPDATE", "DELETE", "ALL")),
            ("check", ("INSERT", "UPDATE", "ALL")),
        ):
            open_to = [trial for trial in decisions.trials(policy, role, side) if trial.allowed]
            if open_to and policy.command in commands and not decisions.narrowed(policy, role, side):
                where = ", ".join(sorted({trial.who for trial in open_to}))
                return f"lets {role} {_DEEDS[policy.command]} somebody else's file ({where})"
    return ""


def _untried(policy: RowPolicy, decisions: Decisions) -> Trial | None:
    """A trial on somebody else's file that told nothing, where that matters. `false` needs none."""
    for role in API_ROLES:
        for side, text in (("using", policy.using), ("check", policy.check)):
            unknown = [trial for trial in decisions.trials(policy, role, side) if trial.allowed is None]
            if unknown and text != "false" and not decisions.narrowed(policy, role, side):
                return unknown[0]
    return None
