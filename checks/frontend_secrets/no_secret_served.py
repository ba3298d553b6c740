"""No secret in what the frontend serves."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.bundle import Bundle
from auditor.model import Confidence, Finding, Level, Severity, failed, passed, unproven
from auditor.registry import check


@check(
    "SEC001",
    level=Level.MANDATORY,
    severity=Severity.CRITICAL,
    references=("CWE-200", "CWE-522", "ASVS-5.0-13.3.1"),
)
def no_secret_served(bundle: Bundle) -> Iterator[Finding]:
    """No page or script that the frontend serves holds a server secret.

    ## Why it matters
    Every visitor downloads these files. The Supabase service_role key in one of them bypasses row level security: it
    is the whole database.

    ## How to fix it
    1. Rotate the key now: it must count as known.
    2. Use it only on the server: never in a `NEXT_PUBLIC_` variable, in `next.config` `env`, or in props of a
       client component.
    3. Build and deploy again, and purge the CDN: old chunks stay cached.
    """
    for leak in bundle.leaks:
        yield failed(
            leak.url,
            f"holds a {leak.kind} ({leak.length} characters) at line {leak.line}, column {leak.column}",
            confidence=Confidence.PROVEN,
            aspect=f"{leak.kind}:{leak.line}:{leak.column}",
            kind=leak.kind,
            length=leak.length,
            prefix=leak.prefix,
            line=leak.line,
            column=leak.column,
            is_configured_secret=leak.exact,
        )
    if bundle.leaks:
        return
    scripts = [url for url in bundle.files if url.split("?")[0].endswith((".js", ".mjs"))]
    if not scripts and not bundle.gaps:
        yield unproven(
            bundle.frontend,
            "no script was found on the page, so nothing was searched that could hold a key",
            "check that `frontend` is the origin of the web application",
            files=list(bundle.files[:10]),
        )
    elif scripts:
        yield passed(
            bundle.frontend,
            f"no secret in {len(bundle.files)} files, {len(scripts)} of them scripts",
            files=len(bundle.files),
            scripts=len(scripts),
            size_bytes=bundle.size_bytes,
        )
