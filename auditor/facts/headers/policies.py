"""The policies of an answer."""

from __future__ import annotations

from collections.abc import Iterable

from auditor.facts.headers.csp import Policy, parse_header, parse_meta
from auditor.facts.headers.sources import Source, SourceKind, parse_sources
from auditor.facts.responses import WebResponse

_RESTRICT_NOTHING = frozenset({
    "upgrade-insecure-requests", "block-all-mixed-content", "report-uri", "report-to", "reflected-xss", "referrer",
    "plugin-types",
})  # fmt: skip


def enforced(answer: WebResponse) -> tuple[Policy, ...]:
    """What browsers enforce: of the header and of ``meta`` elements, without those that restrict nothing."""
    meta = parse_meta(answer.page.policies) if answer.page else ()
    policies = (*parse_header(answer.values("content-security-policy")), *meta)
    return tuple(policy for policy in policies if restricts(policy))


def reported(answer: WebResponse) -> tuple[Policy, ...]:
    """What browsers only report."""
    return parse_header(answer.values("content-security-policy-report-only"))


def restricts(policy: Policy) -> bool:
    """Whether it forbids anything at all."""
    return any(
        name not in _RESTRICT_NOTHING and policy.get(name) is not None and (name in KNOWN)
        for name, _ in policy.directives
    )


def script_sources(policy: Policy) -> tuple[Source, ...]:
    """The sources of script elements; none when nothing restricts them."""
    decided = policy.effective("script-src-elem")
    return parse_sources(decided[1]) if decided else ()


def nonces(policies: Iterable[Policy]) -> tuple[str, ...]:
    """Every nonce for scripts or styles, once."""
    lists = (values for policy in policies for _, values in policy.directives)
    sources = (source for values in lists for source in parse_sources(values))
    return tuple(dict.fromkeys(source.value for source in sources if source.kind is SourceKind.NONCE))


FETCH = (
    "default-src", "script-src", "script-src-elem", "script-src-attr", "style-src", "style-src-elem", "style-src-attr",
    "child-src", "connect-src", "font-src", "frame-src", "img-src", "manifest-src", "media-src", "object-src",
    "worker-src", "fenced-frame-src",
)  # fmt: skip
"""Directives of source lists with a fallback."""
SOURCE_LISTS = (*FETCH, "base-uri", "form-action", "frame-ancestors")
KNOWN = frozenset({
    *SOURCE_LISTS, "sandbox", "upgrade-insecure-requests", "require-trusted-types-for", "trusted-types", "report-uri",
    "report-to", "webrtc",
})  # fmt: skip
"""Directives of CSP3 and its companions."""
DEPRECATED = {
    "block-all-mixed-content": "browsers upgrade or block mixed content by themselves: leave it out",
    "plugin-types": "it is gone with plugins: write object-src 'none'",
    "prefetch-src": "it was taken out of the standard: default-src decides",
    "referrer": "it was taken out: use the Referrer-Policy header",
    "reflected-xss": "it was taken out: leave it out",
    "require-sri-for": "it was never shipped: put integrity attributes on scripts",
    "navigate-to": "it was taken out of the standard: leave it out",
    "disown-opener": "it was taken out: use the Cross-Origin-Opener-Policy header",
}
"""Directives that browsers ignore, and what to do instead."""
