"""Builds of container images leave files of secrets out."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.build_contexts import BuildContext, BuildContexts
from auditor.model import Confidence, Evidence, Finding, Level, Location, Severity, failed, not_applicable, passed
from auditor.registry import check


@check(
    "ENV004",
    level=Level.RECOMMENDED,
    severity=Severity.HIGH,
    references=("CWE-538", "CWE-527", "https://docs.docker.com/build/concepts/context/#dockerignore-files"),
)
def env_files_ignored_by_docker(builds: BuildContexts) -> Iterator[Finding]:
    """No build that copies a whole folder copies .env files, the git history or keys with it.

    For each Dockerfile and each `build` of a compose file the rules of Docker itself are applied to the ignore file
    that counts (`<Dockerfile>.dockerignore` before `.dockerignore` at the root of the context): a pattern is anchored
    there, so `.env` does not cover `apps/web/.env`, and the last pattern that matches decides. `.env`, `.env.local` and
    `.env.production` are asked about wherever the build would copy an application, whether they lie there today or not.
    A stage that is thrown away counts too: `next build` reads the file there, and caches keep the layer.

    ## Why it matters
    Whoever can pull the image can read each of its layers, those of deleted files too.

    ## How to fix it
    In the `.dockerignore` at the root of the build context:

        **/.env
        **/.env.*
        !**/.env.example
        .git
        **/*.pem
        **/*.key

    Rotate what an image that has been pushed already holds, and delete its tags.
    """
    for build in builds.contexts:
        yield _judged(build)
    if not builds.contexts and not builds.gaps:
        yield not_applicable("no Dockerfile is tracked, and no compose file builds an image")


def _judged(build: BuildContext) -> Finding:
    seen: Evidence = {"context": build.context, "named_by": build.named_by, "ignore_file": build.ignore_file}
    if not build.line:
        return passed(
            build.dockerfile, "copies named files only", confidence=Confidence.INFERRED, aspect=build.context, **seen
        )
    open_ = [copied for copied in build.copies if not copied.excluded]
    if not open_:
        return passed(
            build.dockerfile,
            f"copies whole folders of {build.context}, and {build.ignore_file} leaves files of secrets out",
            confidence=Confidence.INFERRED,
            aspect=build.context,
            asked_about=[copied.path for copied in build.copies],
            **seen,
        )
    names = [copied.path for copied in open_]
    first = next((copied for copied in open_ if copied.line), None)
    at = Location(build.ignore_file, first.line) if first else Location(build.dockerfile, build.line)
    by = f"{build.ignore_file} does not leave out" if build.ignore_file else "no .dockerignore leaves out"
    told = ", ".join(names[:4]) + (", …" if len(names) > 4 else "")
    return failed(
        build.dockerfile,
        f"copies whole folders of {build.context}, and {by} {told}",
        confidence=Confidence.INFERRED,
        location=at,
        aspect=build.context,
        copied=names,
        there_now=[copied.path for copied in open_ if copied.exists],
        taken_back_by=sorted({copied.pattern for copied in open_ if copied.pattern}),
        **seen,
    )
