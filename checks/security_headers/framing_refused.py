"""Pages cannot be framed by strangers."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.headers.bypasses import shared_suffix
from auditor.facts.headers.csp import IGNORED_IN_META, Policy, parse_header
from auditor.facts.headers.fields import Framing, framing
from auditor.facts.headers.sources import SourceKind, parse_sources
from auditor.facts.headers.verdicts import Verdict, bad, good, page_findings
from auditor.facts.responses import Responses, WebResponse
from auditor.model import Finding, Level, Severity
from auditor.registry import check

_SAID = {
    Framing.DENIED: "X-Frame-Options lets nobody frame it",
    Framing.SAME_ORIGIN: "X-Frame-Options lets only its own origin frame it",
    Framing.CONFLICT: "X-Frame-Options contradicts itself, and browsers let nobody frame it",
}


@check("HDR006", level=Level.RECOMMENDED, severity=Severity.MEDIUM, references=("CWE-1021", "ASVS-5.0-3.4.6"))
def framing_refused(responses: Responses) -> Iterator[Finding]:
    """Pages say who may show them in a frame, and strangers may not (clickjacking).

    ## Why it matters
    A stranger's page can lay the application, invisible and signed in, under something worth a click. Where
    `frame-ancestors` is there browsers do not look at X-Frame-Options, whatever it says; `ALLOW-FROM` they ignore; in a
    `meta` element neither counts.

    ## How to fix it
    nginx:

        add_header Content-Security-Policy "frame-ancestors 'none'" always;

    as part of the policy that is there; `'self'` or the origins that do frame it instead of `'none'`. Next.js: the same
    in `headers()` of `next.config.js` or in the middleware that makes the policy. FastAPI:
    `response.headers["Content-Security-Policy"] = "frame-ancestors 'none'"` in a middleware.
    """
    yield from page_findings(responses, _judge, "")


def _judge(answer: WebResponse) -> Iterator[Verdict]:
    ancestors = [values for policy in _policies(answer) if (values := policy.get("frame-ancestors")) is not None]
    options = answer.values("x-frame-options")
    if ancestors:
        yield _by_policy(ancestors, options)
    elif (said := framing(options)) is not Framing.ANYBODY:
        yield good(_SAID[said], x_frame_options=options)
    elif options:
        ignored = "ALLOW-FROM" if options[0].lower().startswith("allow-from") else "what it says"
        yield bad(
            f"browsers ignore {ignored} in X-Frame-Options: anybody may frame it", "ignored", x_frame_options=options
        )
    elif _in_meta(answer):
        yield bad("frame-ancestors in a meta element does not count: anybody may frame it", "meta")
    else:
        yield bad("neither frame-ancestors nor X-Frame-Options: anybody may frame it", "missing")


def _policies(answer: WebResponse) -> tuple[Policy, ...]:
    return parse_header(answer.values("content-security-policy"))


def _by_policy(ancestors: list[tuple[str, ...]], options: tuple[str, ...]) -> Verdict:
    """All policies must let an ancestor through: one that keeps strangers out is enough."""
    narrow = next((values for values in ancestors if not _wide(values)), None)
    if narrow is not None:
        return good("frame-ancestors keeps strangers from framing it", frame_ancestors=narrow)
    hides = ", and takes X-Frame-Options out of force" if framing(options) is not Framing.ANYBODY else ""
    message = f"frame-ancestors {' '.join(ancestors[0])[:80]} lets anybody frame it{hides}"
    return bad(message, "wide", frame_ancestors=ancestors[0])


def _wide(values: tuple[str, ...]) -> bool:
    for source in parse_sources(values):
        if source.kind is SourceKind.SCHEME and source.value in ("http", "https"):
            return True
        host = source.value if source.kind is SourceKind.HOST else ""
        if host == "*" or (host.startswith("*.") and shared_suffix(host[2:])):
            return True
    return False


def _in_meta(answer: WebResponse) -> bool:
    contents = answer.page.policies if answer.page else ()
    return any(IGNORED_IN_META[0] in content.lower() for content in contents)
