"""No variable that builds make public is named like a secret."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from auditor.facts.sightings import Nature
from auditor.facts.variables import NameClass, PublicVariable, PublicVariables
from auditor.model import Confidence, Finding, Level, Location, Severity, failed, not_applicable, passed
from auditor.registry import check

WHOLE = "process.env"


@check(
    "ENV016",
    level=Level.MANDATORY,
    severity=Severity.CRITICAL,
    references=("CWE-200", "CWE-522", "CWE-540", "ASVS-5.0-13.3.1"),
)
def public_names_not_secret(public: PublicVariables) -> Iterator[Finding]:
    """No variable that the next build makes public is a secret by its name or its value.

    ## Why it matters
    A build writes the value of every `NEXT_PUBLIC_` or `VITE_` variable, and of everything in the `env` of next.config,
    into scripts that each visitor downloads. A password or a service key does not become less secret by the prefix that
    made the code work; it becomes known.

    ## How to fix it
    1. Rotate the secret behind {subject} if any build with it was ever deployed: it must count as known.
    2. Rename the variable, without the public prefix, and take it out of the `env` of the configuration.
    3. Use it on the server only: in a route handler, a server action or an Edge Function that the page calls.
    4. Build and deploy again, and purge the CDN: old scripts stay cached.
    """
    by_name: dict[str, list[PublicVariable]] = {}
    for variable in public.variables:
        by_name.setdefault(variable.name, []).append(variable)
    bad = 0
    for name, places in by_name.items():
        if reason := _reason(name, places):
            bad += 1
            yield _failure(name, places, reason)
    if bad:
        return
    if by_name:
        review = sorted(name for name, places in by_name.items() if places[0].class_ is NameClass.REVIEW)
        message = f"none of {len(by_name)} public variables is named like a secret"
        if review:
            message += f"; what {len(review)} of them hold could not be told from the repository"
        yield passed("*", message, confidence=Confidence.INFERRED, variables=len(by_name), look_at=review[:50])
    elif not public.gaps:
        yield not_applicable("no file of the repository names a public variable", files=len(public.files))


def _reason(name: str, places: Sequence[PublicVariable]) -> str:
    if name == WHOLE:
        return "the whole environment of the build is written into scripts"
    if kinds := sorted({place.value_kind for place in places if place.value_nature is Nature.SECRET}):
        return f"is public by its name, and holds a secret: {', '.join(kinds)}"
    if any(place.class_ is NameClass.SECRET for place in places):
        return "is public, and named like a secret: whatever it holds, every visitor can read"
    return ""


def _failure(name: str, places: Sequence[PublicVariable], reason: str) -> Finding:
    # where it has a value says more than where it is read
    order = sorted(places, key=lambda one: (not one.value_length, one.source == "source file"))
    return failed(
        name,
        reason,
        confidence=Confidence.INFERRED,
        location=Location(order[0].place, order[0].line),
        places=[f"{one.place}:{one.line}" for one in order[:20]],
        sources=sorted({one.source for one in places}),
        value_length=order[0].value_length,
        value_kind=next((one.value_kind for one in order if one.value_kind), ""),
    )
