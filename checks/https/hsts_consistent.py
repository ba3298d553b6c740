"""HSTS says one thing."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.headers import HeaderError
from auditor.facts.headers.hsts import YEAR_SECONDS, Hsts, parse_hsts
from auditor.facts.headers.verdicts import Verdict, bad, by_origin, findings
from auditor.facts.responses import Responses, WebResponse
from auditor.model import Confidence, Finding, Level, Severity, failed, not_applicable, passed
from auditor.registry import check

_NAME = "strict-transport-security"


@check("HTTPS003", level=Level.RECOMMENDED, severity=Severity.LOW, references=("RFC 6797 section 8.1",))
def hsts_consistent(responses: Responses) -> Iterator[Finding]:
    """HSTS is sent once, over HTTPS, says the same everywhere, and asks for preloading only with what that takes.

    ## Why it matters
    Of two header lines browsers read the first. Of two answers the later one wins: a page that says
    `includeSubDomains` and a script that does not undo each other. `preload` with a short max-age or without
    `includeSubDomains` is refused by the list that browsers ship. Over plain HTTP the header is ignored.

    ## How to fix it
    Set the header in one place, the proxy or the application, and there for every answer (nginx:
    `proxy_hide_header Strict-Transport-Security;` takes out the application's). To be preloaded:

        Strict-Transport-Security: max-age=63072000; includeSubDomains; preload

    Leave `preload` out unless every subdomain, internal ones too, speaks HTTPS for good: to be taken off the list
    takes months.
    """
    for origin, answers in by_origin(responses.responses).items():
        those = [answer for answer in answers if answer.values(_NAME)]
        if not those:
            yield not_applicable("there is no Strict-Transport-Security header", origin)
            continue
        found = [*findings(those, _judge), *_conflict(origin, those)]
        yield from found or [_consistent(origin, those)]


def _judge(answer: WebResponse) -> Iterator[Verdict]:
    values = answer.values(_NAME)
    if not answer.encrypted:
        yield bad("the header is sent over plain HTTP, where browsers ignore it", "plain", header=values[0])
        return
    if len(values) > 1:
        yield bad(f"{len(values)} header lines: browsers read the first", "repeated", headers=values)
    hsts = _read(answer)
    if hsts and hsts.preload and not hsts.include_subdomains:
        yield bad("preload without includeSubDomains: the list refuses it", "preload", header=values[0])
    elif hsts and hsts.preload and hsts.max_age < YEAR_SECONDS:
        yield bad("preload with a max-age of less than a year: the list refuses it", "preload", header=values[0])


def _conflict(origin: str, answers: list[WebResponse]) -> Iterator[Finding]:
    said: dict[Hsts, WebResponse] = {}
    for answer in answers:
        if answer.encrypted and (hsts := _read(answer)):
            said.setdefault(hsts, answer)
    if len(said) > 1:
        yield failed(
            origin,
            f"answers say {len(said)} different things: the last one that a browser sees wins",
            confidence=Confidence.PROVEN,
            aspect="conflict",
            headers=[answer.values(_NAME)[0] for answer in said.values()],
            urls=[answer.url for answer in said.values()],
        )


def _read(answer: WebResponse) -> Hsts | None:
    try:
        return parse_hsts(answer.values(_NAME)[0])
    except HeaderError:
        return None  # that is HTTPS001, or HTTPS002


def _consistent(origin: str, answers: list[WebResponse]) -> Finding:
    header = answers[0].values(_NAME)[0]
    message = f"one header, the same on {len(answers)} answers" if len(answers) > 1 else "one header"
    return passed(origin, message, confidence=Confidence.PROVEN, header=header)
