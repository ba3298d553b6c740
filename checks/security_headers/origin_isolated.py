"""Pages keep windows of other sites at a distance."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from auditor.facts.headers import HeaderError
from auditor.facts.headers.fields import embedder_policy, opener_policy, resource_policy
from auditor.facts.headers.verdicts import Verdict, bad, good, page_findings
from auditor.facts.responses import Responses, WebResponse
from auditor.model import Finding, Level, Severity
from auditor.registry import check

_READERS: Mapping[str, Callable[[tuple[str, ...]], str]] = {
    "Cross-Origin-Opener-Policy": opener_policy,
    "Cross-Origin-Embedder-Policy": embedder_policy,
    "Cross-Origin-Resource-Policy": resource_policy,
}


@check("HDR010", level=Level.RECOMMENDED, severity=Severity.LOW, references=("CWE-346", "ASVS-5.0-3.4.8"))
def origin_isolated(responses: Responses) -> Iterator[Finding]:
    """Pages are cut off from the windows that open them (Cross-Origin-Opener-Policy).

    ## Why it matters
    A site that opens the application in a window keeps a hand on it: it can steer it elsewhere, count its frames and
    time what it does. Cross-Origin-Embedder-Policy is told and not demanded: it breaks whatever does not expect it, and
    only pages that need shared memory gain from it.

    ## How to fix it
    nginx:

        add_header Cross-Origin-Opener-Policy same-origin always;

    `same-origin-allow-popups` where the application opens windows of others, such as a sign-in or a payment. Next.js,
    in `headers()` of `next.config.js`: `{ key: 'Cross-Origin-Opener-Policy', value: 'same-origin' }`. FastAPI: the same
    in a middleware. The `-Report-Only` variants do not count.
    """
    yield from page_findings(responses, _judge, "")


def _judge(answer: WebResponse) -> Iterator[Verdict]:
    said: dict[str, str] = {}
    problems: list[Verdict] = []
    for name, read in _READERS.items():
        if values := answer.values(name.lower()):
            try:
                said[name] = read(values)
            except HeaderError as error:
                problems.append(bad(f"browsers ignore {name}: {error}", f"{name.lower()}-invalid", header=values))
    opener = "Cross-Origin-Opener-Policy"
    if said.get(opener) == "unsafe-none":
        problems.append(bad(f"{opener} is unsafe-none, which isolates nothing", "unsafe"))
    elif opener not in said and not answer.values(opener.lower()):
        problems.append(bad(f"there is no {opener}", "missing", **_seen(said)))
    yield from problems or [good(f"{opener}: {said.get(opener)}", **_seen(said))]


def _seen(said: Mapping[str, str]) -> dict[str, str]:
    return {name.lower().replace("-", "_"): value for name, value in said.items()}
