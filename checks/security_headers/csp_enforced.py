"""Pages have a Content-Security-Policy."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.headers.frameworks import is_next
from auditor.facts.headers.policies import enforced, reported
from auditor.facts.headers.verdicts import Verdict, bad, good, page_findings
from auditor.facts.responses import Responses, WebResponse
from auditor.model import Finding, Level, Severity
from auditor.registry import check

_OLD = ("x-content-security-policy", "x-webkit-csp")


@check("HDR001", level=Level.RECOMMENDED, severity=Severity.MEDIUM, references=("CWE-693", "ASVS-5.0-3.4.3"))
def csp_enforced(responses: Responses) -> Iterator[Finding]:
    """Pages are served with a Content-Security-Policy that is enforced.

    ## Why it matters
    When somebody finds a way to write a script into a page, the policy is what keeps it from running, and from sending
    the session elsewhere. A policy that is only reported stops nothing, and `upgrade-insecure-requests` alone forbids
    nothing. An API that answers with JSON needs none.

    ## How to fix it
    nginx, for pages whose scripts all come from files:

        add_header Content-Security-Policy "default-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'" always;

    Next.js writes inline scripts: give each answer a nonce in `middleware.ts` (`proxy.ts` from version 16), as its guide
    "Content Security Policy" shows, and Next.js puts it on its own scripts:

        const nonce = Buffer.from(crypto.randomUUID()).toString('base64')
        const csp = `default-src 'self'; script-src 'self' 'nonce-${nonce}' 'strict-dynamic'; style-src 'self' 'unsafe-inline'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'`
        requestHeaders.set('Content-Security-Policy', csp)
        response.headers.set('Content-Security-Policy', csp)

    FastAPI, when it serves pages: `response.headers["Content-Security-Policy"] = ...` in a middleware. Begin with
    Content-Security-Policy-Report-Only, read the reports, then enforce it.
    """  # noqa: E501
    yield from page_findings(responses, _judge, "")


def _judge(answer: WebResponse) -> Iterator[Verdict]:
    policies = enforced(answer)
    framework = {"framework": "Next.js"} if is_next(answer) else {}
    if policies:
        where = "by a meta element" if all(policy.meta for policy in policies) else "by the header"
        yield good(f"a Content-Security-Policy is enforced {where}", policies=len(policies))
    elif reported(answer):
        yield bad("the Content-Security-Policy is only reported, not enforced", "report-only", **framework)
    elif headers := answer.values("content-security-policy"):
        yield bad("the Content-Security-Policy forbids nothing", "nothing", headers=headers, **framework)
    elif old := [name for name in _OLD if answer.values(name)]:
        yield bad(f"the policy is in {old[0]}, which no browser reads any more", "old", **framework)
    else:
        yield bad("there is no Content-Security-Policy", "missing", **framework)
