"""The secrets of the application come from a secrets manager."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.secrets_manager import (
    ManagerReference,
    NamedSecret,
    Naming,
    Reach,
    Scope,
    SecretsManagement,
    used,
)
from auditor.model import ALL, Confidence, Evidence, Finding, Level, Location, Severity, failed, passed, unproven
from auditor.registry import check

_HINT = (
    "reference the manager in a file of the repository: `secrets:` of compose, `doppler run`, `secretKeyRef`, a file that "  # noqa: E501
    "SOPS encrypted, `${{ secrets.NAME }}` in the job that deploys, `vercel.json` of a frontend. What a platform keeps "
    "without a trace in the repository: waive ENV013 with the place where it is kept as the reason"
)


@check(
    "ENV013",
    level=Level.MANDATORY,
    severity=Severity.HIGH,
    references=("CWE-522", "CWE-256", "ASVS-5.0-13.3.1", "https://12factor.net/config"),
)
def secrets_manager_in_use(management: SecretsManagement) -> Iterator[Finding]:
    """Every secret of the application comes from a secrets manager, as far as the repository shows.

    Passing needs evidence: a reference to a manager that serves production, and for every variable of a secret's name a
    source. Sources are the manager's reference to that variable, a manager that starts the process (`doppler run`),
    or a deploy descriptor that hands the variable on (`X: ${X}`) where a manager is shown to be used. Code,
    `.env.example` and descriptors say which variables there are.

    - **fail**: a variable is written out in a deploy descriptor; a file of a Docker secret is tracked in plain text;
      production reads a plain file (`env_file`, `EnvironmentFile`) and nothing shows a manager. Such a file on a
      server is no manager: nobody can say who read it, and nothing rotates it.
    - **error**: nothing shows where the secrets come from; only CI uses a manager; some variables have no source that
      can be seen. What a platform keeps on its own servers leaves no trace in a repository: then only a reference,
      such as the command that deploys, can show it. The environment of the running process is not visible to an audit.

    ## Why it matters
    A secret in a file or in somebody's shell has no owner, no history of who read it, and no rotation.

    ## How to fix it
    1. Choose the manager of the platform (Docker or Kubernetes secrets, Vault, Doppler, SOPS, AWS, Google, Azure,
       Vercel).
    2. Put a **new** value of every variable listed here into it: the old ones have been in files.
    3. Reference it where the application is started, so that the next audit sees it.
    """
    yield from _plain(management)
    yield from _judged(management)


def _plain(management: SecretsManagement) -> Iterator[Finding]:
    written: dict[str, list[NamedSecret]] = {}
    for one in management.secrets:
        if one.naming is Naming.WRITTEN:
            written.setdefault(one.path, []).append(one)
    for path, those in written.items():
        names = list(dict.fromkeys(one.name for one in those))
        yield failed(
            path,
            f"gives a value itself, and so from no secrets manager, to {_few(names)}",
            confidence=Confidence.INFERRED,
            location=Location(path, those[0].line),
            variables=[f"{one.name}, line {one.line}" for one in those],
        )
    for file in management.tracked_secrets:
        yield failed(
            file.file,
            f"{file.path} takes a secret from this file, and git tracks it in plain text",
            confidence=Confidence.INFERRED,
            location=Location(file.path, file.line),
        )


def _judged(management: SecretsManagement) -> Iterator[Finding]:
    serving = [reference for reference in management.references if used(reference)]
    names = _names(management)
    evidence = [
        one
        for one in serving
        if one.scope is Scope.RUNTIME or set(one.variables) & names.keys() or one.reach is not Reach.NAMED
    ]
    sources = {name: _source(name, places, evidence) for name, places in names.items()}
    uncovered = sorted(name for name, source in sources.items() if not source)
    table = [
        {"variable": name, "source": source or "none that can be seen"} for name, source in sorted(sources.items())
    ]
    seen: Evidence = {
        "variables": table[:100],
        "managers": sorted({one.manager for one in evidence}),
        "references": _listed(evidence),
    }
    if not evidence:
        yield _without_evidence(management, names, seen)
    elif not names:
        yield _pass(f"{_managers(evidence)}; no variable of a secret's name was found", seen)
    elif uncovered:
        yield unproven(
            ALL,
            f"{_managers(evidence)}, and {len(uncovered)} of {len(names)} variables have no source that can be seen: "
            + _few(uncovered),
            _HINT,
            **seen,
        )
    else:
        yield _pass(f"{_managers(evidence)}; all {len(names)} variables of a secret's name have a source", seen)


def _names(management: SecretsManagement) -> dict[str, list[NamedSecret]]:
    names: dict[str, list[NamedSecret]] = {}
    for one in management.secrets:
        names.setdefault(one.name.upper(), []).append(one)
    # what is only written out has been told already
    return {name: places for name, places in names.items() if any(p.naming is not Naming.WRITTEN for p in places)}


def _source(name: str, places: list[NamedSecret], evidence: list[ManagerReference]) -> str:
    for reference in evidence:
        if name in map(str.upper, reference.variables):
            return f"{reference.manager}, {reference.path}:{reference.line}"
    for reference in evidence:
        frontend = reference.reach is Reach.FRONTEND and all(place.frontend for place in places)
        if reference.reach is Reach.ALL or frontend:
            return f"{reference.manager}, {reference.path}:{reference.line}"
    passed_on = next((place for place in places if place.naming is Naming.PASSED), None)
    if passed_on and any(one.scope is Scope.RUNTIME or set(one.variables) for one in evidence):
        return f"handed on by reference, {passed_on.path}:{passed_on.line}"
    return ""


def _without_evidence(management: SecretsManagement, names: dict[str, list[NamedSecret]], seen: Evidence) -> Finding:
    wanted = _few(sorted(names))
    if management.plain_files and names:
        plain = management.plain_files[0]
        return failed(
            plain.file,
            f"{plain.service} reads its variables from this plain file, and nothing shows a secrets manager for {wanted}",  # noqa: E501
            confidence=Confidence.INFERRED,
            location=Location(plain.path, plain.line),
            plain_files=sorted({f"{one.path}:{one.line} {one.file}" for one in management.plain_files}),
            **seen,
        )
    others = [one for one in management.references if not used(one)]
    if others:
        why = f"only {' and '.join(sorted({one.scope.value for one in others}))} uses {_managers(others)}"
    elif names:
        why = "nothing in the repository shows where they come from"
    else:
        why = "no reference to a secrets manager, and no variable of a secret's name, was found"
    about = f"{len(names)} variables of a secret's name ({wanted}): " if names else ""
    return unproven(ALL, about + why, _HINT, files=management.files, **seen)


def _few(names: list[str]) -> str:
    return ", ".join(names[:8]) + (", …" if len(names) > 8 else "")


def _pass(message: str, seen: Evidence) -> Finding:
    return passed(ALL, message, confidence=Confidence.INFERRED, **seen)


def _managers(references: list[ManagerReference]) -> str:
    return " and ".join(sorted({one.manager for one in references}))


def _listed(references: list[ManagerReference]) -> list[str]:
    return [f"{one.path}:{one.line} {one.shown_by}" for one in references[:50]]
