"""The tokens that the frontend serves are not signed with a secret that everybody knows."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.served import Served
from auditor.facts.sightings import Sighting
from auditor.model import Confidence, Finding, Level, Severity, failed, not_applicable, passed
from auditor.registry import check


@check(
    "SEC003",
    level=Level.MANDATORY,
    severity=Severity.CRITICAL,
    references=("CWE-1394", "CWE-321", "CWE-326", "ASVS-5.0-9.1.1", "ASVS-5.0-13.2.3"),
)
def signing_key_not_guessable(served: Served) -> Iterator[Finding]:
    """No token in what the frontend serves is signed with a published or weak secret.

    Each HS256 token that a page or script holds, the public anon key too, is verified here against the secrets that
    guides, templates and local stacks come with. Nothing is sent.

    ## Why it matters
    Who knows the signing secret makes a service_role token in a second, and row level security is gone. The public
    anon key is enough to prove it: it verifies.

    ## How to fix it
    1. Set a random signing secret of 32 bytes or more: `openssl rand -base64 48`. On Supabase: rotate the JWT secret,
       or better, move to asymmetric signing keys (Project Settings → JWT keys).
    2. Make new anon and service_role keys with it, and deploy them: the old ones end with the old secret.
    3. Look through the logs for tokens that the application never issued.
    """
    forgeable = [one for one in served.sightings if one.rule == "jwt-forgeable"]
    told: set[tuple[str, int]] = set()
    for one in forgeable:
        if (one.place, one.same or one.column) not in told:
            told.add((one.place, one.same or one.column))
            yield _forgeable(one)
    if forgeable:
        return
    tokens = [one for one in served.sightings if _is_symmetric(one)]
    if tokens:
        yield passed(
            served.frontend,
            f"none of the published secrets verifies the HS256 tokens that were seen ({len(tokens)})",
            confidence=Confidence.PROVEN,
            tokens=len(tokens),
        )
    elif not served.gaps:
        yield not_applicable("no token that is signed with a shared secret was seen")


def _is_symmetric(one: Sighting) -> bool:
    """Whether it was verified against the published secrets: the keys of Supabase that are JWTs are all HS256."""
    return one.rule == "jwt" and one.kind.startswith("Supabase")


def _forgeable(one: Sighting) -> Finding:
    return failed(
        one.place,
        f"holds a {one.kind} at line {one.line}, column {one.column} that anybody could have signed"
        + (f": {one.why}" if one.why else ""),
        confidence=Confidence.PROVEN,
        aspect=f"{one.kind}:{one.line}:{one.column}",
        kind=one.kind,
        length=one.length,
        line=one.line,
        column=one.column,
        why=one.why,
    )
