"""Scripts of other sites are what they were."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.integrity import heeded, unversioned
from auditor.facts.loads import Use, pages_of, use_of
from auditor.facts.page import Reference
from auditor.facts.responses import Responses
from auditor.facts.sites import host_of, origin_of, site
from auditor.model import ALL, Confidence, Finding, Level, Severity, failed, not_applicable, passed, unproven
from auditor.registry import check

_OTHERS = "comes from another site"


@check(
    "HDR020",
    level=Level.RECOMMENDED,
    severity=Severity.MEDIUM,
    references=("CWE-353", "CWE-830", "ASVS-5.0-3.6.1", "https://www.w3.org/TR/sri-2/"),
)
def third_party_integrity(responses: Responses) -> Iterator[Finding]:
    """Scripts and style sheets of other sites carry a hash that browsers compare.

    ## Why it matters
    Who controls the other site, or takes it over (polyfill.io in 2024), runs code in every page of yours. With
    `integrity`, a browser runs the file only when it is the one that was chosen. A hash that is none, or of a function
    that browsers do not know, is ignored; one without `crossorigin` makes the browser block the file.

    ## How to fix it
    Serve the file yourself, or name a fixed version with its hash:

        <script src="https://cdn.example.net/lib@1.2.3/lib.min.js"
                integrity="sha384-…" crossorigin="anonymous"></script>

        curl -s {subject} | openssl dgst -sha384 -binary | openssl base64 -A

    Scripts and styles of the application itself, as those of Next.js below `/_next/`, need none.
    """
    seen: dict[tuple[Reference, str, bool], list[str]] = {}
    own = {site(host_of(response.url)) for response in responses.responses}
    truncated: list[str] = []
    foreigners: dict[str, bool] = {}  # the pages of a site name the same hosts again and again
    for response, page in pages_of(responses):
        truncated += [response.url] if page.truncated else []
        here = origin_of(response.url)
        for one in page.references:
            if (one.tag == "script" or "stylesheet" in one.rel) and use_of(one) is Use.ACTIVE:
                there = origin_of(one.url)
                if there not in foreigners:
                    foreigners[there] = site(host_of(one.url)) not in own
                foreign, crossing = foreigners[there], there != here
                if foreign or one.integrity:
                    seen.setdefault((one, "foreign" if foreign else "", crossing), []).append(response.url)
    for (one, foreign_, crossing), pages in seen.items():
        yield _judge(one, bool(foreign_), crossing, pages)
    for url in dict.fromkeys(truncated):
        yield unproven(url, "the page is too long to be read to its end", "split the page, or look at it by hand")
    if not seen and not truncated and responses.responses:
        if any(pages_of(responses)):
            yield passed(ALL, "no page loads scripts or styles of another site", confidence=Confidence.PROVEN)
        else:
            yield not_applicable("no page was answered")


def _judge(one: Reference, foreign: bool, crossing: bool, pages: list[str]) -> Finding:
    message, good = _verdict(one, foreign, crossing)
    finding = passed if good else failed
    where = list(dict.fromkeys(pages))
    return finding(
        one.url,
        message,
        confidence=Confidence.PROVEN,
        aspect=message,
        tag=one.tag,
        integrity=one.integrity,
        crossorigin=one.crossorigin,
        pages=where,
    )


def _verdict(one: Reference, foreign: bool, crossing: bool) -> tuple[str, bool]:
    if not one.integrity:
        if one.url.startswith("http:"):
            return f"{_OTHERS}, without integrity and in plain HTTP", False
        if unversioned(one.url):
            return f"{_OTHERS}, whose vendor changes it under the same address: no hash can be given", True
        return f"{_OTHERS}, without integrity", False
    if not heeded(one.integrity):
        return "carries an integrity that browsers ignore: no SHA-256, SHA-384 or SHA-512 hash is in it", False
    if crossing and one.crossorigin is None:
        return "carries integrity without crossorigin: browsers block it", False
    return f"{_OTHERS}, and carries a hash" if foreign else "carries a hash", True
