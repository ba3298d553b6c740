"""What production is configured with leads to production."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.named_urls import NamedUrl, NamedUrls, Purpose
from auditor.facts.sites import host_of, trustworthy
from auditor.model import Confidence, Finding, Level, Location, Severity, failed, not_applicable, passed
from auditor.registry import check


@check("HTTPS007", level=Level.RECOMMENDED, severity=Severity.LOW, references=("CWE-319", "CWE-1188"))
def configured_urls_reachable(named: NamedUrls) -> Iterator[Finding]:
    """Health checks ask public hosts over https, and no frontend is built with localhost.

    ## Why it matters
    A health check that asks a public host with `http://` proves that a redirect works, not the service, and says in the
    clear what it sends. A frontend that is built with `NEXT_PUBLIC_API_URL=http://localhost:8000` asks the computer of
    the user.

    ## How to fix it
    Write the public `https://` address in {subject}, or take the variable out of the tracked file and set it where the
    frontend is built. A health check inside a container asks `http://127.0.0.1:8000/health`.
    """
    files = [file for file in named.files if file.production]
    for file in files:
        bad = [(one, problem) for one in named.of(file) if (problem := _problem(one))]
        for one, problem in bad:
            yield failed(
                file.path,
                problem,
                confidence=Confidence.INFERRED,
                location=Location(one.path, one.line),
                aspect=f"{one.key} {one.url}",
                key=one.key,
                url=one.url,
                purpose=one.purpose,
            )
        if not bad:
            yield passed(file.path, "leads to no wrong place", confidence=Confidence.INFERRED)
    if not files and not named.gaps:
        yield not_applicable("no file of production that names addresses is tracked")


def _problem(one: NamedUrl) -> str:
    if one.purpose is Purpose.HEALTH and one.in_the_clear:
        return f"a health check asks {one.url}, which is not encrypted"
    if one.purpose is Purpose.PUBLIC and trustworthy(host_of(one.url)):
        return f"{one.key} names {one.url}, which is the computer of the user"
    return ""
