"""Which framework answers: what it does not let its users change is no finding."""

from __future__ import annotations

from auditor.facts.responses import WebResponse

_NEXT = ("x-nextjs-cache", "x-nextjs-prerender", "x-nextjs-stale-time", "x-nextjs-page", "x-nextjs-matched-path")


def is_next(answer: WebResponse) -> bool:
    """Whether Next.js answers, as page or headers show."""
    if answer.page is not None and answer.page.generator.lower().startswith("next"):
        return True
    powered = any("next.js" in value.lower() for value in answer.values("x-powered-by"))
    return powered or any(name in _NEXT for name, _ in answer.headers)


def hosted_by_supabase(answer: WebResponse) -> bool:
    """Whether it comes from a project on supabase.com, whose gateway nobody but Supabase configures."""
    if answer.surface != "supabase":
        return False
    host = answer.url.split("/")[2] if answer.url.count("/") > 1 else ""
    own = host.endswith((".supabase.co", ".supabase.in", ".supabase.net"))
    return own or any(name in ("sb-project-ref", "sb-gateway-version", "sb-request-id") for name, _ in answer.headers)
