"""Addresses do not leave the site in the Referer header."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.headers import fields
from auditor.facts.headers.verdicts import Verdict, bad, good, page_findings
from auditor.facts.responses import Responses, WebResponse
from auditor.model import Finding, Level, Severity
from auditor.registry import check

_LEAKS = ("unsafe-url", "no-referrer-when-downgrade")


@check("HDR008", level=Level.RECOMMENDED, severity=Severity.LOW, references=("CWE-200", "ASVS-5.0-3.4.5"))
def referrer_policy(responses: Responses) -> Iterator[Finding]:
    """No page sends its full address to other sites.

    ## Why it matters
    Addresses hold ids, search words and sometimes tokens of invitations and resets. `unsafe-url` and
    `no-referrer-when-downgrade` send all of it to every other site that the page links or loads from. Without the
    header browsers send the origin alone (`strict-origin-when-cross-origin`, the default of all of them since 2021), so
    a page that does not have it passes; one with a value that browsers do not know fails, because somebody wanted
    something else.

    ## How to fix it
    nginx: `add_header Referrer-Policy strict-origin-when-cross-origin always;` Next.js, in `headers()` of
    `next.config.js`: `{ key: 'Referrer-Policy', value: 'strict-origin-when-cross-origin' }`. FastAPI:
    `response.headers["Referrer-Policy"] = "strict-origin-when-cross-origin"`. Take out a `<meta name="referrer">` that
    says otherwise: it wins.
    """
    yield from page_findings(responses, _judge, "")


def _judge(answer: WebResponse) -> Iterator[Verdict]:
    values = answer.values("referrer-policy")
    content = answer.page.referrer if answer.page else None
    by_meta = fields.meta_referrer_policy(content) if content else ""
    policy = by_meta or fields.referrer_policy(values)
    where = "the meta element" if by_meta else "Referrer-Policy"
    if policy in _LEAKS:
        yield bad(f"{where} sends the full address to other sites: {policy}", "leaks", policy=policy)
    elif policy:
        yield good(f"{where} keeps paths from other sites: {policy}", policy=policy)
    elif any(value.strip(" \t") for value in values):
        yield bad("browsers know no word of the Referrer-Policy, and ignore it", "invalid", header=values)
    else:
        yield good("without a Referrer-Policy browsers send other sites the origin alone")
