"""The history of the repository holds no secret."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.secret_history import PastSighting, SecretHistory
from auditor.facts.sightings import Nature
from auditor.model import Confidence, Evidence, Finding, Level, Severity, failed, not_applicable, passed
from auditor.registry import check


@check(
    "ENV011",
    level=Level.RECOMMENDED,
    severity=Severity.HIGH,
    references=("CWE-540", "CWE-312"),
)
def history_holds_no_secret(history: SecretHistory) -> Iterator[Finding]:
    """No past version of a file, on any branch, tag or stash, holds a secret.

    Only when `[policy.secrets]` says `history = true`: it takes a while, and past secrets that have been rotated harm
    nobody. Files of variables come first. Versions that no branch, tag or stash leads to any more are not searched.

    ## Why it matters
    A commit that deletes a secret leaves it in every clone: `git log -p` shows it.

    ## How to fix it
    1. Rotate the secret: rewriting the history does not take it back from those who have cloned it.
    2. Then, if you like, take it out with `git filter-repo` and have everybody clone anew.
    3. Waive the finding when the secret is rotated: `audit waive ENV011 --subject {subject} …`.
    """
    if not history.asked_for:
        yield not_applicable("the history was not searched: set `history = true` in `[policy.secrets]` to do so")
        return
    found = [one for one in history.found if one.sighting.nature is Nature.SECRET]
    for one in found:
        yield _failed(one)
    seen: Evidence = {"commits": history.commits, "versions": history.versions, "size_bytes": history.size_bytes}
    if not found and not history.gaps:
        if history.commits:
            message = f"no secret in {history.versions} past versions of files, in {history.commits} commits"
            yield passed("*", message, confidence=Confidence.PROVEN, seconds=history.seconds, **seen)
        else:
            yield not_applicable("there is no commit yet", **seen)


def _failed(one: PastSighting) -> Finding:
    sighting = one.sighting
    named = f"{sighting.name}: " if sighting.name else ""
    at = f" of commit {one.commit[:12]}" if one.commit else ""
    return failed(
        sighting.place,
        f"a past version{at} holds {named}{sighting.kind}, {sighting.length} characters, in line {sighting.line}",
        confidence=Confidence.PROVEN,
        reproduce=f"git cat-file -p {one.blob} | sed -n {sighting.line}p",
        aspect=f"{one.blob}:{sighting.line}:{sighting.column}",
        kind=sighting.kind,
        name=sighting.name,
        length=sighting.length,
        prefix=sighting.prefix,
        commit=one.commit,
        blob=one.blob,
        is_configured_secret=sighting.exact,
    )
