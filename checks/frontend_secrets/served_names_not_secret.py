"""No variable in what the frontend serves is named like a secret."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from auditor.facts.served import FileKind, Served
from auditor.facts.sightings import Nature
from auditor.facts.variables import NameClass, PublicVariable
from auditor.model import Finding, Level, Severity, failed, passed, unproven
from auditor.registry import check


@check(
    "SEC004",
    level=Level.MANDATORY,
    severity=Severity.CRITICAL,
    references=("CWE-200", "CWE-522", "ASVS-5.0-13.3.1"),
)
def served_names_not_secret(served: Served) -> Iterator[Finding]:
    """No variable that the frontend serves is a secret by its name or its value.

    ## Why it matters
    A weak password has no shape that gives it away, but its variable has a name: source maps, scripts and settings that
    pages read at run time tell it, and the map leads from the name to the value in the script.

    ## How to fix it
    1. Rotate the secret behind {subject}: every visitor could read it.
    2. Rename the variable, without the public prefix (`NEXT_PUBLIC_`, `VITE_`, …), and use it on the server only.
    3. Build and deploy again, and purge the CDN: old scripts stay cached.
    """
    by_name: dict[str, list[PublicVariable]] = {}
    for variable in served.variables:
        by_name.setdefault(variable.name, []).append(variable)
    bad = 0
    for name, places in sorted(by_name.items()):
        if (told := _told(places)) is not None:
            bad += 1
            yield _failure(name, places, told)
    if bad:
        return
    scripts = sum(file.kind is FileKind.SCRIPT for file in served.files)
    if scripts or served.only_inline:
        those = f"{scripts} scripts" if scripts else f"{served.inline_scripts} scripts in the pages"
        yield passed(
            served.frontend,
            f"none of {len(by_name)} variables that {those}, their maps and settings name is a secret",
            variables=len(by_name),
            scripts=scripts,
            inline_scripts=served.inline_scripts,
            maps=len(served.maps),
        )
    elif not served.gaps:
        yield unproven(
            served.frontend,
            "no script was found on the pages, so nothing could name a variable",
            "check that `frontend` is the origin of the web application",
        )


def _told(places: Sequence[PublicVariable]) -> str | None:
    if kinds := sorted({place.value_kind for place in places if place.value_nature is Nature.SECRET}):
        return f"holds a secret: {', '.join(kinds)}"
    if not any(place.class_ is NameClass.SECRET for place in places):
        return None
    if any(place.value_length for place in places):
        return "is named like a secret, and its value is in what every browser downloads"
    return "is named like a secret, and scripts for browsers read it: whatever it holds is public"


def _failure(name: str, places: Sequence[PublicVariable], told: str) -> Finding:
    one = max(places, key=lambda place: (place.value_nature is Nature.SECRET, place.value_length > 0))
    where = f": {one.served_at}, line {one.served_line}, column {one.served_column}" if one.served_at else ""
    return failed(
        name,
        f"{told}{where}",
        confidence=one.confidence,
        named_in=f"{one.place}:{one.line}",
        source=one.source,
        served_at=one.served_at,
        line=one.served_line,
        column=one.served_column,
        value_length=one.value_length,
        value_kind=one.value_kind,
        places=len(places),
    )
