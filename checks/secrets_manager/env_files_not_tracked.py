"""Git tracks no file of variables but examples."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.git_hygiene import GitHygiene, Holds, TrackedEnvFile
from auditor.model import ALL, Confidence, Evidence, Finding, Level, Location, Severity, failed, passed, unproven
from auditor.registry import check


@check(
    "ENV002",
    level=Level.MANDATORY,
    severity=Severity.HIGH,
    references=("CWE-540", "CWE-538", "ASVS-5.0-13.3.1", "https://12factor.net/config"),
)
def env_files_not_tracked(hygiene: GitHygiene) -> Iterator[Finding]:
    """Git tracks no .env file, whatever it holds today, but examples and encrypted ones.

    Judged by name, in any case, wherever in the tree. Fine are examples (`.env.example`, `.sample`, `.template`,
    `.dist`, `.defaults`), files whose every value is encrypted (SOPS, dotenvx, git-crypt), links, files of a test or
    development stage in which nothing looks secret, `.env.production` and the like in which nothing looks secret, and
    a `.env` that holds only what a framework shows to browsers anyway (`NEXT_PUBLIC_`, `VITE_`). A tracked `.env`,
    `.env.local` or `.env.keys` fails even when nothing in it looks secret: the next secret that somebody adds is
    committed with it.

    ## Why it matters
    What is tracked is copied to every clone, fork, CI cache and backup, and stays in the history after it is deleted.

    ## How to fix it
    1. `git rm --cached {subject}` and add the name to `.gitignore`.
    2. Rotate every secret that the file ever held: taking it out of the next commit leaves it in all earlier ones.
    3. Keep the names, without values, in `.env.example`, and the values in the secrets manager of the platform.
    """
    for file in hygiene.env_files:
        yield _judged(file)
    if not hygiene.env_files and not hygiene.tracked and not hygiene.gaps:
        yield unproven(
            ALL, "git tracks no file at all here, so nothing was looked at", "point `repository` at a checkout"
        )
    elif not hygiene.env_files and hygiene.tracked:
        yield passed(
            ALL,
            f"no .env file among {hygiene.tracked} tracked files, {len(hygiene.examples)} examples apart",
            confidence=Confidence.PROVEN,
            tracked_files=hygiene.tracked,
            examples=list(hygiene.examples[:20]),
        )


def _judged(file: TrackedEnvFile) -> Finding:
    described: Evidence = {"holds": file.holds.value, "variables": file.variables}
    at = Location(file.path, file.line)
    if file.holds in (Holds.ENCRYPTED, Holds.LINK):
        return passed(file.path, f"is tracked, and is {_FINE[file.holds]}", confidence=Confidence.PROVEN, **described)
    if file.holds is Holds.UNKNOWN and file.role == "stage":
        return unproven(file.path, "is tracked and deleted in this checkout: what it holds is not known")
    if file.holds is Holds.SECRETS:
        named = ", ".join(file.secrets[:5]) + (", …" if len(file.secrets) > 5 else "")
        return failed(
            file.path,
            f"is tracked, and gives values to {named}",
            confidence=Confidence.PROVEN,
            location=at,
            reproduce="git ls-files -- " + file.path,
            secrets=list(file.secrets[:50]),
            **described,
        )
    if _harmless(file):
        return passed(file.path, f"is tracked, and holds only {file.holds.value}", **described)
    return failed(
        file.path,
        f"is tracked: it holds {file.holds.value} now, and whatever is added to it is committed",
        confidence=Confidence.PROVEN,
        location=at,
        reproduce="git ls-files -- " + file.path,
        **described,
    )


_FINE = {Holds.ENCRYPTED: "encrypted", Holds.LINK: "a link that holds nothing itself"}


def _harmless(file: TrackedEnvFile) -> bool:
    if file.role == "local" or file.holds is Holds.UNKNOWN:
        return False
    name = file.path.rpartition("/")[2].lower()
    if name in (".env", ".envrc"):
        return file.holds is Holds.PUBLIC or (name == ".envrc" and file.holds is Holds.NOTHING)
    return True
