"""The addresses that the stack is configured with are https."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.named_urls import NamedUrls
from auditor.model import ALL, Confidence, Finding, Level, Location, Severity, failed, not_applicable, passed, unproven
from auditor.registry import check


@check(
    "HTTPS006",
    level=Level.MANDATORY,
    severity=Severity.HIGH,
    references=("CWE-319", "CWE-311", "ASVS-5.0-12.2.1"),
)
def configured_urls_encrypted(named: NamedUrls) -> Iterator[Finding]:
    """No file of production names a public address of the stack with http://.

    ## Why it matters
    A frontend that is built with `NEXT_PUBLIC_API_URL=http://…` sends tokens in the clear, or is blocked by browsers as
    mixed content. An origin in `ALLOWED_ORIGINS` with `http://` lets a page in that anyone on the way can write.

    ## How to fix it
    Write `https://` (`wss://`) in {subject}, and build the frontend again: what begins with `NEXT_PUBLIC_` or `VITE_`
    is fixed when it is built. Names of one label, as those of compose services, private addresses and localhost may
    stay; so may files of development (`.env.development`, `.env.example`, `docker-compose.override.yml`).
    """
    for file in named.files:
        bad = [one for one in named.of(file) if one.in_the_clear and one.purpose != "health"]
        open_ = [one for one in named.of(file) if one.unclear and one.purpose != "health"]
        if file.production and bad:
            for one in bad:
                yield failed(
                    file.path,
                    f"{one.key} names {one.url}, which is not encrypted",
                    confidence=Confidence.INFERRED,
                    location=Location(one.path, one.line),
                    aspect=f"{one.key} {one.url}",
                    key=one.key,
                    url=one.url,
                    purpose=one.purpose,
                )
        elif file.production and open_:
            for one in open_:
                yield unproven(
                    file.path,
                    f"{one.key} names {one.url}, which is not encrypted; where it leads, a variable decides",
                    "write https://, or the host where it is an internal one",
                    aspect=f"{one.key} {one.url}",
                    key=one.key,
                    url=one.url,
                    line=one.line,
                )
        elif bad:
            message = f"names {bad[0].url}, which is not encrypted, and is no file of production"
            yield passed(file.path, message, confidence=Confidence.INFERRED, urls=[one.url for one in bad])
        else:
            yield passed(file.path, "names no public address in plain HTTP", confidence=Confidence.INFERRED)
    if not named.files and not named.gaps:
        yield not_applicable("no file that names addresses is tracked", ALL)
