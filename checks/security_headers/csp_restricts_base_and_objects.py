"""The policy leaves no way around through <base> and <object>."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from auditor.facts.headers.bypasses import shared_suffix
from auditor.facts.headers.csp import Policy
from auditor.facts.headers.policies import enforced, script_sources
from auditor.facts.headers.scripts import restricts_scripts
from auditor.facts.headers.sources import Source, SourceKind, parse_sources
from auditor.facts.headers.verdicts import Verdict, bad, good, page_findings
from auditor.facts.responses import Responses, WebResponse
from auditor.model import Finding, Level, Severity
from auditor.registry import check

_WIDE_SCHEMES = ("http", "https", "data", "blob", "filesystem")


@check("HDR003", level=Level.RECOMMENDED, severity=Severity.LOW, references=("CWE-79", "ASVS-5.0-3.4.3"))
def csp_restricts_base_and_objects(responses: Responses) -> Iterator[Finding]:
    """The Content-Security-Policy names where objects come from, and with nonces also which base a page may have.

    ## Why it matters
    A script with a nonce and a relative address is loaded from wherever `<base>` points: one tag written into the page
    moves all of them to another host. `<object>` and `<embed>` load documents and plugins that `script-src` does not
    look at.

    ## How to fix it
    Add to the policy, in nginx, `next.config.js`, the middleware, or wherever it is made:

        object-src 'none'; base-uri 'none'

    or `base-uri 'self'` for pages that have a `<base>` of their own.
    """
    yield from page_findings(
        responses, _judge, "no Content-Security-Policy restricts scripts: that is HDR001 or HDR002"
    )


def _judge(answer: WebResponse) -> Iterator[Verdict]:
    policies = enforced(answer)
    if not any(map(restricts_scripts, policies)):
        return
    problems = [*_objects(policies), *_base(policies)]
    yield from problems or [good("neither <base> nor <object> leads around it")]


def _objects(policies: Iterable[Policy]) -> Iterator[Verdict]:
    decided = [policy.effective("object-src") for policy in policies]
    if all(one is None for one in decided):
        yield bad("neither object-src nor default-src: objects come from any host", "object-src")
    elif all(one is None or any(map(_wide, parse_sources(one[1]))) for one in decided):
        name, values = next(one for one in decided if one)
        yield bad(f"{name} lets objects come from any host", "object-src", values=values)


def _base(policies: tuple[Policy, ...]) -> Iterator[Verdict]:
    trusting = any(
        source.kind is SourceKind.NONCE or _is_dynamic(source) for p in policies for source in script_sources(p)
    )
    said = [values for policy in policies if (values := policy.get("base-uri")) is not None]
    if not trusting or any(not any(map(_wide, parse_sources(values))) for values in said):
        return
    if said:
        yield bad("base-uri lets <base> point to any host, where scripts with a nonce then come from", "base-uri")
    else:
        yield bad("there is no base-uri: <base> may move scripts that have a nonce to any host", "base-uri")


def _is_dynamic(source: Source) -> bool:
    return source.kind is SourceKind.KEYWORD and source.value == "'strict-dynamic'"


def _wide(source: Source) -> bool:
    if source.kind is SourceKind.SCHEME:
        return source.value in _WIDE_SCHEMES
    host = source.value if source.kind is SourceKind.HOST else ""
    return host == "*" or (host.startswith("*.") and shared_suffix(host[2:]))
