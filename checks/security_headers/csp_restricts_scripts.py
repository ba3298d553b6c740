"""The policy keeps foreign scripts out."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.headers.frameworks import is_next
from auditor.facts.headers.policies import enforced
from auditor.facts.headers.scripts import Weakness, weaknesses
from auditor.facts.headers.verdicts import Verdict, bad, good, page_findings
from auditor.facts.responses import Responses, WebResponse
from auditor.model import Finding, Level, Severity
from auditor.registry import check

_MOST = 20
"""Expressions of one kind that are listed."""

_NEXT = """Next.js writes inline scripts, and without a nonce they need 'unsafe-inline'. Make one for each answer in
`middleware.ts` (`proxy.ts` from version 16); Next.js puts it on its own scripts when it finds it in the request:

    const nonce = Buffer.from(crypto.randomUUID()).toString('base64')
    const csp = `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'; object-src 'none'; base-uri 'none'`
    requestHeaders.set('Content-Security-Policy', csp)
    response.headers.set('Content-Security-Policy', csp)

Pages are then rendered for each request; `export const dynamic = 'force-dynamic'` where Next.js would not. Purely
static pages can have hashes instead: `experimental: { sri: { algorithm: 'sha256' } }` in `next.config.js`."""


@check("HDR002", level=Level.RECOMMENDED, severity=Severity.MEDIUM, references=("CWE-79", "ASVS-5.0-3.4.3"))
def csp_restricts_scripts(responses: Responses) -> Iterator[Finding]:
    """The Content-Security-Policy lets no script run that the application did not put there.

    ## Why it matters
    The policy is there for the day on which somebody can write into a page. `'unsafe-inline'`, a wildcard, `https:`,
    `data:`, or a host from which everybody can have a script of their choice, and it stops nothing on that day.
    Several policies count together: what one of them forbids is forbidden.

    ## How to fix it
    The policy that holds, for pages made for each request, with a new random nonce in every answer:

        script-src 'nonce-…' 'strict-dynamic'; object-src 'none'; base-uri 'none'

    For files alone, as a build of Vite gives, nginx:

        add_header Content-Security-Policy "default-src 'self'; script-src 'self'; object-src 'none'; base-uri 'self'; frame-ancestors 'none'" always;

    Next.js: nonces from `middleware.ts` (`proxy.ts` from version 16). FastAPI with templates: `secrets.token_urlsafe(16)`
    for each request, in the header and on each `<script nonce>`. Scripts of libraries: serve them yourself instead of
    allowing a CDN. `'unsafe-inline'` in `style-src` is not counted here.
    """  # noqa: E501
    yield from page_findings(responses, _judge, "no Content-Security-Policy is enforced: that is HDR001")


def _judge(answer: WebResponse) -> Iterator[Verdict]:
    policies = enforced(answer)
    if not policies:
        return
    found: dict[str, list[Weakness]] = {}
    for weakness in weaknesses(policies):
        found.setdefault(weakness.kind, []).append(weakness)
    for kind, same in found.items():
        yield _told(kind, same, nextjs=is_next(answer))
    if not found:
        yield good("only scripts of the application run", policies=len(policies))


def _told(kind: str, same: list[Weakness], *, nextjs: bool) -> Verdict:
    more = f", and {len(same) - 1} more such" if len(same) > 1 else ""
    remedy = _NEXT if nextjs and kind in ("inline", "attributes", "missing") else ""
    sources = tuple(weakness.source for weakness in same[:_MOST] if weakness.source)
    return bad(same[0].message + more, kind, remedy, **({"sources": sources} if sources else {}))
