"""Git ignores the names under which secrets are kept."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.git_hygiene import GitHygiene, IgnoredName
from auditor.model import Confidence, Finding, Level, Location, Severity, failed, passed
from auditor.registry import check


@check(
    "ENV003",
    level=Level.RECOMMENDED,
    severity=Severity.MEDIUM,
    references=("CWE-540", "https://git-scm.com/docs/gitignore"),
)
def env_files_ignored_by_git(hygiene: GitHygiene) -> Iterator[Finding]:
    """Git would ignore .env, .env.local, .env.production and .env.production.local wherever an application lives.

    Git itself is asked (`git check-ignore`), so folders, negations, the order of lines and `.git/info/exclude` count as
    they count for `git add`. The excludes of the user who runs the audit do not: nobody else has them.

    ## Why it matters
    One `git add .` commits a file that no pattern covers, and pushing it publishes it.

    ## How to fix it
    Add to the `.gitignore` at the root, below any `!` line that takes it back:

        .env
        .env.*
        !.env.example
    """
    shared = [name for name in hygiene.ignored if name.ignored]
    alike: dict[tuple[str, str, int], list[IgnoredName]] = {}
    for name in hygiene.ignored:
        if not name.ignored:
            alike.setdefault((name.path.rpartition("/")[2], name.source, name.line), []).append(name)
    for names in alike.values():
        yield _failed(names)
    if shared:
        yield passed(
            "*",
            f"git ignores {len(shared)} of {len(hygiene.ignored)} names of files of secrets",
            confidence=Confidence.PROVEN,
            names=[name.path for name in shared[:50]],
            patterns=sorted({f"{name.source}:{name.line} {name.pattern}" for name in shared})[:20],
        )


def _failed(names: list[IgnoredName]) -> Finding:
    """One finding for the folders in which one missing pattern, or one that takes back, leaves the same name open."""
    first = names[0]
    takes_back = f": `{first.pattern}` takes it back" if first.pattern else ": no pattern covers it"
    places = f" in {len(names)} folders" if len(names) > 1 else ""
    folders = [name.path.rpartition("/")[0] or "." for name in names]
    return failed(
        first.path,
        f"would not be ignored{places}{takes_back}",
        confidence=Confidence.PROVEN,
        location=Location(first.source, first.line) if first.source and first.line else None,
        reproduce=f"git check-ignore --verbose --no-index {first.path}",
        pattern=first.pattern,
        source=first.source,
        folders=folders[:50],
    )
