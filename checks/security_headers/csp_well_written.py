"""The policy says what it seems to say."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from auditor.facts.headers.csp import parse_header, parse_meta
from auditor.facts.headers.grammar import Mistake, mistakes
from auditor.facts.headers.policies import reported
from auditor.facts.headers.verdicts import Verdict, bad, good, page_findings
from auditor.facts.responses import Responses, WebResponse
from auditor.model import Finding, Level, Severity
from auditor.registry import check

_MOST = 20
"""Mistakes of one kind that are listed."""
_MOST_LOOKED_AT = 200
"""Of all kinds: a server may send any number."""


@check("HDR005", level=Level.RECOMMENDED, severity=Severity.LOW, references=("ASVS-5.0-3.4.3",))
def csp_well_written(responses: Responses) -> Iterator[Finding]:
    """The Content-Security-Policy holds nothing that browsers ignore: typing errors, missing quotes and semicolons.

    ## Why it matters
    Browsers skip what they do not know, without an error that anybody sees outside the console: `script-scr` restricts
    nothing, `self` without quotes is a host of that name, and of a directive that is there twice the second is ignored.

    ## How to fix it
    Correct what the finding names. Directives are separated by `;`, keywords, nonces and hashes stand in single quotes,
    and each directive is there once:

        default-src 'self'; script-src 'self' 'nonce-…' 'strict-dynamic'; object-src 'none'; base-uri 'none'

    nginx: the whole policy is one value in double quotes. Next.js: join the directives with `; `, without line breaks.
    FastAPI: one header, set in one middleware.
    """
    yield from page_findings(responses, _judge, "there is no Content-Security-Policy: that is HDR001")


def _judge(answer: WebResponse) -> Iterator[Verdict]:
    meta = parse_meta(answer.page.policies) if answer.page else ()
    policies = (*parse_header(answer.values("content-security-policy")), *reported(answer), *meta)
    found: dict[str, list[Mistake]] = {}
    every = (mistake for policy in policies for mistake in mistakes(policy))
    for mistake in dict.fromkeys(islice(every, _MOST_LOOKED_AT)):
        found.setdefault(mistake.kind, []).append(mistake)
    for kind, same in found.items():
        more = f" (and {len(same) - 1} more such)" if len(same) > 1 else ""
        yield bad(same[0].message + more, kind, mistakes=tuple(mistake.message for mistake in same[:_MOST]))
    if policies and not found:
        yield good("every word of it counts", policies=len(policies))
