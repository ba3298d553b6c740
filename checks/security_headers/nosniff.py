"""Browsers do not guess what an answer is."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.headers.fields import nosniff as in_force
from auditor.facts.headers.frameworks import hosted_by_supabase
from auditor.facts.headers.verdicts import Verdict, bad, findings, good
from auditor.facts.responses import Kind, Responses, WebResponse
from auditor.model import Finding, Level, Severity, not_applicable
from auditor.registry import check

_NO_BODY = (204, 205, 304)


@check("HDR007", level=Level.RECOMMENDED, severity=Severity.LOW, references=("CWE-693", "ASVS-5.0-3.4.4"))
def nosniff(responses: Responses) -> Iterator[Finding]:
    """Every answer with a body says X-Content-Type-Options: nosniff.

    ## Why it matters
    Without it a browser may run an upload, an error or JSON as a script, or show it as a page, because it looks like
    one.

    ## How to fix it
    nginx, in every `server` block, and again in each `location` that has an `add_header` of its own:

        add_header X-Content-Type-Options nosniff always;

    Next.js, in `headers()` of `next.config.js` with `source: '/:path*'`:

        { key: 'X-Content-Type-Options', value: 'nosniff' }

    FastAPI: `response.headers["X-Content-Type-Options"] = "nosniff"` in a middleware that is added last.
    """
    ours = [answer for answer in responses.responses if _has_body(answer) and not hosted_by_supabase(answer)]
    yield from findings(ours, _judge)
    if responses.responses and not ours:
        yield not_applicable("no answer with a body came that the stack itself configures")


def _has_body(answer: WebResponse) -> bool:
    empty = answer.status in _NO_BODY or answer.values("content-length") == ("0",)
    return answer.kind is not Kind.REDIRECT and not empty


def _judge(answer: WebResponse) -> Iterator[Verdict]:
    values = answer.values("x-content-type-options")
    if in_force(values):
        yield good("X-Content-Type-Options: nosniff")
    elif values:
        yield bad("X-Content-Type-Options does not begin with nosniff, and is ignored", "ignored", header=values)
    else:
        yield bad("there is no X-Content-Type-Options", "missing")
