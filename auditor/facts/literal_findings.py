"""What the checks of secret literals say, each about its own kind of file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from auditor.facts.repository import DEFAULT_VALUE, SecretLiteral, SecretLiterals, Source
from auditor.model import ALL, Confidence, Finding, Location, failed, not_applicable, passed, unproven

NO_FILES = "git tracks no file here: there is nothing that could be judged"
_DEFAULTS_TOLD = (Source.DOCKERFILE, Source.FRONTEND, Source.INFRASTRUCTURE, Source.NOTEBOOK)
"""Where no other check looks for default values. In CI files they are those of databases that live for a minute."""
_SHOWN = 20
"""Names of files in the evidence of a pass."""


def literal_findings(repository: SecretLiterals, *sources: Source, none: str) -> Iterator[Finding]:
    """A finding for each literal of these kinds of files, one for those that hold none, and one for each unread one.

    Default values that another check tells, and what is for development only, are not told here.

    Args:
        repository: what was read.
        sources: kinds of files that the check is about.
        none: why there is nothing to judge when no such file is tracked.
    """
    told = [one for one in repository.literals if one.source in sources and tells(one)]
    yield from told_one_by_one(told)
    unread = [one for one in repository.unread if one.source in sources]
    for missing in unread:
        yield unproven(missing.path, missing.reason, missing.hint, aspect=missing.reason)
    spoiled = {one.path for one in told} | {missing.path for missing in unread}
    clean = [file.path for file in repository.files if file.source in sources and file.path not in spoiled]
    if clean:
        yield passed(
            clean[0] if len(clean) == 1 else ALL,
            "holds no secret literal" if len(clean) == 1 else f"{len(clean)} files hold no secret literal",
            confidence=Confidence.INFERRED,
            count=len(clean),
            files=clean[:_SHOWN],
        )
    if not (told or unread or clean):
        yield (
            unproven(ALL, NO_FILES, "point `repository` at a checkout")
            if not repository.tracked
            else not_applicable(none)
        )


def tells(literal: SecretLiteral) -> bool:
    """Whether a literal is one that stops a release."""
    if literal.kind == DEFAULT_VALUE and literal.source not in _DEFAULTS_TOLD:
        return False
    return not literal.development


def told_one_by_one(literals: Iterable[SecretLiteral]) -> Iterator[Finding]:
    """A finding for each literal.

    Its identity is its name, or its kind, and which of those of its file it is: lines above it may come and go.
    """
    seen: Counter[tuple[str, str]] = Counter()
    for literal in literals:
        what = (literal.path, literal.key or literal.kind)
        seen[what] += 1
        yield _finding(literal, what[1] if seen[what] == 1 else f"{what[1]} {seen[what]}")


def _finding(literal: SecretLiteral, aspect: str) -> Finding:
    name = literal.key or "a secret"
    evidence: dict[str, Any] = {"key": literal.key, "kind": literal.kind, "length": literal.length}
    evidence |= {"column": literal.column} if literal.column else {}
    evidence |= {"prefix": literal.prefix} if literal.prefix else {}
    return failed(
        literal.path,
        f"{name} is written out: {literal.kind}, {literal.length} characters",
        confidence=Confidence.INFERRED,
        remediation=f"Revoke it at {literal.rotate}, then put the new value into the secrets manager."
        if literal.rotate
        else "",
        location=Location(literal.path, literal.line),
        aspect=aspect,
        severity=literal.severity.value,
        **evidence,
    )
