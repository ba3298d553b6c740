"""HSTS is on errors, redirects and static files too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from auditor.facts.headers import HeaderError
from auditor.facts.headers.hsts import parse_hsts
from auditor.facts.headers.verdicts import Verdict, bad, by_origin, findings, good
from auditor.facts.responses import Kind, Responses, WebResponse
from auditor.model import Finding, Level, Severity, not_applicable
from auditor.registry import check

_ORDINARY = (Kind.PAGE, Kind.DATA)


@check(
    "HTTPS002", level=Level.RECOMMENDED, severity=Severity.LOW, references=("ASVS-5.0-3.4.1", "RFC 6797 section 7.1")
)
def hsts_on_every_response(responses: Responses) -> Iterator[Finding]:
    """Errors, redirects and static files carry HSTS as pages do.

    ## Why it matters
    The first answer that a browser gets is often a redirect to a login or an error: without the header on it, the host
    stays unknown. nginx adds headers to errors only when it is told `always`, and a block with an `add_header` of its
    own inherits none.

    ## How to fix it
    nginx:

        add_header Strict-Transport-Security "max-age=63072000; includeSubDomains" always;

    with `always`, and again in every `location` that adds a header of its own. Next.js: `source: '/:path*'` in
    `headers()` of `next.config.js`. FastAPI: add the header in a middleware that is added last, so that it sees the
    answers of all others, or in the proxy, which sees errors 500 too.
    """
    for origin, answers in by_origin(responses.responses).items():
        ordinary = [answer for answer in answers if answer.kind in _ORDINARY]
        others = [answer for answer in answers if answer.kind not in _ORDINARY]
        if not answers[0].encrypted:
            yield not_applicable("HSTS counts over https only", origin)
        elif not others:
            yield not_applicable("no error, redirect or static file came", origin)
        elif ordinary and any(_problem(answer) for answer in ordinary):
            yield not_applicable("pages and data do not have it either: that is HTTPS001", origin)
        else:
            yield from findings(others, _judge)


def _judge(answer: WebResponse) -> Iterable[Verdict]:
    problem = _problem(answer)
    if not problem:
        return [good("Strict-Transport-Security is there")]
    return [bad(problem, "missing" if problem.startswith("there is no") else "invalid")]


def _problem(answer: WebResponse) -> str:
    values = answer.values("strict-transport-security")
    if not values:
        return "there is no Strict-Transport-Security header"
    try:
        forgets = parse_hsts(values[0]).max_age == 0
    except HeaderError as error:
        return f"browsers ignore the Strict-Transport-Security header: {error}"
    return "max-age=0 makes browsers forget what pages told them" if forgets else ""
