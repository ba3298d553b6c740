"""The sources of the application are not served."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.served import FileKind, Served
from auditor.model import Confidence, Finding, Level, Severity, failed, passed, unproven
from auditor.registry import check


@check(
    "SEC005",
    level=Level.RECOMMENDED,
    severity=Severity.MEDIUM,
    references=("CWE-540", "CWE-615", "ASVS-5.0-13.4.6"),
)
def source_maps_not_served(served: Served) -> Iterator[Finding]:
    """No source map with the application's sources in it is served to everybody.

    A map that holds no sources tells their names only; it passes, and says so.

    ## Why it matters
    A map with `sourcesContent` is the source code: comments, names of variables with what the build put in their
    place, unused branches, the addresses of internal services.

    ## How to fix it
    - Next.js: leave `productionBrowserSourceMaps` off. Vite: `build.sourcemap: "hidden"` or `false`. Create React App:
      `GENERATE_SOURCEMAP=false`.
    - To have readable errors, upload the maps to the error tracker while building, and delete them before deploying.
    """
    for one in served.maps:
        inline = one.url == one.script
        if one.with_content:
            yield failed(
                one.url,
                f"{'holds a source map with' if inline else 'holds'} {one.with_content} of {one.sources} source files",
                confidence=Confidence.PROVEN,
                aspect=one.script,
                script=one.script,
                sources=one.sources,
                with_content=one.with_content,
            )
        else:
            yield passed(
                one.url,
                f"names {one.sources} source files, and holds none of them",
                aspect=one.script,
                script=one.script,
                sources=one.sources,
            )
    if served.maps or served.gaps:
        return
    scripts = sum(file.kind is FileKind.SCRIPT for file in served.files)
    if scripts or served.only_inline:
        those = f"{scripts} scripts" if scripts else f"{served.inline_scripts} scripts in the pages"
        yield passed(
            served.frontend,
            f"none of {those} has a source map that is served",
            scripts=scripts,
            inline_scripts=served.inline_scripts,
        )
    else:
        yield unproven(
            served.frontend,
            "no script was found on the page",
            "check that `frontend` is the origin of the web application",
        )
