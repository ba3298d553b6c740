"""The tokens that the frontend serves are signed, and not with a secret that everybody knows."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.served import Served
from auditor.facts.sightings import Sighting
from auditor.model import Confidence, Finding, Level, Severity, failed, not_applicable, passed, unproven
from auditor.registry import check

_TRIED = frozenset({"HS256", "HS384", "HS512"})
_MOST_PLACES = 5


@check(
    "SEC003",
    level=Level.MANDATORY,
    severity=Severity.CRITICAL,
    references=("CWE-1394", "CWE-321", "CWE-326", "CWE-347", "ASVS-5.0-9.1.1", "ASVS-5.0-9.1.2", "ASVS-5.0-13.2.3"),
)
def signing_key_not_guessable(served: Served) -> Iterator[Finding]:
    """No token in what the frontend serves is unsigned, or signed with a published or weak secret.

    Each HS256, HS384 and HS512 token that a page or script holds, the public anon key too, is verified here against the
    secrets that guides, templates and local stacks come with. Nothing is sent. Tokens with asymmetric signatures have
    no shared secret to guess. The samples of jwt.io and of RFC 7519 are nobody's tokens.

    ## Why it matters
    Who knows the signing secret makes a service_role token in a second, and row level security is gone. The public
    anon key is enough to prove it: it verifies. A token whose algorithm is `none` needs no secret at all: where a
    server takes one, everybody writes their own, for any user and role.

    ## How to fix it
    1. Set a random signing secret of 32 bytes or more: `openssl rand -base64 48`. On Supabase: rotate the JWT secret,
       or better, move to asymmetric signing keys (Project Settings → JWT keys).
    2. Make new anon and service_role keys with it, and deploy them: the old ones end with the old secret.
    3. Let whatever verifies tokens name the algorithms that it takes, and never `none`. Take tokens of tests and
       emulators out of the build that is served.
    4. Look through the logs for tokens that the application never issued.
    """
    weak = [one for one in served.sightings if one.rule in ("jwt-forgeable", "jwt-unsigned")]
    told: set[tuple[str, str, int]] = set()
    for one in weak:
        key = (one.rule, one.place, one.same or one.column)
        if key not in told:
            told.add(key)
            yield _forgeable(one) if one.rule == "jwt-forgeable" else _unsigned(one)
    if not weak:
        yield from _others(served, [one for one in served.sightings if one.algorithm])


def _others(served: Served, tokens: list[Sighting]) -> Iterator[Finding]:
    """What is to be said when no token that was seen is known to be worthless."""
    untried = [one for one in tokens if one.rule == "jwt-untried" or one.algorithm == "unknown"]
    tried = _distinct([one for one in tokens if one.algorithm in _TRIED])
    if untried:
        yield _untold(served, untried)
    elif tried:
        yield passed(
            served.frontend,
            f"none of the published secrets verifies the {_algorithms(tokens, _TRIED)} tokens that were seen ({tried})",
            confidence=Confidence.PROVEN,
            tokens=tried,
            asymmetric=_distinct(tokens) - tried,
        )
    elif tokens:
        yield passed(
            served.frontend,
            f"the tokens that were seen ({_distinct(tokens)}) have asymmetric signatures ({_algorithms(tokens)}): "
            "there is no shared secret to guess",
            tokens=0,
            asymmetric=_distinct(tokens),
        )
    elif not served.gaps:
        yield not_applicable("no token that somebody signed was seen")


def _distinct(tokens: list[Sighting]) -> int:
    return len({one.same or (one.place, one.line, one.column) for one in tokens})


def _algorithms(tokens: list[Sighting], of: frozenset[str] = frozenset()) -> str:
    return ", ".join(sorted({one.algorithm for one in tokens if not of or one.algorithm in of}))


def _untold(served: Served, untried: list[Sighting]) -> Finding:
    first = untried[0]
    why = "its algorithm is not one that is known here" if first.algorithm == "unknown" else first.why
    return unproven(
        served.frontend,
        f"{_distinct(untried)} tokens could not be tried with the published secrets, one of them in {first.place} at "
        f"line {first.line}, column {first.column}: {why}",
        "take tokens that nobody needs out of what is served",
        places=sorted({one.place for one in untried})[:_MOST_PLACES],
    )


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
        algorithm=one.algorithm,
    )


def _unsigned(one: Sighting) -> Finding:
    """Its being there proves that somebody wrote it, and not that a server takes it."""
    return failed(
        one.place,
        f"holds a {one.kind} at line {one.line}, column {one.column}, whose algorithm is none: if a server takes "
        "it, anybody can write one for any user and role",
        confidence=Confidence.OBSERVED,
        remediation="Have the server refuse the algorithm `none`, and take the token out of what is served.",
        aspect=f"unsigned:{one.kind}:{one.line}:{one.column}",
        kind=one.kind,
        length=one.length,
        line=one.line,
        column=one.column,
        algorithm="none",
    )
