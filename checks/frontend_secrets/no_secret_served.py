"""Nothing that looks like a secret in what the frontend serves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import groupby
from typing import Any

from auditor.facts.served import FileKind, Served
from auditor.facts.sightings import Nature, Sighting
from auditor.model import Confidence, Finding, Level, Severity, failed, passed, unproven
from auditor.registry import check

_PRIVILEGED = ("service_role", "supabase_admin")


@check(
    "SEC001",
    level=Level.MANDATORY,
    severity=Severity.CRITICAL,
    references=("CWE-200", "CWE-522", "ASVS-5.0-13.3.1"),
)
def no_secret_served(served: Served) -> Iterator[Finding]:
    """No page, script or source map that the frontend serves holds a server secret.

    Secrets are told by their shape and content here, and the Supabase keys of the checklist by their value. Passwords
    and other values without a shape, which the audit was given, are judged by SEC002; tokens that are public, but
    signed with a secret that everybody knows, by SEC003.

    ## Why it matters
    Every visitor downloads these files. The Supabase service_role key in one of them bypasses row level security: it
    is the whole database.

    ## How to fix it
    1. Rotate the key now, at the page that the finding names: it must count as known.
    2. Use it only on the server: never in a variable with a public prefix (`NEXT_PUBLIC_`, `VITE_`, `PUBLIC_`), in
       `env` of `next.config`, in props of a client component, or in what `getServerSideProps` returns.
    3. Build and deploy again, and purge the CDN: old chunks stay cached.
    4. Look through the provider's logs for use by strangers since the first deployment that served it.
    """
    secret = [one for one in served.sightings if _is_judged_here(one)]
    for _, same in groupby(sorted(secret, key=_order), key=_value):
        yield _leak(list(same))
    if secret:
        return
    scripts = [file for file in served.files if file.kind in (FileKind.SCRIPT, FileKind.WORKER)]
    if scripts or served.only_inline:
        yield _clean(served, len(scripts))
    elif not served.gaps:
        yield unproven(
            served.frontend,
            "no script was found on the page, so nothing was searched that could hold a key",
            "check that `frontend` is the origin of the web application",
            files=[file.url for file in served.files[:10]],
        )


def _is_judged_here(one: Sighting) -> bool:
    if one.nature is not Nature.SECRET or (one.rule == "exact" and not one.kind.startswith("Supabase")):
        return False
    return one.rule != "jwt-forgeable" or any(role in one.kind for role in _PRIVILEGED)


def _value(one: Sighting) -> tuple[str, str, int, int, int]:
    """One value in one file is one finding, however often it stands there."""
    return one.place, one.kind, one.same, *((0, 0) if one.same else (one.line, one.column))


def _order(one: Sighting) -> tuple[object, ...]:
    return (*_value(one), one.line, one.column)


def _leak(same: list[Sighting]) -> Finding:
    first = same[0]
    written = f", {first.written}" if first.written else ""
    more = f" and {len(same) - 1} more times" if len(same) > 1 else ""
    why = f": {first.why}" if first.why else ""
    at = f"at line {first.line}, column {first.column}"
    return failed(
        first.place,
        f"holds a {first.kind} ({first.length} characters{written}) {at}{more}{why}",
        confidence=Confidence.PROVEN,
        remediation=f"Rotate it now at {first.rotate}, then keep it on the server." if first.rotate else "",
        aspect=f"{first.kind}:{first.line}:{first.column}",
        kind=first.kind,
        length=first.length,
        prefix=first.prefix,
        line=first.line,
        column=first.column,
        is_configured_secret=first.exact,
        **_more(first, len(same)),
    )


def _more(first: Sighting, times: int) -> dict[str, Any]:
    """What is not always known."""
    given: dict[str, Any] = {
        "harm": str(first.severity) if first.severity is not Severity.CRITICAL else "",
        "written": first.written,
        "name": first.name,
        "why": first.why,
        "rotate": first.rotate,
        "times": times if times > 1 else 0,
    }
    return {key: value for key, value in given.items() if value}


def _clean(served: Served, scripts: int) -> Finding:
    natures = Counter(one.nature for one in served.sightings)
    public, unclear = natures[Nature.PUBLIC], natures[Nature.UNCLEAR]
    besides = f"; {unclear} values whose shape does not tell" if unclear else ""
    of_them = f"{scripts} of them scripts" if scripts else f"whose {served.inline_scripts} scripts stand in the pages"
    return passed(
        served.frontend,
        f"no secret in {len(served.files)} files, {of_them}{besides}",
        files=len(served.files),
        scripts=scripts,
        inline_scripts=served.inline_scripts,
        size_bytes=sum(file.size_bytes for file in served.files),
        requests=served.bounds.requests,
        named_but_not_served=len(served.missing),
        pages_like_others=served.alike,
        frameworks=list(served.frameworks),
        public_values=public,
        unclear_values=_unclear(served.sightings),
    )


def _unclear(sightings: tuple[Sighting, ...]) -> list[dict[str, object]]:
    """A few of those that a person may want to look at."""
    told = [one for one in sightings if one.nature is Nature.UNCLEAR][:20]
    return [{"place": one.place, "line": one.line, "column": one.column, "kind": one.kind} for one in told]
